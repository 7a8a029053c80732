"""A code system as concepts with their hierarchy (http://hl7.org/fhir/R4/codesystem.html).

Made from a CodeSystem resource, from the compact form of `data/r4.json.xz`, or from a local list.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

_INACTIVE = frozenset({"retired", "inactive", "deprecated"})
_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
"""Begins the uri of a property that FHIR itself defines, whatever its code in a system."""
_PARENT = frozenset({"parent", "subsumedBy"})


class Designation(NamedTuple):
    """Another name of a code; `language` is empty where none is said, `use` a Coding."""

    language: str
    text: str
    use: Mapping[str, Any] | None = None

    def is_in(self, language: str) -> bool:
        """Whether it is of a language, whatever the region: `vi` of `vi-VN`."""
        return self.language.partition("-")[0].lower() == language


@dataclass(frozen=True, slots=True)
class Concept:
    """One code; `parents` are codes of the same system."""

    code: str
    display: str | None = None
    definition: str | None = None
    parents: tuple[str, ...] = ()
    is_abstract: bool = False
    is_inactive: bool = False
    designations: tuple[Designation, ...] = ()
    properties: tuple[tuple[str, str, Any], ...] = ()
    """(code, kind as `value[x]` spells it, value)"""


@dataclass(frozen=True)
class CodeSystem:
    """Codes of one system; `content` tells whether they are all there (`complete`)."""

    url: str
    concepts: Mapping[str, Concept]
    version: str | None = None
    name: str | None = None
    content: str = "complete"
    case_sensitive: bool = True
    _by_lower: dict[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Code → the codes right below it."""
        found: dict[str, list[str]] = {}
        for one in self.concepts.values():
            for parent in one.parents:
                found.setdefault(parent, []).append(one.code)
        return {code: tuple(below) for code, below in found.items()}

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Code → the codes right above it."""
        return {one.code: one.parents for one in self.concepts.values()}

    def find(self, code: str) -> Concept | None:
        """The concept of a code, in whatever case where the system does not mind."""
        found = self.concepts.get(code)
        if found is None and not self.case_sensitive:
            if not self._by_lower:
                self._by_lower.update((one.lower(), one) for one in self.concepts)
            found = self.concepts.get(self._by_lower.get(code.lower(), ""))
        return found

    def descendants(self, code: str) -> frozenset[str]:
        """`code` and all below it."""
        return _closure(self._spelled(code), self.children)

    def ancestors(self, code: str) -> frozenset[str]:
        """`code` and all above it."""
        return _closure(self._spelled(code), self.parents)

    def _spelled(self, code: str) -> str:
        """The code as the system writes it."""
        found = self.find(code)
        return found.code if found else code


def _closure(start: str, step: Mapping[str, Iterable[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for each in step.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return frozenset(found)


def code_system_of(resource: Mapping[str, Any]) -> CodeSystem:
    """The code system of a valid CodeSystem resource that has a url."""
    return CodeSystem(
        resource["url"],
        {one.code: one for one in concepts_of(resource)},
        resource.get("version"),
        resource.get("title") or resource.get("name"),
        resource.get("content", "complete"),
        resource.get("caseSensitive", True),
    )


def concepts_of(resource: Mapping[str, Any]) -> list[Concept]:
    """The concepts of a CodeSystem resource, each before those nested in it, no code twice.

    A concept is below those it is nested in, those its `parent` properties name, and those whose
    `child` properties name it; one nested in several places is below all of them.
    """
    meanings = _meanings(resource)
    found: dict[str, Concept] = {}
    above: dict[str, dict[str, None]] = {}
    for entry, holder in _entries(resource):
        code = entry["code"]
        found.setdefault(code, _concept(entry, meanings))
        parents = above.setdefault(code, {})
        if holder is not None:
            parents[holder] = None
        for named in entry.get("property", ()):
            other = named.get("valueCode")
            if isinstance(other, str):
                meaning = meanings.get(named["code"], named["code"])
                if meaning in _PARENT:
                    parents[other] = None
                elif meaning == "child":
                    above.setdefault(other, {})[code] = None
    return [replace(one, parents=tuple(above[one.code])) for one in found.values()]


def _entries(resource: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str | None]]:
    """Every concept with the code of the one it is nested in."""
    waiting: list[tuple[Mapping[str, Any], str | None]] = [
        (one, None) for one in reversed(resource.get("concept", []))
    ]
    while waiting:
        entry, holder = waiting.pop()
        yield entry, holder
        waiting += [(one, entry["code"]) for one in reversed(entry.get("concept", []))]


def _meanings(resource: Mapping[str, Any]) -> Mapping[str, str]:
    """The properties of a system that are FHIR's own under whatever name, by their uri."""
    return {
        one["code"]: one["uri"].removeprefix(_PROPERTIES)
        for one in resource.get("property", ())
        if str(one.get("uri", "")).startswith(_PROPERTIES)
    }


def _concept(entry: Mapping[str, Any], meanings: Mapping[str, str]) -> Concept:
    properties = [
        (one["code"], key.removeprefix("value"), value)
        for one in entry.get("property", [])
        for key, value in one.items()
        if key.startswith("value")
    ]
    named = {meanings.get(code, code): value for code, _, value in properties}
    return Concept(
        entry["code"],
        entry.get("display"),
        entry.get("definition"),
        (),
        named.get("notSelectable") is True or named.get("abstract") is True,
        named.get("inactive") is True or named.get("status") in _INACTIVE,
        designations_of(entry),
        tuple(properties),
    )


def designations_of(entry: Mapping[str, Any]) -> tuple[Designation, ...]:
    """The designations of a concept in a CodeSystem, an include or an expansion."""
    return tuple(
        Designation(one.get("language", ""), one["value"], one.get("use"))
        for one in entry.get("designation", ())
    )
