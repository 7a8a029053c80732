"""Observation/$lastn: http://hl7.org/fhir/R4/observation-operation-lastn.html."""

from ehr.errors import InvalidQuery, Issue, TooCostly
from ehr.fhir.resource import Number
from ehr.records.find import Page, find
from ehr.records.lastn import last
from ehr.records.stored import Stored
from ehr.search.filters import parameter_of, sort_of
from ehr.search.query import MAX_COUNT, Filter, SearchQuery
from ehr.search.values import TokenValue
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters, read
from fhir_api.search import links
from fhir_api.search.bundle import bundle, search_entries
from fhir_api.search.parse import Pair, parse
from fhir_api.search.subsets import part_of
from fhir_api.wire.responses import Reply

_WITHOUT_MEANING = frozenset({"_count", "_sort", "_total", "_summary", "_explain", links.PAGE})
"""The operation decides itself what comes, and in which order."""


async def lastn(call: Call) -> Reply:
    """A searchset: the last `max` (1 unless told) of each group, most recent first."""
    given = read(call)
    most = given.whole("max")
    if most == 0:
        raise InvalidQuery("max is 1 or more.")
    pairs = [pair for pair in _pairs(given) if pair[0] not in _WITHOUT_MEANING]
    _require_subject(pairs)
    asked = parse(("Observation",), pairs, strict=call.prefer.strict)
    found = await last(call.source, asked.query.filters, most or 1, access=call.access)
    page = await _with_includes(call, found, asked.query)
    issues = (*asked.issues, *_ignored(given))
    told = [("max", str(most))] if most else []
    shown = (*page.matches, *page.included)
    sought = links.search_of("Observation/$lastn", [*told, *asked.understood])
    return Reply(
        200,
        bundle(
            "searchset",
            [("self", f"{call.service.base}/{sought}")],
            search_entries(call.service.base, page, issues, part_of(asked.query)),
            len(found),
        ),
    ).showing(shown)


def _pairs(given: Parameters) -> list[Pair]:
    """The search parameters, from the URL or from a Parameters resource."""
    return [(one.name, _text(one.name, one.value)) for one in given.given if one.name != "max"]


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, Number):
        return value.literal
    raise InvalidQuery(f"The parameter {ascii(name[:64])[1:-1]} is written as in a search.")


def _require_subject(pairs: list[Pair]) -> None:
    names = {name.partition(":")[0].partition(".")[0] for name, value in pairs if value}
    if names.isdisjoint({"patient", "subject"}):
        raise InvalidQuery("$lastn needs a subject: patient or subject.", code="required")


def _ignored(given: Parameters) -> list[Issue]:
    names = sorted({one.name for one in given.given} & _WITHOUT_MEANING)
    return [
        Issue("not-supported", f"{name} has no meaning in $lastn.", severity="warning")
        for name in names
    ]


async def _with_includes(call: Call, found: list[Stored], asked: SearchQuery) -> Page:
    """What was found, and what it includes: by a search for just these."""
    if not (asked.includes or asked.revincludes) or not found:
        return Page(found)
    if len(found) > MAX_COUNT:
        raise TooCostly(f"At most {MAX_COUNT} observations can have includes; lower max.")
    these = Filter(
        parameter_of("Observation", "_id"), None, tuple(TokenValue(None, one.id) for one in found)
    )
    query = SearchQuery(
        ("Observation",),
        (*asked.filters, these),
        sort=(sort_of("Observation", "-date"),),
        count=len(found),
        includes=asked.includes,
        revincludes=asked.revincludes,
    )
    return Page(found, (await find(call.source, query, access=call.access)).included)
