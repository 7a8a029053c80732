"""A row is found by its whole key, whatever the policy of its table may hide."""

from fixtures import callers

from ehr.db import Database
from ehr.fhir.definitions import type_number
from ehr.located import located
from ehr.records.read import NAMED


async def conditions(db: Database, table: str) -> list[str]:
    """What an index of `resource` is entered by."""
    rows = await db.search(
        callers.clinician(1),
        f"EXPLAIN SELECT r.rid FROM {table} d"
        " JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid",
        {"rtype": type_number("Patient"), "id": "x", "rids": [1 << 48]},
    )
    lines = [line.strip() for (line,) in rows]
    return [line for line in lines if line.startswith("Index Cond") and "bucket" in line]


async def test_of_an_id(db: Database) -> None:
    (found,) = await conditions(db, NAMED)
    assert "bucket = " in found
    assert "rid = " in found


async def test_of_row_numbers(db: Database) -> None:
    (found,) = await conditions(db, located("unnest(%(rids)s::bigint[]) AS t(rid)"))
    assert "bucket = " in found
    assert "rid = " in found


async def test_columns_are_passed_on(db: Database) -> None:
    table = located("unnest(%s::bigint[], %s::text[]) AS t(rid, name)", "name")
    rows = await db.fetch(
        callers.nobody(), f"SELECT rid, bucket, name FROM {table} d", ([5 << 48 | 7], ["a"])
    )
    assert rows == [(5 << 48 | 7, 5, "a")]
