"""Whether a code is in a value set or a code system, without listing either.

http://hl7.org/fhir/R4/valueset-operation-validate-code.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ehr.errors import NotSupported, TooCostly
from ehr.fhir import grammars
from ehr.i18n.names import fold
from ehr.terminology.concepts import Concept
from ehr.terminology.cost import Budget
from ehr.terminology.expand import DEEPEST, expand
from ehr.terminology.library import Library
from ehr.terminology.selection import selects

Code = tuple[str, str]
"""(system, code)"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`message` says why not, or that the display is another one; `concept` is what was found."""

    result: bool
    message: str | None = None
    concept: Concept | None = None


def in_system(
    library: Library,
    system: str,
    code: str,
    display: str | None = None,
    version: str | None = None,
) -> Verdict:
    """Whether `code` is of the code system, in a version of it if one is asked for."""
    grammar = grammars.SYSTEMS.get(system)
    if grammar is not None:
        held = grammar.holds(code)
        return Verdict(held, None if held else f"{code[:64]!r} is not {grammar.wanted}.")
    known = library.code_system(system, version)
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
    *,
    budget: Budget | None = None,
) -> Verdict:
    """Whether `code` is in the value set; without `system`, of whichever system it names.

    Raises NotFound or NotSupported where that cannot be told, TooCostly.
    """
    asked = _Question(library, budget or Budget())
    for one in [system] if system is not None else asked.systems(value_set):
        if asked.holds(value_set, (one, code)):
            known = library.code_system(one)
            concept = known.find(code) if known else None
            return _displayed(concept or _listed(value_set, one, code), display)
    name = value_set.get("url") or "the value set"
    of = f" of {system[:300]}" if system else ""
    part = " as far as its system is known here" if asked.is_partial else ""
    return Verdict(False, f"{code[:64]!r}{of} is not in {name}{part}.")


def _displayed(concept: Concept, display: str | None) -> Verdict:
    """A display may be any of the concept's names, in any case."""
    names = [concept.display, *(one.text for one in concept.designations)]
    known = {fold(one) for one in names if one}
    if display is not None and known and fold(display) not in known:
        message = f"The display of {concept.code!r} is {concept.display!r}."
        return Verdict(False, message, concept)
    return Verdict(True, None, concept)


def _listed(value_set: Mapping[str, Any], system: str, code: str) -> Concept:
    for part in value_set.get("compose", {}).get("include", ()):
        for one in part.get("concept", ()) if part.get("system") == system else ():
            if one["code"] == code:
                return Concept(code, one.get("display"))
    return Concept(code)


class _Question:
    """One question: each value set is asked once, however often it is imported."""

    def __init__(self, library: Library, budget: Budget) -> None:
        self._library = library
        self._budget = budget
        self._answers: dict[tuple[str, Code], bool] = {}
        self.is_partial = False

    def systems(self, value_set: Mapping[str, Any]) -> list[str]:
        """The code systems that the value set and those that it imports name."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = [value_set]
        while waiting:
            one = waiting.pop()
            for part in one.get("compose", {}).get("include", ()):
                self._budget.spend(1)
                if "system" in part:
                    found[part["system"]] = None
                new = set(part.get("valueSet", ())) - seen
                seen |= new
                waiting += map(self._library.value_set, sorted(new))
            if "expansion" in one:
                found.update(dict.fromkeys(system for system, _ in self._expanded(one)))
        return sorted(found)

    def holds(self, value_set: Mapping[str, Any], asked: Code, above: tuple[str, ...] = ()) -> bool:
        """Whether the code is in it; one that came with an expansion is expanded."""
        if "expansion" in value_set:
            return asked in self._expanded(value_set)
        return self._defined(value_set, asked, above)

    def _expanded(self, value_set: Mapping[str, Any]) -> set[Code]:
        return {one.key for one in expand(self._library, value_set, self._budget).members}

    def _defined(self, value_set: Mapping[str, Any], asked: Code, above: tuple[str, ...]) -> bool:
        compose = value_set.get("compose")
        if compose is None:
            raise NotSupported("The value set has no definition that could be asked.")

        def any_of(parts: str) -> bool:
            return any(self._part(one, asked, above) for one in compose.get(parts, ()))

        if compose.get("inactive") is False and self._is_inactive(*asked):
            return False
        return any_of("include") and not any_of("exclude")

    def _is_inactive(self, system: str, code: str) -> bool:
        known = self._library.code_system(system)
        concept = known.find(code) if known else None
        return concept is not None and concept.is_inactive

    def _part(self, part: Mapping[str, Any], asked: Code, above: tuple[str, ...]) -> bool:
        self._budget.spend(1)
        if part.get("system", asked[0]) != asked[0]:
            return False
        if "system" in part and not self._selects(part, asked):
            return False
        return all(self._import(url, asked, above) for url in part.get("valueSet", ()))

    def _import(self, url: str, asked: Code, above: tuple[str, ...]) -> bool:
        if url in above or len(above) > DEEPEST:
            raise TooCostly("Value sets import each other too deeply, or in a circle.")
        key = (url, asked)
        if key not in self._answers:
            self._budget.spend(1)
            self._answers[key] = self.holds(self._library.value_set(url), asked, (*above, url))
        return self._answers[key]

    def _selects(self, part: Mapping[str, Any], asked: Code) -> bool:
        system, code = asked
        grammar = grammars.SYSTEMS.get(system)
        if grammar is not None and "concept" not in part and "filter" not in part:
            return grammar.holds(code)
        known = self._library.listed_in(part)
        held = selects(known, part, code, self._budget)
        self.is_partial |= not held and "concept" not in part and known.content != "complete"
        return held
