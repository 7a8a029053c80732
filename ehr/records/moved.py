"""The records of a patient as rows that are to become another's, and the rows given to him.

Nobody is shown what is read here, and it is read whole, whatever the caller may see: a merge that
left labelled records behind would lose them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ehr.access import EVERY_LABEL, Access, Label
from ehr.access_settings import SET_ACCESS, settings_of
from ehr.db import Tx
from ehr.fhir.definitions import type_name
from ehr.located import located
from ehr.records.written import Written
from ehr.search import moved as index


@dataclass(frozen=True, slots=True)
class Row:
    """A current version, also of a deleted record."""

    rid: int
    bucket: int
    resource_type: str
    id: str
    version: int
    ward: int
    label: Label
    last_updated: datetime
    deleted: bool
    content: bytes


_GIVEN = located("unnest(%s::bigint[]) AS t(rid)")
_PLACED = located(
    "unnest(%s::bigint[], %s::int[], %s::bigint[]) AS t(rid, ward, pat)", "ward", "pat"
)
_VERSIONS = located("unnest(%s::bigint[], %s::int[]) AS t(rid, version)", "version")
_ROWS = f"""
SELECT r.rid, r.bucket, r.rtype, r.id, r.version, r.ward, r.label, r.lu, r.deleted, r.content
FROM {_GIVEN} t JOIN resource r ON r.bucket = t.bucket AND r.rid = t.rid
ORDER BY r.rid FOR UPDATE OF r"""  # noqa: S608 - constants
_FORMER = f"""
SELECT h.rid, h.content FROM {_VERSIONS} t
JOIN resource_history h ON h.bucket = t.bucket AND h.rid = t.rid
  AND h.version = t.version"""  # noqa: S608 - constants
_GIVE = f"""
UPDATE resource r SET pat = %s FROM {_GIVEN} t
WHERE r.bucket = t.bucket AND r.rid = t.rid"""  # noqa: S608 - constants
_GIVE_VERSIONS = f"""
UPDATE resource_history h SET pat = %s FROM {_GIVEN} t
WHERE h.bucket = t.bucket AND h.rid = t.rid"""  # noqa: S608 - constants


_SETTLE = f"""
UPDATE resource r SET ward = t.ward, pat = t.pat
FROM {_PLACED} t
WHERE r.bucket = t.bucket AND r.rid = t.rid"""  # noqa: S608 - constants
_SETTLE_VERSIONS = f"""
UPDATE resource_history h SET ward = t.ward, pat = t.pat
FROM {_PLACED} t
WHERE h.bucket = t.bucket AND h.rid = t.rid"""  # noqa: S608 - constants


@asynccontextmanager
async def seeing_all(tx: Tx, access: Access) -> AsyncIterator[None]:
    """Every row in sight, until the caller's own sight is set again."""
    everything = replace(access, every_ward=True, labels=EVERY_LABEL)
    await tx.execute(SET_ACCESS, settings_of(everything))
    yield
    await tx.execute(SET_ACCESS, settings_of(access))


async def numbers_of(tx: Tx, pat: int) -> list[int]:
    """The rids of all that is a patient's, but for his own."""
    return sorted(rid for (rid,) in await tx.fetch(index.OF_PATIENT, {"pat": pat}))


async def locked(tx: Tx, rids: Sequence[int]) -> list[Row]:
    """Rows by their numbers, locked; only within `seeing_all` are they complete."""
    return [
        Row(rid, bucket, type_name(rtype), id, version, ward, Label(label), lu, deleted, content)
        for rid, bucket, rtype, id, version, ward, label, lu, deleted, content in await tx.fetch(
            _ROWS, (list(rids),)
        )
    ]


async def former(tx: Tx, versions: Sequence[tuple[int, int]]) -> dict[int, bytes]:
    """Rid → content of superseded versions, asked for by (rid, version)."""
    columns = ([rid for rid, _ in versions], [version for _, version in versions])
    return dict(await tx.fetch(_FORMER, columns))


async def settle(tx: Tx, records: Sequence[Written]) -> None:
    """Let the rows of records, all their versions and their index lie where they say they do."""
    if not records:
        return
    places = [
        [one.rid for one in records],
        [one.ward for one in records],
        [one.pat for one in records],
    ]
    statements = (_SETTLE, _SETTLE_VERSIONS, *index.SETTLE)
    await tx.execute_all([(one, places) for one in statements])


async def give(tx: Tx, rids: Sequence[int], pat: int) -> None:
    """Make rows, all their versions and their index another patient's."""
    statements = (_GIVE, _GIVE_VERSIONS, index.GIVE)
    await tx.execute_all([(one, (pat, list(rids))) for one in statements])
