"""search at a type, by GET or POST: http://hl7.org/fhir/R4/http.html#search."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ehr.errors import Issue
from ehr.records.explain import explain
from ehr.records.find import Page, find
from ehr.records.stored import labels_of, patients_of
from ehr.search.query import MAX_ROUNDS, SearchQuery
from fhir_api.call import Call
from fhir_api.search import links
from fhir_api.search.bundle import bundle, search_entries
from fhir_api.search.cursors import read_cursor, write_cursor
from fhir_api.search.parse import Asked, pairs_of, parse
from fhir_api.search.subsets import part_of
from fhir_api.wire import content
from fhir_api.wire.responses import Reply


async def search(call: Call) -> Reply:
    """A searchset Bundle; the rest of it behind a signed `next` link."""
    asked = parse((call.resource_type,), pairs(call), strict=call.prefer.strict)
    return await searchset(call, asked, call.resource_type)


async def searchset(call: Call, asked: Asked, path: str, patients: Collection[int] = ()) -> Reply:
    """The answer to a search at `path`; `patients` are known to be asked about."""
    sought = links.search_of(path, asked.understood)
    query = asked.query
    if asked.page is not None:
        cursor = call.service.signer.open(asked.page, search=sought, access=call.access)
        query = replace(query, cursor=read_cursor(cursor))
    if query.explain:
        return await _explained(call, query, links.written_as(sought, asked.formats), asked.issues)
    page = await find(call.source, query, access=call.access)
    issues = (*asked.issues, *_of_page(page))
    entries = search_entries(call.service.base, page, issues, part_of(query))
    relations = _relations(call, sought, asked, page)
    shown = (*page.matches, *page.included)
    body = bundle("searchset", relations, entries, page.total)
    seen = patients_of(shown).union(patients)
    return Reply(200, body, patients=tuple(seen), label=labels_of(shown))


async def _explained(call: Call, query: SearchQuery, sought: str, issues: Sequence[Issue]) -> Reply:
    """A searchset that tells how the search would be answered, and holds nobody's record."""
    told = await explain(call.source, query, access=call.access)
    entries = search_entries(call.service.base, Page(), (*issues, *told))
    here = links.url_of(call.service.base, sought)
    return Reply(200, bundle("searchset", [("self", here)], entries))


def _of_page(page: Page) -> Iterator[Issue]:
    """What an answer cannot say of itself otherwise: an outcome says it."""
    if page.is_estimate:
        yield Issue(
            "informational",
            "Bundle.total is an estimate; _total=accurate counts.",
            severity="information",
            expression="Bundle.total",
        )
    if page.is_cut:
        yield Issue(
            "incomplete",
            f":iterate went {MAX_ROUNDS} steps from the matches; there may be more.",
            severity="warning",
        )


def pairs(call: Call) -> links.Pairs:
    """The parameters of the URL and, of a POST, of the form."""
    found = pairs_of(call.request.query)
    if call.request.method == "POST" and call.request.body:
        content.check_form(call.header(b"content-type"), call.header(b"content-encoding"))
        found += pairs_of(call.request.body.decode("latin-1"))
    return found


def _relations(call: Call, sought: str, asked: Asked, page: Page) -> list[tuple[str, str]]:
    """(relation, URL) of the Bundle: what was understood, and how to go on."""
    first = links.url_of(call.service.base, links.written_as(sought, asked.formats))
    here = links.page_of(first, asked.page) if asked.page is not None else first
    relations = [("self", here), ("first", first)]
    for name, cursor in (("previous", page.previous_cursor), ("next", page.next_cursor)):
        if cursor is not None:
            signed = call.service.signer.sign(
                write_cursor(cursor), search=sought, access=call.access
            )
            relations.append((name, links.page_of(first, signed)))
    return relations
