"""$translate: codes of one system in another, by concept maps.

http://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ehr.errors import InvalidQuery, NotFound
from ehr.fhir.validate import require_valid
from ehr.records.vocabulary import library, stored_maps
from ehr.terminology import shipped
from ehr.terminology.translate import NO_MATCH, Translation, Wanted, translations
from fhir_api.call import Call
from fhir_api.operations.coded import Coded, codes, stored
from fhir_api.operations.parameters import Parameters, answer, part, read, with_parts
from fhir_api.wire.responses import Reply

_KNOWN = (
    *("url", "conceptMap", "conceptMapVersion", "code", "system", "version", "source", "coding"),
    *("codeableConcept", "target", "targetsystem", "dependency", "reverse", "display"),
)


async def translate(call: Call) -> Reply:
    """Parameters with `result`, `message` and a `match` for each translation."""
    given = read(call)
    given.require_known(_KNOWN)
    if given.all("dependency"):
        raise InvalidQuery("Translations that depend on other elements are not known here.")
    found: dict[Translation, None] = {}
    for asked in codes(given):
        wanted = _wanted(given, asked)
        maps = await _maps(call, given, wanted.system)
        found.update(dict.fromkeys(translations(maps, wanted)))
    return _told(list(found))


def _wanted(given: Parameters, asked: Coded) -> Wanted:
    if not asked.system:
        raise InvalidQuery("Name the system of the code.")
    return Wanted(
        asked.system,
        asked.code,
        given.text("source"),
        given.text("target"),
        given.text("targetsystem"),
        bool(given.flag("reverse")),
    )


async def _maps(call: Call, given: Parameters, system: str) -> Iterable[Mapping[str, Any]]:
    """The map asked for, or all that may have something of the system."""
    inside = given.resource("conceptMap")
    if call.id:
        return [await stored(call)]
    if inside is not None:
        require_valid({"status": "draft", **inside})
        return [inside]
    url = given.text("url")
    if url is None:
        return [
            *await stored_maps(call.source, system, access=call.access),
            *shipped.concept_maps(),
        ]
    known = await library(call.source, {("ConceptMap", url)}, access=call.access)
    found = [one for one in known.concept_maps() if one.get("url") == url]
    if not found:
        raise NotFound(f"The concept map {url[:300]!r} is not known here.")
    return found


def _told(found: list[Translation]) -> Reply:
    held = any(one.equivalence not in NO_MATCH for one in found)
    parts = [part("result", "Boolean", held)]
    if not found:
        parts.append(part("message", "String", "No translation is known here."))
    return answer(*parts, *map(_match, found))


def _match(one: Translation) -> dict[str, Any]:
    coding = {"system": one.system, "code": one.code}
    if one.display:
        coding["display"] = one.display
    parts = [part("equivalence", "Code", one.equivalence), part("concept", "Coding", coding)]
    if one.map:
        parts.append(part("source", "Uri", one.map))
    return with_parts("match", *parts)
