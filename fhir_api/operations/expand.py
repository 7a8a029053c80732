"""$expand: the codes of a value set (http://hl7.org/fhir/R4/valueset-operation-expand.html)."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ehr import clock
from ehr.fhir.resource import dump
from ehr.i18n.names import fold
from ehr.ingest.stamp import instant
from ehr.terminology.expand import Expansion, Member, expand
from fhir_api.call import Call
from fhir_api.operations.coded import value_set
from fhir_api.operations.parameters import Parameters, read
from fhir_api.wire.responses import Reply

PARAMETERS = (
    *("url", "valueSet", "valueSetVersion", "filter", "offset", "count", "includeDesignations"),
    *("includeDefinition", "activeOnly", "excludeNested", "excludeNotForUI", "displayLanguage"),
    *("designation", "context", "contextDirection", "date", "excludePostCoordinated"),
    *("exclude-system", "system-version", "check-system-version", "force-system-version"),
)
_ECHOED = ("filter", "offset", "count", "activeOnly", "displayLanguage", "includeDesignations")
_UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"


async def expand_value_set(call: Call) -> Reply:
    """The ValueSet with its expansion; NotFound, NotSupported or TooCostly where there is none."""
    given = read(call)
    given.require_known(PARAMETERS)
    found, library = await value_set(call, given)
    return Reply(200, dump(_expanded(found, expand(library, found), given)))


def _expanded(found: Mapping[str, Any], whole: Expansion, given: Parameters) -> dict[str, Any]:
    members = [one for one in whole.members if _is_wanted(one, given)]
    offset, count = given.whole("offset") or 0, given.whole("count")
    page = members[offset : None if count is None else offset + count]
    kept = ("resourceType", "id", "url", "version", "name", "title", "status")
    expansion: dict[str, Any] = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": instant(clock.now()),
        "total": len(members),
        "offset": offset,
    }
    if not whole.is_closed:
        expansion = {"extension": [{"url": _UNCLOSED, "valueBoolean": True}], **expansion}
    echoed = list(_echo(given))
    if echoed:
        expansion["parameter"] = echoed
    if page:
        expansion["contains"] = [_contained(one, given) for one in page]
    return {key: found[key] for key in kept if key in found} | {"expansion": expansion}


def _is_wanted(one: Member, given: Parameters) -> bool:
    concept = one.concept
    if given.flag("activeOnly") and concept.is_inactive:
        return False
    if given.flag("excludeNotForUI") and concept.is_abstract:
        return False
    words = fold(given.text("filter") or "").split()
    names = " ".join([concept.code, concept.display or "", *(t for _, t in concept.designations)])
    text = fold(names)
    return all(word in text for word in words)


def _contained(one: Member, given: Parameters) -> dict[str, Any]:
    concept = one.concept
    entry: dict[str, Any] = {"system": one.system}
    if one.version is not None:
        entry["version"] = one.version
    if concept.is_abstract:
        entry["abstract"] = True
    if concept.is_inactive:
        entry["inactive"] = True
    entry["code"] = concept.code
    display = in_language(concept.display, concept.designations, given.text("displayLanguage"))
    if display:
        entry["display"] = display
    if given.flag("includeDesignations") and concept.designations:
        entry["designation"] = [
            {"language": language, "value": text} if language else {"value": text}
            for language, text in concept.designations
        ]
    return entry


def in_language(
    display: str | None, designations: tuple[tuple[str, str], ...], wanted: str | None
) -> str | None:
    """The name in the language asked for (`vi`, `vi-VN`), else the display."""
    if wanted:
        language = wanted.split(",")[0].split(";")[0].split("-")[0].strip().lower()
        for each, text in designations:
            if each.split("-")[0].lower() == language:
                return text
    return display


def _echo(given: Parameters) -> list[dict[str, Any]]:
    """What decided the expansion."""
    found = []
    for name in _ECHOED:
        if not given.all(name):
            continue
        if name in ("offset", "count"):
            found.append({"name": name, "valueInteger": given.whole(name)})
        elif name in ("activeOnly", "includeDesignations"):
            found.append({"name": name, "valueBoolean": given.flag(name)})
        else:
            found.append({"name": name, "valueString": given.text(name)})
    return found
