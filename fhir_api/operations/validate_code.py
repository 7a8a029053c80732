"""$validate-code: whether a code is in a value set or a code system.

http://hl7.org/fhir/R4/valueset-operation-validate-code.html and codesystem-operation-…
"""

from dataclasses import replace

from ehr.errors import InvalidQuery, NotFound
from ehr.records.vocabulary import library
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library
from ehr.terminology.validate import Verdict, in_system, in_value_set
from fhir_api.call import Call
from fhir_api.operations.coded import (
    Coded,
    codes,
    inside,
    language,
    require_version,
    shown,
    stored,
    value_set,
)
from fhir_api.operations.parameters import Parameters, answer, part
from fhir_api.operations.signature import Parameter, exclusive, given_to, require_now
from fhir_api.wire.responses import Reply

_DEFINITION = "http://hl7.org/fhir/OperationDefinition/{}-validate-code"
_BEYOND = {
    "ValueSet": {"inferSystem": Parameter("boolean")},
    "CodeSystem": {"system": Parameter("uri")},
}
"""Parameters that R4 does not list and clients send."""
_UNSUPPORTED = frozenset({"context"})


async def validate_code(call: Call) -> Reply:
    """Parameters with `result`, and `message` or `display`; of several codings one is enough."""
    kind = call.resource_type
    definition = _DEFINITION.format(kind)
    given = given_to(call, definition, more=_BEYOND[kind], unsupported=_UNSUPPORTED)
    require_now(given)
    verdicts = await (_by_system if kind == "CodeSystem" else _by_value_set)(call, given)
    if given.flag("abstract") is False:
        verdicts = [_concrete(one) for one in verdicts]
    held = [one for one in verdicts if one.result]
    return _told(held[0] if held else verdicts[0], given)


def _concrete(one: Verdict) -> Verdict:
    if one.result and one.concept is not None and one.concept.is_abstract:
        return Verdict(False, f"{one.concept.code!r} is abstract: it only groups.", one.concept)
    return one


async def _by_value_set(call: Call, given: Parameters) -> list[Verdict]:
    asked = codes(given)
    if given.flag("inferSystem") is False and any(one.system is None for one in asked):
        raise InvalidQuery("Name the system of the code, or let it be inferred.")
    found, known = await value_set(call, given)
    versions = {one.system: v for one in asked if one.system and (v := _version(given, one))}
    for system, version in versions.items():
        require_version(known, system, version)
    known, budget = replace(known, versions=versions), Budget()
    return [
        in_value_set(known, found, one.system, one.code, one.display, budget=budget)
        for one in asked
    ]


def _version(given: Parameters, one: Coded) -> str | None:
    """The version of a code's system, which is named once."""
    names = ("systemVersion", "version")
    apart = next((text for name in names if (text := given.text(name))), None)
    if None not in (apart, one.version) and apart != one.version:
        raise InvalidQuery("The coding states another version of its system.")
    return apart or one.version


async def _by_system(call: Call, given: Parameters) -> list[Verdict]:
    asked = codes(given)
    known, url = await _systems(call, given, asked)
    for one in asked:
        require_version(known, _system(one, url), _version(given, one))
    return [_in_system(known, one, _system(one, url), _version(given, one)) for one in asked]


def _in_system(known: Library, one: Coded, system: str, version: str | None) -> Verdict:
    if one.system not in (None, system):
        return Verdict(False, f"The code is of {one.system!r:.200} and not of {system!r:.200}.")
    return in_system(known, system, one.code, one.display, version)


async def _systems(call: Call, given: Parameters, asked: list[Coded]) -> tuple[Library, str | None]:
    """The code systems asked about; the url of the one in the path, in a parameter, or named."""
    name = exclusive(given, "url", "codeSystem", at_id=bool(call.id))
    if call.id or name == "codeSystem":
        resource = inside(given, "codeSystem") if name else await stored(call)
        url = resource.get("url")
        if not isinstance(url, str):
            raise NotFound("The code system has no url.")
        return Library({("CodeSystem", url): resource}), url
    url = given.text("url")
    systems = {("CodeSystem", _system(one, url)) for one in asked}
    return await library(call.source, systems, access=call.access), url


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
