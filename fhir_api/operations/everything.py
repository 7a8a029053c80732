"""$everything of a Patient or an Encounter.

http://hl7.org/fhir/R4/patient-operation-everything.html,
http://hl7.org/fhir/R4/encounter-operation-everything.html.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ehr.errors import InvalidQuery
from ehr.fhir.dates import asked_bounds
from ehr.fhir.definitions import is_resource_type
from ehr.records.everything import Everything, everything_of
from ehr.search.everything import Wanted
from ehr.search.query import MAX_COUNT
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters, ignored, read
from fhir_api.search import links
from fhir_api.search.bundle import bundle, search_entries
from fhir_api.search.parse import formats_of, pairs_of
from fhir_api.wire.responses import Reply

_CARE_DATES = ("start", "end")
_COMMON = ("_since", "_type", "_count")


async def everything(call: Call) -> Reply:
    """A searchset of the record, what it refers to marked `include`; the rest behind `next`."""
    given = read(call)
    known = _COMMON if call.resource_type == "Encounter" else (*_CARE_DATES, *_COMMON)
    issues = ignored(given, {*known, links.PAGE}, strict=call.prefer.strict)
    sought = links.search_of(call.request.path, [*_understood(given, known)])
    wanted = _wanted(call, given, known)
    token = given.text(links.PAGE)
    if token is not None:
        after = call.service.signer.open(token, search=sought, access=call.access)
        wanted = replace(wanted, after=int(after))
    found = await everything_of(call.source, wanted, access=call.access)
    entries = search_entries(call.service.base, found.page, issues)
    shown = (*found.page.matches, *found.page.included)
    relations = _relations(call, sought, token, found)
    return Reply(200, bundle("searchset", relations, entries, found.page.total)).showing(shown)


def _wanted(call: Call, given: Parameters, known: Iterable[str]) -> Wanted:
    count = given.whole("_count")
    if count == 0:
        raise InvalidQuery("_count is 1 or more here.")
    dated = "start" in known
    return Wanted(
        call.resource_type,
        call.id,
        types=_types(given),
        start=_instant(given, "start")[0] if dated and given.text("start") else None,
        end=_instant(given, "end")[1] if dated and given.text("end") else None,
        since=_instant(given, "_since")[0] if given.text("_since") else None,
        count=min(count or MAX_COUNT, MAX_COUNT),
    )


def _instant(given: Parameters, name: str) -> tuple[datetime, datetime]:
    try:
        return asked_bounds(given.text(name) or "")
    except ValueError:
        raise InvalidQuery(f"{name} is a FHIR date or instant.", code="value") from None


def _types(given: Parameters) -> frozenset[str] | None:
    """The types asked for: `_type` may be given several times, each a list with commas."""
    asked = [kind for text in given.texts("_type") for kind in text.split(",")]
    for kind in asked:
        if not is_resource_type(kind):
            raise InvalidQuery(f"_type: FHIR R4 has no resource type {kind[:64]!a}.")
    return frozenset(asked) or None


def _understood(given: Parameters, known: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The parameters of the page links, in one order however they were sent."""
    for name in known:
        for value in given.all(name):
            yield name, getattr(value, "literal", None) or str(value)


def _relations(
    call: Call, sought: str, token: str | None, found: Everything
) -> list[tuple[str, str]]:
    formats = formats_of(pairs_of(call.request.query))
    first = f"{call.service.base}/{links.written_as(sought, formats)}"
    here = links.page_of(first, token) if token is not None else first
    relations = [("self", here), ("first", first)]
    if found.after is not None:
        signed = call.service.signer.sign(
            str(found.after).encode(), search=sought, access=call.access
        )
        relations.append(("next", links.page_of(first, signed)))
    return relations
