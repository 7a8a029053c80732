"""search: a compiled query run, its page cut, what it includes fetched.

The caller's predicate is in every statement that `ehr.search.compile` makes; row-level security on
`resource` is the net. http://hl7.org/fhir/R4/http.html#search
"""

from dataclasses import dataclass, field

import orjson

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import TooCostly
from ehr.records.along import along
from ehr.records.collected import collected_page
from ehr.records.resolved import resolved
from ehr.records.running import of_row, run
from ehr.records.stored import Stored
from ehr.search import compile, recheck
from ehr.search.order import sorts_documents
from ehr.search.page import Window, window
from ehr.search.planned import planned_rows
from ehr.search.query import MAX_COUNTED, Cursor, Filter, SearchQuery


@dataclass(frozen=True, slots=True)
class Page:
    """One page: matches in order, what they include, the total if it was asked for."""

    matches: list[Stored] = field(default_factory=list)
    included: list[Stored] = field(default_factory=list)
    total: int | None = None
    is_estimate: bool = False
    """Whether the total is the planner's."""
    next_cursor: Cursor | None = None
    previous_cursor: Cursor | None = None
    is_cut: bool = False
    """Whether `:iterate` would have gone on."""


async def find(source: Database | Tx, query: SearchQuery, *, access: Access) -> Page:
    """The page that `query` asks for, of what `access` may see.

    Raises Forbidden, InvalidQuery, NotSupported, TooCostly.
    """
    query = await resolved(source, query, access)
    total, is_estimate = None, False
    if query.wants_total:
        total, is_estimate = await _total(source, query, access)
    if query.counts_only:
        return Page(total=total, is_estimate=is_estimate)
    shown = await _window(source, query, access)
    matches = _confirmed(query, [of_row(row) for row in shown.rows])
    more = await along(source, query, matches, access)
    return Page(matches, more.found, total, is_estimate, shown.next, shown.previous, more.is_cut)


async def _window(source: Database | Tx, query: SearchQuery, access: Access) -> Window:
    if sorts_documents(query):
        return await collected_page(source, query, access)
    try:
        rows = await run(source, compile.page(query, access), access)
    except TooCostly as error:
        keys = ",".join(one.key for one in query.sort)
        advice = f"{error} Name a patient or a narrower criterion"
        advice += f", or leave out _sort={keys}." if keys else "."
        raise TooCostly(advice) from error
    return window(query, rows)


async def _total(source: Database | Tx, query: SearchQuery, access: Access) -> tuple[int, bool]:
    """The number of matches, and whether it is an estimate: only where there are many.

    A few are counted: the planner's statistics are of all wards together, and what they say of a
    rare value would tell one ward of another.
    """
    most = MAX_COUNTED + 1 if query.total == "estimate" else None
    rows = await run(source, compile.count(query, access, at_most=most), access)
    counted = int(rows[0][0])
    if most is None or counted < most:
        return counted, False
    plan = await run(source, compile.estimate(query, access), access)
    return max(most, planned_rows(plan[0][0])), True


def _confirmed(query: SearchQuery, matches: list[Stored]) -> list[Stored]:
    """Matches on a hashed key whose document really holds the value."""
    criteria = {
        one: recheck.keyed(query.of((one,)) if query.each else query) for one in query.types
    }
    if not any(criteria.values()):
        return matches
    return [one for one in matches if _holds(criteria[one.resource_type], one)]


def _holds(criteria: tuple[Filter, ...], match: Stored) -> bool:
    # Not `ehr.fhir.resource.parse`: what was stored was judged, and no number is asked for here.
    return not criteria or recheck.holds(criteria, orjson.loads(match.content))
