"""Whether a code is in a value set or a code system, without listing either.

http://hl7.org/fhir/R4/valueset-operation-validate-code.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ehr.errors import NotFound, TooCostly
from ehr.fhir.ucum import unit
from ehr.i18n.names import fold
from ehr.terminology.concepts import CodeSystem, Concept
from ehr.terminology.library import Library
from ehr.terminology.selection import selects
from ehr.terminology.systems import UCUM

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """`message` says why not, or that the display is another one."""

    result: bool
    message: str | None = None
    display: str | None = None


def in_system(library: Library, system: str, code: str, display: str | None = None) -> Verdict:
    """Whether `code` is of the code system."""
    known = library.code_system(system)
    if system == UCUM:
        held = unit(code) is not None
        return Verdict(held, None if held else f"{code[:64]!r} is no unit of UCUM.")
    if known is None or not known.concepts:
        return Verdict(False, f"The code system {system[:300]!r} is not known here.")
    concept = known.find(code)
    if concept is None:
        part = "" if known.content == "complete" else ", of which only a part is known here"
        return Verdict(False, f"{code[:64]!r} is not a code of {system[:300]}{part}.")
    return _displayed(concept, display)


def in_value_set(
    library: Library,
    value_set: Mapping[str, Any],
    system: str | None,
    code: str,
    display: str | None = None,
) -> Verdict:
    """Whether `code` is in the value set; without `system`, of whichever system it names."""
    systems = [system] if system is not None else sorted(_systems(library, value_set, 0))
    for one in systems:
        if _holds(library, value_set, one, code, 0):
            known = library.code_system(one)
            concept = known.find(code) if known else None
            return _displayed(concept or _listed(value_set, one, code), display)
    name = value_set.get("url") or "the value set"
    of = f" of {system[:300]}" if system else ""
    return Verdict(False, f"{code[:64]!r}{of} is not in {name}.")


def _displayed(concept: Concept, display: str | None) -> Verdict:
    """A display may be any of the concept's names, in any case."""
    names = [concept.display, *(text for _, text in concept.designations)]
    known = {fold(one) for one in names if one}
    if display is not None and known and fold(display) not in known:
        return Verdict(
            False, f"The display of {concept.code!r} is {concept.display!r}.", concept.display
        )
    return Verdict(True, None, concept.display)


def _listed(value_set: Mapping[str, Any], system: str, code: str) -> Concept:
    for part in value_set.get("compose", {}).get("include", ()):
        for one in part.get("concept", ()) if part.get("system") == system else ():
            if one["code"] == code:
                return Concept(code, one.get("display"))
    return Concept(code)


def _systems(library: Library, value_set: Mapping[str, Any], depth: int) -> set[str]:
    found: set[str] = set()
    for part in value_set.get("compose", {}).get("include", ()):
        if "system" in part:
            found.add(part["system"])
        for url in part.get("valueSet", ()) if depth < _DEEPEST else ():
            found |= _systems(library, library.value_set(url), depth + 1)
    return found


def _holds(
    library: Library, value_set: Mapping[str, Any], system: str, code: str, depth: int
) -> bool:
    if depth > _DEEPEST:
        raise TooCostly("Value sets import each other too deeply, or in a circle.")
    compose = value_set.get("compose", {})

    def any_of(parts: str) -> bool:
        return any(_part(library, one, system, code, depth) for one in compose.get(parts, ()))

    return any_of("include") and not any_of("exclude")


def _part(library: Library, part: Mapping[str, Any], system: str, code: str, depth: int) -> bool:
    if part.get("system", system) != system:
        return False
    if "system" in part and not _selects(library, part, system, code):
        return False
    sets = part.get("valueSet", ())
    return all(_holds(library, library.value_set(url), system, code, depth + 1) for url in sets)


def _selects(library: Library, part: Mapping[str, Any], system: str, code: str) -> bool:
    if system == UCUM and "concept" not in part:
        return unit(code) is not None
    known = library.code_system(system)
    if known is None and "concept" not in part:
        raise NotFound(f"The code system {system[:300]!r} is not known here.")
    return selects(known or CodeSystem(system, {}), part, code)
