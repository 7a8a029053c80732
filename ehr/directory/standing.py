"""Whether an answer that was kept may be shown again: to the same rights, of residents in sight."""

from collections.abc import Collection
from hashlib import blake2b

from ehr.access import Access
from ehr.db import Tx
from ehr.located import located

_IN_SIGHT = f"""
SELECT count(*) FROM {located("unnest(%s::bigint[]) AS t(rid)")} t
JOIN resource r ON r.bucket = t.bucket AND r.rid = t.rid"""  # noqa: S608 - constants


def standing(access: Access) -> bytes:
    """A digest of all that decides what a caller may do and see."""
    text = repr(
        (
            sorted(access.rights),
            sorted(access.roles),
            sorted(access.powers),
            sorted(access.wards),
            access.every_ward,
            access.grantee,
            int(access.labels),
        )
    )
    return blake2b(text.encode(), digest_size=16).digest()


async def in_sight(tx: Tx, patients: Collection[int]) -> bool:
    """Whether the caller of the transaction may see each of these (different) residents."""
    ((seen,),) = await tx.fetch(_IN_SIGHT, (list(patients),))
    return bool(seen == len(patients))
