"""$validate-code: whether a code is in a value set or a code system.

http://hl7.org/fhir/R4/valueset-operation-validate-code.html and codesystem-operation-…
"""

from ehr.errors import InvalidQuery, NotFound
from ehr.fhir.validate import require_valid
from ehr.records.vocabulary import library
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library
from ehr.terminology.validate import Verdict, in_system, in_value_set
from fhir_api.call import Call
from fhir_api.operations.coded import (
    Coded,
    codes,
    language,
    require_version,
    shown,
    stored,
    value_set,
)
from fhir_api.operations.parameters import Parameters, answer, part, read
from fhir_api.wire.responses import Reply

_CODED = ("code", "system", "systemVersion", "version", "display", "coding", "codeableConcept")
_MORE = ("date", "abstract", "displayLanguage")
_OF_SET = (*_CODED, *_MORE, "url", "valueSet", "valueSetVersion", "inferSystem")
_OF_SYSTEM = (*_CODED, *_MORE, "url", "codeSystem")


async def validate_code(call: Call) -> Reply:
    """Parameters with `result`, and `message` or `display`; of several codings one is enough."""
    given = read(call)
    if call.resource_type == "CodeSystem":
        given.require_known(_OF_SYSTEM)
        verdicts = await _by_system(call, given)
    else:
        given.require_known(_OF_SET)
        verdicts = await _by_value_set(call, given)
    if given.flag("abstract") is False:
        verdicts = [_concrete(one) for one in verdicts]
    held = [one for one in verdicts if one.result]
    return _told(held[0] if held else verdicts[0], given)


def _concrete(one: Verdict) -> Verdict:
    if one.result and one.concept is not None and one.concept.is_abstract:
        return Verdict(False, f"{one.concept.code!r} is abstract: it only groups.", one.concept)
    return one


async def _by_value_set(call: Call, given: Parameters) -> list[Verdict]:
    found, known = await value_set(call, given)
    for one in codes(given):
        require_version(known, one.system, given.text("systemVersion"))
    budget = Budget()
    return [
        in_value_set(known, found, one.system, one.code, one.display, budget=budget)
        for one in codes(given)
    ]


async def _by_system(call: Call, given: Parameters) -> list[Verdict]:
    asked = codes(given)
    inside = given.resource("codeSystem")
    if call.id or inside is not None:
        resource = await stored(call) if call.id else inside or {}
        if inside is not None:
            require_valid({"status": "draft", **inside})
        url = resource.get("url")
        if not isinstance(url, str):
            raise NotFound("The code system has no url.")
        own = Library({("CodeSystem", url): resource})
        return [in_system(own, url, one.code, one.display) for one in asked]
    url = given.text("url")
    systems = {_system(one, url) for one in asked}
    known = await library(
        call.source, {("CodeSystem", system) for system in systems}, access=call.access
    )
    for system in systems:
        require_version(known, system, given.text("version"))
    return [in_system(known, _system(one, url), one.code, one.display) for one in asked]


def _system(one: Coded, url: str | None) -> str:
    system = url or one.system
    if not system:
        raise InvalidQuery("Name a code system: url, or system.")
    return system


def _told(one: Verdict, given: Parameters) -> Reply:
    parts = [part("result", "Boolean", one.result)]
    if one.message is not None:
        parts.append(part("message", "String", one.message))
    display = shown(one.concept, language(given)) if one.concept is not None else None
    if display:
        parts.append(part("display", "String", display))
    return answer(*parts)
