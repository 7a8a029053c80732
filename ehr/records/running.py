"""Compiled statements run, and their rows as records."""

from ehr.access import Access
from ehr.db import Database, Row, Tx
from ehr.fhir.definitions import type_name
from ehr.records.stored import Stored
from ehr.search.compile import Statement


async def run(source: Database | Tx, statement: Statement, access: Access) -> list[Row]:
    """The rows of a compiled statement."""
    if isinstance(source, Tx):
        return await source.search(statement.text, statement.params)
    return await source.search(access, statement.text, statement.params)


def of_row(row: Row) -> Stored:
    """A row of `compile.page` as the record it is."""
    rtype, id, version, last_updated, content, rid, _, pat, label, *_ = row
    return Stored(type_name(rtype), id, version, last_updated, content, False, rid, pat, label)
