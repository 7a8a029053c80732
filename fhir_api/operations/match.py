"""Patient/$match: http://hl7.org/fhir/R4/patient-operation-match.html."""

from collections.abc import Sequence

from ehr.care.match_resident import Match, match_resident
from ehr.errors import InvalidQuery
from ehr.fhir.validate import require_valid
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters, ignored, read
from fhir_api.search.bundle import bundle
from fhir_api.wire.responses import Reply

MAX_COUNT = 100
DEFAULT_COUNT = 10
_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"


async def match(call: Call) -> Reply:
    """A searchset of residents, each with score and grade, the likeliest first."""
    given = read(call)
    ignored(given, ("resource", "onlyCertainMatches", "count"), strict=call.prefer.strict)
    described = given.resource()
    if described is None:
        raise InvalidQuery("$match needs a Patient: the parameter resource.", code="required")
    if described.get("resourceType") != "Patient":
        raise InvalidQuery("$match is given a Patient.", code="value")
    require_valid(described)
    count = _count(given)
    only_certain = given.flag("onlyCertainMatches")
    found = await match_resident(call.source, described, access=call.access)
    if only_certain:
        found = _only_certain(found)
    shown = found[:count]
    entries = [_entry(call.service.base, one) for one in shown]
    return Reply(200, bundle("searchset", (), entries, len(shown))).showing(
        [one.found for one in shown]
    )


def _count(given: Parameters) -> int:
    count = given.whole("count")
    if count == 0:
        raise InvalidQuery("count is 1 or more.")
    return min(count or DEFAULT_COUNT, MAX_COUNT)


def _only_certain(found: Sequence[Match]) -> list[Match]:
    """The one who is certainly meant; nobody where several could be."""
    certain = [one for one in found if one.grade == "certain"]
    return certain if len(certain) == 1 else []


def _entry(base: str, one: Match) -> bytes:
    head = f'{{"fullUrl":"{base}/Patient/{one.found.id}","resource":'.encode()
    tail = (
        f',"search":{{"extension":[{{"url":"{_GRADE}","valueCode":"{one.grade}"}}],'
        f'"mode":"match","score":{one.score:.4f}}}}}'
    )
    return head + one.found.content + tail.encode()
