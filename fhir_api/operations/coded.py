"""What the terminology operations share: the codes they are given, and what these are asked of.

http://hl7.org/fhir/R4/terminology-service.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ehr.errors import InvalidQuery, NotFound, TooCostly
from ehr.fhir.resource import parse
from ehr.fhir.validate import require_valid
from ehr.records import read as records
from ehr.records.vocabulary import library
from ehr.terminology.concepts import CodeSystem, Concept, code_system_of
from ehr.terminology.library import Key, Library, named_by
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters

MOST_CODINGS = 100


@dataclass(frozen=True, slots=True)
class Coded:
    """One code that is asked about."""

    system: str | None
    code: str
    display: str | None = None


def codes(given: Parameters) -> list[Coded]:
    """The codes in `code` (with `system`), `coding` or `codeableConcept`.

    Raises InvalidQuery for none, TooCostly for more than `MOST_CODINGS`.
    """
    concept = given.element("codeableConcept")
    coding = given.element("coding")
    code = given.text("code")
    if concept is not None:
        found = [_of_coding(one) for one in concept.get("coding", ())[: MOST_CODINGS + 1]]
    elif coding is not None:
        found = [_of_coding(coding)]
    elif code is not None:
        found = [Coded(given.text("system"), code, given.text("display"))]
    else:
        raise InvalidQuery("Name a code: code and system, coding, or codeableConcept.")
    if not found:
        raise InvalidQuery("The codeableConcept has no coding.")
    if len(found) > MOST_CODINGS:
        raise TooCostly(f"A codeableConcept of more than {MOST_CODINGS} codings.")
    return found


def one_code(given: Parameters, suffix: str = "") -> Coded:
    """The code in `code<suffix>` and `system`, or in `coding<suffix>`; raises InvalidQuery."""
    coding = given.element(f"coding{suffix}")
    if coding is not None:
        return _of_coding(coding)
    code = given.text(f"code{suffix}")
    if code is None:
        raise InvalidQuery(f"Name a code: code{suffix} with system, or coding{suffix}.")
    return Coded(given.text("system"), code)


def _of_coding(coding: Mapping[str, Any]) -> Coded:
    code = coding.get("code")
    if not isinstance(code, str):
        raise InvalidQuery("A coding needs a code.")
    return Coded(coding.get("system"), code, coding.get("display"))


async def stored(call: Call) -> dict[str, Any]:
    """The resource in the path; raises NotFound or Gone."""
    found = await records.read(call.source, call.resource_type, call.id, access=call.access)
    return parse(found.content)


async def value_set(call: Call, given: Parameters) -> tuple[Mapping[str, Any], Library]:
    """The value set asked about (in the path, as a resource, or by url) and what it is made of."""
    inside = given.resource("valueSet")
    if call.id:
        found: Mapping[str, Any] = await stored(call)
    elif inside is not None:
        found = inside
    else:
        return await _by_url(call, given)
    _require_value_set(found)
    return found, await library(call.source, named_by(found), access=call.access)


async def _by_url(call: Call, given: Parameters) -> tuple[Mapping[str, Any], Library]:
    url = given.text("url")
    if not url:
        raise InvalidQuery("Name a value set: url, valueSet, or the id in the path.")
    version = given.text("valueSetVersion")
    key: Key = ("ValueSet", url.partition("|")[0])
    known = await library(call.source, {key}, access=call.access)
    return known.value_set(f"{url}|{version}" if version and "|" not in url else url), known


def _require_value_set(found: Mapping[str, Any]) -> None:
    """Raises InvalidQuery or Invalid unless it is a ValueSet of FHIR; a status may be left out."""
    if found.get("resourceType") != "ValueSet":
        raise InvalidQuery("The parameter valueSet is a ValueSet.")
    require_valid({"status": "draft", **found})


async def code_system(call: Call, given: Parameters, url: str | None) -> CodeSystem:
    """The code system in the path or of this url; raises NotFound or InvalidQuery."""
    if call.id:
        resource = await stored(call)
        if "url" not in resource:
            raise NotFound("The code system has no url.")
        return code_system_of(resource)
    if not url:
        raise InvalidQuery("Name a code system: system, or the id in the path.")
    known = await library(call.source, {("CodeSystem", url)}, access=call.access)
    found = known.code_system(url)
    if found is None:
        raise NotFound(f"The code system {url[:300]!r} is not known here.")
    require_version(known, url, given.text("version"))
    return found


def require_version(known: Library, url: str | None, version: str | None) -> None:
    """Raises NotFound when a code system is known here in another version than the one asked."""
    found = known.code_system(url) if url and version else None
    if found is not None and found.version not in (None, version):
        raise NotFound(f"Version {version!r:.80} of {url!r:.300} is not known here.")


def language(given: Parameters) -> str | None:
    """The language of `displayLanguage` without its region: `vi` of `vi-VN`."""
    wanted = given.text("displayLanguage") or ""
    return wanted.split(",")[0].split(";")[0].split("-")[0].strip().lower() or None


def shown(concept: Concept, language: str | None) -> str | None:
    """The name in a language if there is one, else the display."""
    if language:
        for each, text in concept.designations:
            if each.split("-")[0].lower() == language:
                return text
    return concept.display
