"""All matches of a search that must be seen whole before it can be answered: a trend, a figure."""

from dataclasses import replace

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import TooCostly
from ehr.records.find import find
from ehr.records.stored import Stored
from ehr.search.query import MAX_COUNT, SearchQuery

MAX_GATHERED = 5_000
"""Most records that are looked at for one answer: a tenth of a second."""


async def gather(
    source: Database | Tx, query: SearchQuery, *, access: Access, limit: int = MAX_GATHERED
) -> list[Stored]:
    """Every match in the query's order; raises TooCostly for more than `limit`, else as `find`."""
    query = replace(query, count=min(limit, MAX_COUNT))
    found: list[Stored] = []
    while True:
        page = await find(source, query, access=access)
        found += page.matches
        if page.next_cursor is None:
            return found
        if len(found) >= limit:
            raise TooCostly(f"More than {limit} records match; ask for fewer, by date or code.")
        query = replace(query, cursor=page.next_cursor)
