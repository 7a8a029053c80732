"""A value set as the list of its codes (http://hl7.org/fhir/R4/valueset.html#compositions).

Parts of one include must all hold; includes are added up, excludes taken away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ehr.errors import NotFound, NotSupported, TooCostly
from ehr.terminology.concepts import CodeSystem, Concept
from ehr.terminology.library import Library
from ehr.terminology.selection import selected

MAX_CODES = 10_000
"""Codes of one expansion; R4 calls more `too-costly`."""
_DEEPEST = 12
"""Value sets that import one another, one inside the other."""


@dataclass(frozen=True, slots=True)
class Member:
    """One code of an expansion."""

    system: str
    version: str | None
    concept: Concept


@dataclass(slots=True)
class Expansion:
    """The members in their order; `is_closed` is false when a system is known here in part."""

    members: list[Member]
    is_closed: bool = True


def expand(library: Library, value_set: Mapping[str, Any]) -> Expansion:
    """Every code of a value set.

    Raises NotFound for a system or value set that is not known, NotSupported for one that cannot
    be listed, TooCostly for too many codes or imports.
    """
    return _Expander(library).expand(value_set, 0)


class _Expander:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._closed = True

    def expand(self, value_set: Mapping[str, Any], depth: int) -> Expansion:
        if depth > _DEEPEST:
            raise TooCostly("Value sets import each other too deeply, or in a circle.")
        compose = value_set.get("compose")
        if compose is None:
            raise NotSupported("The value set has no definition that could be expanded.")
        found: dict[tuple[str, str], Member] = {}
        for part in compose.get("include", ()):
            for one in self._of(part, depth):
                found.setdefault((one.system, one.concept.code), one)
                if len(found) > MAX_CODES:
                    raise TooCostly(f"The expansion has more than {MAX_CODES} codes.")
        for part in compose.get("exclude", ()):
            for one in self._of(part, depth):
                found.pop((one.system, one.concept.code), None)
        members = list(found.values())
        if compose.get("inactive") is False:
            members = [one for one in members if not one.concept.is_inactive]
        return Expansion(members, self._closed)

    def _of(self, part: Mapping[str, Any], depth: int) -> Iterator[Member]:
        imported = [
            self.expand(self._library.value_set(url), depth + 1).members
            for url in part.get("valueSet", ())
        ]
        kept = [{(one.system, one.concept.code) for one in each} for each in imported]
        own = self._selected(part) if "system" in part else iter(imported[0] if imported else ())
        return (one for one in own if all((one.system, one.concept.code) in each for each in kept))

    def _selected(self, part: Mapping[str, Any]) -> Iterator[Member]:
        system = self._system(part)
        return (Member(system.url, system.version, one) for one in selected(system, part))

    def _system(self, part: Mapping[str, Any]) -> CodeSystem:
        url = part["system"]
        system = self._library.code_system(url)
        if "concept" in part:
            return system or CodeSystem(url, {}, part.get("version"))
        if system is None:
            raise NotFound(f"The code system {url[:300]!r} is not known here.")
        if not system.concepts:
            raise NotSupported(f"The codes of {url[:300]!r} are not listed here.")
        self._closed = self._closed and system.content == "complete"
        return system
