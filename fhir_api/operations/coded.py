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
from fhir_api.operations.signature import exclusive

MOST_CODINGS = 100


@dataclass(frozen=True, slots=True)
class Coded:
    """One code that is asked about."""

    system: str | None
    code: str
    display: str | None = None
    version: str | None = None
    """Of the system, as a coding states it."""


def codes(given: Parameters) -> list[Coded]:
    """The codes in `code` (with `system`), `coding` or `codeableConcept`: one of the three.

    Raises InvalidQuery for none or two of them, TooCostly for more than `MOST_CODINGS`.
    """
    name = exclusive(given, "code", "coding", "codeableConcept")
    if name is None:
        raise InvalidQuery("Name a code: code and system, coding, or codeableConcept.")
    if name == "code":
        return [Coded(given.text("system"), given.one("code"), given.text("display"))]
    _require_alone(given, name)
    value = given.element(name) or {}
    codings = [value] if name == "coding" else value.get("coding", ())
    if not codings:
        raise InvalidQuery("The codeableConcept has no coding.")
    if len(codings) > MOST_CODINGS:
        raise TooCostly(f"A codeableConcept of more than {MOST_CODINGS} codings.")
    return [_of_coding(one) for one in codings]


def one_code(given: Parameters, suffix: str = "") -> Coded:
    """The code in `code<suffix>` and `system`, or in `coding<suffix>`; raises InvalidQuery."""
    name = exclusive(given, f"code{suffix}", f"coding{suffix}")
    if name is None:
        raise InvalidQuery(f"Name a code: code{suffix} with system, or coding{suffix}.")
    if name.startswith("code"):
        return Coded(given.text("system"), given.one(name))
    _require_alone(given, name)
    return _of_coding(given.element(name) or {})


def _require_alone(given: Parameters, name: str) -> None:
    """A coding brings its own system and display; raises InvalidQuery for another beside it."""
    for beside in ("system", "display"):
        if given.all(beside):
            raise InvalidQuery(f"{beside} goes with a code and not with {name}.")


def _of_coding(coding: Mapping[str, Any]) -> Coded:
    code = coding.get("code")
    if code is None:
        raise InvalidQuery("A coding needs a code.")
    return Coded(coding.get("system"), code, coding.get("display"), coding.get("version"))


async def stored(call: Call) -> dict[str, Any]:
    """The resource in the path; raises NotFound or Gone."""
    found = await records.read(call.source, call.resource_type, call.id, access=call.access)
    return parse(found.content)


async def value_set(call: Call, given: Parameters) -> tuple[Mapping[str, Any], Library]:
    """The value set asked about (in the path, as a resource, or by url) and what it is made of."""
    name = exclusive(given, "url", "valueSet", at_id=bool(call.id))
    if name == "url":
        return await _by_url(call, given)
    if given.text("valueSetVersion"):
        raise InvalidQuery("valueSetVersion goes with url.")
    if not (call.id or name):
        raise InvalidQuery("Name a value set: url, valueSet, or the id in the path.")
    found = inside(given, "valueSet") if name else await stored(call)
    return found, await library(call.source, named_by(found), access=call.access)


async def _by_url(call: Call, given: Parameters) -> tuple[Mapping[str, Any], Library]:
    url = versioned(given, "url", "valueSetVersion")
    key: Key = ("ValueSet", url.partition("|")[0])
    known = await library(call.source, {key}, access=call.access)
    return known.value_set(url), known


def versioned(given: Parameters, url: str, version: str) -> str:
    """A canonical whose version may stand in it or in a parameter of its own."""
    canonical, apart = given.one(url), given.text(version)
    if apart is None:
        return str(canonical)
    if "|" in canonical:
        raise InvalidQuery(f"The version stands in {url} and in {version}.")
    return f"{canonical}|{apart}"


def inside(given: Parameters, name: str) -> Mapping[str, Any]:
    """The valid resource that a parameter holds; a status may be left out. Raises Invalid."""
    found = given.resource(name) or {}
    require_valid({"status": "draft", **found})
    return found


async def code_system(
    call: Call, given: Parameters, url: str | None, version: str | None = None
) -> CodeSystem:
    """The code system in the path or of this url, in the version asked for, if one is.

    Raises NotFound or InvalidQuery.
    """
    wanted = given.text("version") or version
    if call.id:
        resource = await stored(call)
        if url not in (None, resource.get("url")):
            raise InvalidQuery(f"The code is of {url!r:.300}, and not of the system in the path.")
        if "url" not in resource:
            raise NotFound("The code system has no url.")
        known = Library({("CodeSystem", resource["url"]): resource})
        require_version(known, resource["url"], wanted)
        return code_system_of(resource)
    if not url:
        raise InvalidQuery("Name a code system: system, or the id in the path.")
    known = await library(call.source, {("CodeSystem", url)}, access=call.access)
    found = known.code_system(url, wanted)
    if found is None:
        raise NotFound(f"The code system {url[:300]!r} is not known here.")
    require_version(known, url, wanted)
    return found


def require_version(known: Library, url: str | None, version: str | None) -> None:
    """Raises NotFound when a code system is known here in another version than the one asked."""
    found = known.code_system(url, version) if url and version else None
    if found is not None and found.version not in (None, version):
        raise NotFound(f"Version {version!r:.80} of {url!r:.300} is not known here.")


def language(given: Parameters) -> str | None:
    """The language of `displayLanguage` without its region: `vi` of `vi-VN`."""
    wanted = given.text("displayLanguage") or ""
    return wanted.split(",")[0].split(";")[0].split("-")[0].strip().lower() or None


def shown(concept: Concept, language: str | None) -> str | None:
    """The name in a language if there is one, else the display."""
    if language:
        for one in concept.designations:
            if one.is_in(language):
                return one.text
    return concept.display
