"""$translate: codes of one system in another, by concept maps.

http://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ehr.errors import InvalidQuery, NotFound
from ehr.records.vocabulary import id_here, library, maps_of, value_set_at
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library, named_by
from ehr.terminology.translate import (
    NO_MATCH,
    Found,
    Known,
    Other,
    Translation,
    Wanted,
)
from ehr.terminology.translate import translate as translated
from fhir_api.call import Call
from fhir_api.operations.coded import Coded, codes, inside, stored, versioned
from fhir_api.operations.parameters import Parameters, answer, part, with_parts
from fhir_api.operations.signature import exclusive, given_to, require_element
from fhir_api.wire.responses import Reply

DEFINITION = "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate"
_MOST_HINTS = 5
_MOST_DEPENDENCIES = 100


async def translate(call: Call) -> Reply:
    """Parameters with `result`, `message` and a `match` for each translation."""
    given = given_to(call, DEFINITION)
    asked = codes(given)
    ends = [await _value_set(call, given.text(name)) for name in ("source", "target")]
    wanted = [_wanted(call, given, one, *ends) for one in asked]
    maps, known = await _maps(call, given, {one.system for one in wanted})
    budget, found = Budget(), Found()
    for one in wanted:
        each = translated(known, maps, one, budget)
        found.translations.update(each.translations)
        found.hints.update(each.hints)
    return _told(found)


def _wanted(
    call: Call, given: Parameters, asked: Coded, source: str | None, target: str | None
) -> Wanted:
    if not asked.system:
        raise InvalidQuery("Name the system of the code.")
    version = given.text("version")
    if version and asked.version and version != asked.version:
        raise InvalidQuery("The coding states another version of its system.")
    reverse = bool(given.flag("reverse"))
    known = tuple(_known(one) for one in given.parts("dependency"))
    if reverse and known:
        raise InvalidQuery("What a mapping depends on is not asked in reverse: leave dependency.")
    if len(known) > _MOST_DEPENDENCIES:
        raise InvalidQuery(f"At most {_MOST_DEPENDENCIES} dependencies are read.")
    return Wanted(
        asked.system,
        asked.code,
        version or asked.version,
        source,
        target,
        given.text("targetsystem"),
        reverse,
        known,
        defaults=source is not None or _is_named(call, given),
    )


def _is_named(call: Call, given: Parameters) -> bool:
    """Whether a concept map is named: only then does it speak for codes that it does not map."""
    return bool(call.id or given.all("url") or given.all("conceptMap"))


def _known(dependency: Parameters) -> Known:
    """A `dependency`: the uri of an element, and its value as a CodeableConcept."""
    dependency.require_known(("element", "concept"))
    element, concept = dependency.text("element"), dependency.element("concept")
    if not element or concept is None:
        raise InvalidQuery("A dependency has an element and a concept.")
    require_element("concept", "CodeableConcept", concept)
    codings = concept.get("coding", ())
    pairs = frozenset((one.get("system"), one["code"]) for one in codings if "code" in one)
    return Known(element, pairs, concept.get("text"))


async def _value_set(call: Call, named: str | None) -> str | None:
    """The canonical of a value set that is named by it, by an address here, or by its id alone."""
    id = None if named is None else id_here(named)
    if named is None or (id is None and ":" in named):
        return named
    found = await value_set_at(call.source, id or named, access=call.access)
    url = found.get("url")
    if not isinstance(url, str):
        raise NotFound(f"The value set {named[:80]!r} has no url, so no concept map names it.")
    return url


async def _maps(
    call: Call, given: Parameters, systems: set[str]
) -> tuple[Iterable[Mapping[str, Any]], Library]:
    """The map asked for, or all that may have something of the systems; and what they refer to."""
    name = exclusive(given, "url", "conceptMap", at_id=bool(call.id))
    if given.text("conceptMapVersion") and name != "url":
        raise InvalidQuery("conceptMapVersion goes with url.")
    if name == "url":
        canonical = versioned(given, "url", "conceptMapVersion")
        key = ("ConceptMap", canonical.partition("|")[0])
        known = await library(call.source, {key}, access=call.access)
        found = known.concept_map(canonical)
        if found is None:
            raise NotFound(f"The concept map {canonical[:300]!r} is not known here.")
        return [found], known
    if call.id:
        maps: list[Mapping[str, Any]] = [await stored(call)]
    elif name:
        maps = [inside(given, name)]
    else:
        maps = list(await maps_of(call.source, systems, access=call.access))
    named = {key for one in maps for key in named_by(one)}
    return maps, await library(call.source, named, access=call.access)


def _told(found: Found) -> Reply:
    held = any(one.equivalence not in NO_MATCH for one in found.translations)
    hints = list(found.hints)[:_MOST_HINTS]
    if not found.translations:
        hints.insert(0, "No translation is known here.")
    parts = [part("result", "Boolean", held)]
    if hints:
        parts.append(part("message", "String", " ".join(hints)))
    return answer(*parts, *map(_match, found.translations))


def _match(one: Translation) -> dict[str, Any]:
    parts = [part("equivalence", "Code", one.equivalence)]
    if one.code is not None:
        parts.append(part("concept", "Coding", _coding(one.system, one.code, one.display)))
    parts += [_product(each) for each in one.products]
    if one.map:
        parts.append(part("source", "Uri", one.map))
    return with_parts("match", *parts)


def _product(one: Other) -> dict[str, Any]:
    coding = _coding(one.system, one.value, one.display)
    return with_parts(
        "product", part("element", "Uri", one.element), part("concept", "Coding", coding)
    )


def _coding(system: str | None, code: str, display: str | None) -> dict[str, str]:
    found = {"system": system, "code": code, "display": display}
    return {key: value for key, value in found.items() if value}
