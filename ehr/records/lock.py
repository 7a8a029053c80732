"""The current rows of records that are about to change, locked in one order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ehr.access import Label
from ehr.db import Tx
from ehr.fhir.definitions import type_name, type_number
from ehr.located import located
from ehr.records.method import Method

Key = tuple[str, str]
"""(resource type, id)."""


@dataclass(frozen=True, slots=True)
class Current:
    """A record's row; None in its place says that the caller may not see it."""

    rid: int
    bucket: int
    version: int
    ward: int
    pat: int | None
    label: Label
    last_updated: datetime
    deleted: bool
    content: bytes
    method: Method


# Every id taken is listed, the rows behind row-level security only where they are the caller's.
_DIRECTORY = """
SELECT d.rtype, d.id, d.rid FROM unnest(%s::smallint[], %s::text[]) AS w(rtype, id)
JOIN resource_directory d ON d.rtype = w.rtype AND d.id = w.id"""
_LOCK = f"""
SELECT r.rid, r.bucket, r.version, r.ward, r.pat, r.label, r.lu, r.deleted, r.content, r.method
FROM {located("unnest(%s::bigint[]) AS t(rid)")} t
JOIN resource r ON r.bucket = t.bucket AND r.rid = t.rid
ORDER BY r.rid FOR UPDATE OF r"""  # noqa: S608 - constants


async def lock(tx: Tx, keys: Iterable[Key]) -> dict[Key, Current | None]:
    """The rows of those of `keys` whose id is taken."""
    wanted = list(keys)
    if not wanted:
        return {}
    taken = await tx.fetch(
        _DIRECTORY, ([type_number(kind) for kind, _ in wanted], [id for _, id in wanted])
    )
    if not taken:
        return {}
    rows = await tx.fetch(_LOCK, ([rid for _, _, rid in taken],))
    current = {
        rid: Current(
            rid, bucket, version, ward, pat, Label(label), lu, deleted, content, Method(made)
        )
        for rid, bucket, version, ward, pat, label, lu, deleted, content, made in rows
    }
    return {(type_name(rtype), id): current.get(rid) for rtype, id, rid in taken}
