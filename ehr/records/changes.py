"""History of a type or of everything: the compiled statement run, and its page cut."""

from dataclasses import dataclass

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import TooCostly
from ehr.fhir.definitions import type_name
from ehr.records.method import Method
from ehr.records.running import run
from ehr.records.stored import Stored
from ehr.search.changes import Changes, Position, page


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """Versions, newest first, and where the next page begins."""

    entries: list[Stored]
    next_after: Position | None


async def changes(source: Database | Tx, asked: Changes, *, access: Access) -> ChangedPage:
    """One page of versions that the caller may see; raises Forbidden, TooCostly."""
    try:
        rows = await run(source, page(asked, access), access)
    except TooCostly as error:
        raise TooCostly(f"{error} Ask for one type, or for less with _since.") from error
    entries = [
        Stored(type_name(rtype), id, version, lu, content, deleted, rid, pat, label, Method(method))
        for rtype, id, version, lu, content, deleted, rid, pat, label, method in rows[: asked.count]
    ]
    if len(rows) <= asked.count or not entries:
        return ChangedPage(entries, None)
    last = entries[-1]
    return ChangedPage(entries, (last.last_updated, last.rid, last.version))
