"""A value set as the list of its codes (http://hl7.org/fhir/R4/valueset.html#compositions).

Parts of one include must all hold; includes are added up, excludes taken away.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ehr.errors import NotFound, NotSupported, TooCostly
from ehr.terminology.concepts import Concept, designations_of
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library
from ehr.terminology.selection import selected

MAX_CODES = 10_000
"""Codes of one expansion; R4 calls more `too-costly`."""
DEEPEST = 12
"""Value sets that import one another, one inside the other."""


@dataclass(frozen=True, slots=True)
class Member:
    """One code of an expansion."""

    system: str
    version: str | None
    concept: Concept

    @property
    def key(self) -> tuple[str, str]:
        """System and code."""
        return self.system, self.concept.code


Wanted = Callable[[Member], bool] | None
"""Which members are wanted; None: all of them."""


@dataclass(slots=True)
class Expansion:
    """The members in their order; `is_closed` is false when a system is known here in part."""

    members: list[Member]
    is_closed: bool = True


def expand(
    library: Library,
    value_set: Mapping[str, Any],
    budget: Budget | None = None,
    *,
    wanted: Wanted = None,
) -> Expansion:
    """Every code of a value set, by its definition, else by the expansion that came with it.

    With `wanted` those for which it holds, of however many there are.
    Raises NotFound for a system or value set that is not known, NotSupported for one that cannot
    be listed, TooCostly for too many codes, too much work, or imports in a circle.
    """
    return _Expander(library, budget or Budget()).expand(value_set, (), wanted)


class _Expander:
    """One question: each value set is worked out once, however often it is imported."""

    def __init__(self, library: Library, budget: Budget) -> None:
        self._library = library
        self._budget = budget
        self._imported: dict[str, Expansion] = {}

    def expand(
        self, value_set: Mapping[str, Any], above: tuple[str, ...], wanted: Wanted = None
    ) -> Expansion:
        try:
            return self._defined(value_set, above, wanted)
        except (NotFound, NotSupported):
            if "expansion" not in value_set:
                raise
            return _kept(value_set["expansion"], self._budget, wanted)

    def _defined(
        self, value_set: Mapping[str, Any], above: tuple[str, ...], wanted: Wanted
    ) -> Expansion:
        compose = value_set.get("compose")
        if compose is None:
            raise NotSupported("The value set has no definition that could be expanded.")
        whole = Expansion([])
        found: dict[tuple[str, str], Member] = {}
        seen: set[tuple[str, str]] = set()
        for part in compose.get("include", ()):
            for one in self._of(part, above, whole):
                if one.key in seen:
                    continue
                seen.add(one.key)
                if wanted is None or wanted(one):
                    found[one.key] = one
                    if len(found) > MAX_CODES:
                        raise TooCostly(f"The expansion has more than {MAX_CODES} codes.")
        for part in compose.get("exclude", ()):
            for one in self._of(part, above, whole):
                found.pop(one.key, None)
        inactive = compose.get("inactive") is not False
        whole.members = [one for one in found.values() if inactive or not one.concept.is_inactive]
        return whole

    def _of(
        self, part: Mapping[str, Any], above: tuple[str, ...], whole: Expansion
    ) -> Iterator[Member]:
        self._budget.spend(1)
        imported = [self._import(url, above) for url in part.get("valueSet", ())]
        whole.is_closed &= all(one.is_closed for one in imported)
        self._budget.spend(sum(len(one.members) for one in imported))
        kept = [{one.key for one in each.members} for each in imported]
        if "system" in part:
            own = self._selected(part, whole)
        else:
            own = iter(imported[0].members if imported else ())
        return (one for one in own if all(one.key in each for each in kept))

    def _import(self, url: str, above: tuple[str, ...]) -> Expansion:
        if url in above or len(above) > DEEPEST:
            raise TooCostly("Value sets import each other too deeply, or in a circle.")
        if url not in self._imported:
            self._imported[url] = self.expand(self._library.value_set(url), (*above, url))
        return self._imported[url]

    def _selected(self, part: Mapping[str, Any], whole: Expansion) -> Iterator[Member]:
        system = self._library.listed_in(part)
        if "concept" not in part:
            whole.is_closed &= system.content == "complete"
        concepts = selected(system, part, self._budget)
        return (Member(system.url, system.version, one) for one in concepts)


def _kept(expansion: Mapping[str, Any], budget: Budget, wanted: Wanted) -> Expansion:
    """The codes of an expansion that came with a value set."""
    found = Expansion([])
    total = expansion.get("total")
    waiting = list(reversed(expansion.get("contains", ())))
    while waiting:
        budget.spend(1)
        entry = waiting.pop()
        waiting += reversed(entry.get("contains", ()))
        if "code" in entry and "system" in entry:
            found.members.append(Member(entry["system"], entry.get("version"), _concept(entry)))
    found.is_closed = total is None or str(total) == str(len(found.members))
    if wanted is not None:
        found.members = list(filter(wanted, found.members))
    if len(found.members) > MAX_CODES:
        raise TooCostly(f"The expansion has more than {MAX_CODES} codes.")
    return found


def _concept(entry: Mapping[str, Any]) -> Concept:
    return Concept(
        entry["code"],
        entry.get("display"),
        is_abstract=entry.get("abstract", False),
        is_inactive=entry.get("inactive", False),
        designations=designations_of(entry),
    )
