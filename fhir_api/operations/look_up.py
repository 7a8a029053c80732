"""$lookup: what a code means (http://hl7.org/fhir/R4/codesystem-operation-lookup.html)."""

from collections.abc import Iterator
from typing import Any

from ehr.errors import NotFound
from ehr.terminology.concepts import CodeSystem, Concept, Designation
from fhir_api.call import Call
from fhir_api.operations.coded import code_system, language, one_code, shown
from fhir_api.operations.parameters import Parameters, answer, part, with_parts
from fhir_api.operations.signature import given_to, require_now
from fhir_api.wire.responses import Reply

DEFINITION = "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup"
_LANGUAGE = "lang."


async def look_up(call: Call) -> Reply:
    """Parameters: name, version, display, designations, properties; NotFound for no such code."""
    given = given_to(call, DEFINITION)
    require_now(given)
    asked = one_code(given)
    system = await code_system(call, given, asked.system, asked.version)
    concept = system.find(asked.code)
    if concept is None:
        raise NotFound(f"{asked.code[:64]!r} is not a code of {system.url[:300]} known here.")
    return answer(*_told(system, concept, given))


def _told(system: CodeSystem, concept: Concept, given: Parameters) -> Iterator[dict[str, Any]]:
    yield part("name", "String", system.name or system.url)
    if system.version:
        yield part("version", "String", system.version)
    yield part("display", "String", shown(concept, language(given)) or concept.code)
    wanted = set(given.texts("property"))
    yield from (_designation(one) for one in concept.designations if _is_wanted(one, wanted))
    for code, kind, value in _properties(system, concept):
        if not wanted or code in wanted:
            yield with_parts("property", part("code", "Code", code), part("value", kind, value))


def _is_wanted(one: Designation, wanted: set[str]) -> bool:
    """All of them, or those of the languages that `lang.X` names."""
    if not wanted or "designation" in wanted:
        return True
    languages = (name.removeprefix(_LANGUAGE).lower() for name in wanted if _LANGUAGE in name)
    return any(one.is_in(language) for language in languages)


def _designation(one: Designation) -> dict[str, Any]:
    parts = [part("language", "Code", one.language)] if one.language else []
    parts += [part("use", "Coding", one.use)] if one.use else []
    return with_parts("designation", *parts, part("value", "String", one.text))


def _properties(system: CodeSystem, concept: Concept) -> Iterator[tuple[str, str, Any]]:
    if concept.definition:
        yield "definition", "String", concept.definition
    yield "inactive", "Boolean", concept.is_inactive
    yield from (("parent", "Code", one) for one in concept.parents)
    yield from (("child", "Code", one) for one in system.children.get(concept.code, ()))
    yield from (one for one in concept.properties if one[0] not in ("parent", "child", "inactive"))
