"""A code system as concepts with their hierarchy (http://hl7.org/fhir/R4/codesystem.html).

Made from a CodeSystem resource, from the compact form of `data/r4.json.xz`, or from a local list.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_INACTIVE = frozenset({"retired", "inactive", "deprecated"})


@dataclass(frozen=True, slots=True)
class Concept:
    """One code; `parents` are codes of the same system, `designations` (language, text)."""

    code: str
    display: str | None = None
    definition: str | None = None
    parents: tuple[str, ...] = ()
    is_abstract: bool = False
    is_inactive: bool = False
    designations: tuple[tuple[str, str], ...] = ()
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
        return _closure(code, self.children)

    def ancestors(self, code: str) -> frozenset[str]:
        """`code` and all above it."""
        return _closure(code, self.parents)


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
    concepts: dict[str, Concept] = {}
    for one in concepts_of(resource):
        concepts.setdefault(one.code, one)
    return CodeSystem(
        resource["url"],
        concepts,
        resource.get("version"),
        resource.get("title") or resource.get("name"),
        resource.get("content", "complete"),
        resource.get("caseSensitive", True),
    )


def concepts_of(resource: Mapping[str, Any]) -> Iterator[Concept]:
    """The concepts of a CodeSystem resource, each before those below it."""
    waiting: list[tuple[Mapping[str, Any], tuple[str, ...]]] = [
        (one, ()) for one in reversed(resource.get("concept", []))
    ]
    while waiting:
        entry, parents = waiting.pop()
        yield _concept(entry, parents)
        below = reversed(entry.get("concept", []))
        waiting += [(one, (entry["code"],)) for one in below]


def _concept(entry: Mapping[str, Any], parents: tuple[str, ...]) -> Concept:
    properties = [
        (one["code"], key.removeprefix("value"), value)
        for one in entry.get("property", [])
        for key, value in one.items()
        if key.startswith("value")
    ]
    named = {code: value for code, _, value in properties}
    more = tuple(str(value) for code, _, value in properties if code in ("parent", "subsumedBy"))
    return Concept(
        entry["code"],
        entry.get("display"),
        entry.get("definition"),
        tuple(dict.fromkeys((*parents, *more))),
        named.get("notSelectable") is True or named.get("abstract") is True,
        named.get("inactive") is True or named.get("status") in _INACTIVE,
        tuple((one.get("language", ""), one["value"]) for one in entry.get("designation", [])),
        tuple(properties),
    )
