"""`_explain=true`: how a search would be answered, in the words of FHIR; it is not run."""

from collections.abc import Iterable, Iterator

from ehr.access import Access, Role
from ehr.db import Database, Tx
from ehr.errors import Forbidden, Issue
from ehr.records.probed import looks_at_ends
from ehr.records.resolved import resolved
from ehr.records.running import run
from ehr.search import compile
from ehr.search.compile import Statement
from ehr.search.ends import MOST_OF_EVERY_WARD, MOST_OF_WARDS
from ehr.search.order import sorts_documents
from ehr.search.planned import Planned, Reading, planned
from ehr.search.query import MAX_COLLECTED, Listed, SearchQuery

_MAY = frozenset({Role.SYSTEM, Role.ADMIN})
"""A plan tells of the statistics of every ward."""


async def explain(source: Database | Tx, query: SearchQuery, *, access: Access) -> list[Issue]:
    """The steps of the search; raises Forbidden for who is no administrator, and as `find`."""
    if not access.roles & _MAY:
        raise Forbidden("_explain is for administrators.")
    issues = list(_before(query))
    query = await resolved(source, query, access)
    if query.wants_total:
        counted = await _plan(source, compile.count(query, access), access)
        issues += _told("To count the matches", counted)
    if not query.counts_only:
        issues += await _of_page(source, query, access)
    return issues


def _before(query: SearchQuery) -> Iterator[Issue]:
    """What is asked before the search itself."""
    of_each = [condition for one in query.each for _, condition in one.conditions]
    lists = [one for one in (*query.filters, *of_each) if isinstance(one, Listed)]
    if lists:
        names = ", ".join(dict.fromkeys(f"_list={one.text[:64]}" for one in lists))
        yield _said(f"What the Lists name is read first, and is asked for by id: {names}.")
    if looks_at_ends(query):
        yield _said(
            "The other end of each chain is looked at first: where nothing is, nothing is read;"
            f" up to {MOST_OF_WARDS:,} rows are few, or {MOST_OF_EVERY_WARD:,} of every ward."
        )


async def _of_page(source: Database | Tx, query: SearchQuery, access: Access) -> list[Issue]:
    by_documents = sorts_documents(query)
    statement = (compile.collected if by_documents else compile.page)(query, access)
    issues = list(_told("To find a page", await _plan(source, statement, access)))
    if by_documents:
        issues.append(
            _said(
                f"The documents of all matches, at most {MAX_COLLECTED:,}, are read to sort them."
            )
        )
    along = [f"_include={one.key}" for one in query.includes]
    along += [f"_revinclude={one.key}" for one in query.revincludes]
    if along:
        issues.append(_said(f"What comes along is looked up for each page: {', '.join(along)}."))
    return issues


async def _plan(source: Database | Tx, statement: Statement, access: Access) -> Planned:
    asked = Statement(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.params)
    return planned((await run(source, asked, access))[0][0])


def _told(purpose: str, plan: Planned) -> Iterator[Issue]:
    yield _said(f"{purpose}: {plan.rows:,} rows expected, at a cost of {plan.cost:,.0f}.")
    yield from map(_read, _distinct(plan.readings))


def _distinct(readings: Iterable[Reading]) -> list[Reading]:
    return list({(one.table, one.index): one for one in readings}.values())


def _read(one: Reading) -> Issue:
    by = f" ({one.index})" if one.index is not None else ""
    told = f"Reads {one.words}{by}: {one.rows:,} rows expected, at a cost of {one.cost:,.0f}."
    if one.index is None and one.table.startswith(("resource", "index_")):
        return Issue("too-costly", told, severity="warning")
    return _said(told)


def _said(text: str) -> Issue:
    return Issue("informational", text, severity="information")
