"""Codes of one system in another, by concept maps (http://hl7.org/fhir/R4/conceptmap.html).

A code without a mapping in a group goes the way that the group names for such: as it is, a fixed
code, or on to another map. What stops a translation is told in words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ehr.errors import NotFound
from ehr.terminology.cost import Budget
from ehr.terminology.library import Library, same_canonical

DEEPEST = 8
"""Maps that pass a code on to one another."""
NO_MATCH = frozenset({"unmatched", "disjoint"})
"""Equivalences that say that there is none."""
_OPPOSITE = {
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}
_UNTOLD = "relatedto"
"""What a group's default says of the code and its translation: no more than that."""


@dataclass(frozen=True, slots=True)
class Other:
    """An element beside the code that a mapping makes: its uri, and a code as its value."""

    element: str
    system: str | None
    value: str
    display: str | None


@dataclass(frozen=True, slots=True)
class Translation:
    """One match; `map` is the url of the concept map it comes from.

    Without `code` it says that there is none (`unmatched`).
    """

    equivalence: str
    system: str
    code: str | None
    display: str | None
    map: str
    products: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of another element: its codes as (system, code), and its text."""

    element: str
    codes: frozenset[tuple[str | None, str]]
    text: str | None = None

    def has(self, needed: Mapping[str, Any]) -> bool:
        """Whether it is what a `dependsOn` asks for."""
        system, value = needed.get("system"), needed.get("value")
        if system is None and value == self.text:
            return True
        return any(code == value and system in (None, of) for of, code in self.codes)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be translated, and into what."""

    system: str
    code: str
    version: str | None = None
    """Of the system."""
    source: str | None = None
    """Canonical of the value set it is from."""
    target: str | None = None
    target_system: str | None = None
    reverse: bool = False
    known: tuple[Known, ...] = ()
    defaults: bool = True
    """Whether what a map says of codes without a mapping counts: not of a map nobody named."""


@dataclass(slots=True)
class Found:
    """The translations in the order of the maps, none twice, and what a person should know."""

    translations: dict[Translation, None] = field(default_factory=dict)
    hints: dict[str, None] = field(default_factory=dict)


def translate(
    library: Library, maps: Iterable[Mapping[str, Any]], wanted: Wanted, budget: Budget
) -> Found:
    """Every translation in the maps that fit; raises TooCostly."""
    question = _Question(library, wanted, budget)
    for one in maps:
        if _fits(one, wanted):
            question.found.translations.update(dict.fromkeys(question.of_map(one, ())))
    return question.found


def _fits(one: Mapping[str, Any], wanted: Wanted) -> bool:
    """Whether a map leads from and to the value sets asked for; reversed, it leads back."""
    source = one.get("sourceUri") or one.get("sourceCanonical")
    target = one.get("targetUri") or one.get("targetCanonical")
    ends = (target, source) if wanted.reverse else (source, target)
    return all(
        asked is None or (end is not None and same_canonical(asked, end))
        for asked, end in zip((wanted.source, wanted.target), ends, strict=True)
    )


class _Question:
    """One code asked of many maps."""

    def __init__(self, library: Library, wanted: Wanted, budget: Budget) -> None:
        self._library = library
        self._wanted = wanted
        self._budget = budget
        self.found = Found()

    def of_map(self, one: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Translation]:
        """What a map says of the code; `above` are the maps that passed it on."""
        for group in one.get("group", ()):
            elements: Sequence[Mapping[str, Any]] = group.get("element", ())
            self._budget.spend(1 + len(elements))
            source = self._source(one, group)
            if self._wanted.reverse:
                yield from self._back(one, group, source, above)
            elif source and self._meets(source, group.get("sourceVersion")):
                yield from self._forth(one, group, group.get("target", ""), above)

    def _source(self, one: Mapping[str, Any], group: Mapping[str, Any]) -> str:
        """A group need not name its system where the map's value set is of a single one."""
        named: str | None = group.get("source")
        canonical = one.get("sourceUri") or one.get("sourceCanonical")
        if named is not None or canonical is None:
            return named or ""
        try:
            include = self._library.value_set(canonical).get("compose", {}).get("include", ())
        except NotFound:
            return ""
        systems = {part["system"] for part in include if "system" in part}
        return systems.pop() if len(systems) == 1 else ""

    def _meets(self, system: str, version: str | None) -> bool:
        asked = self._wanted.version
        return system == self._wanted.system and (None in (asked, version) or asked == version)

    def _is_wanted(self, system: str) -> bool:
        return self._wanted.target_system in (None, system)

    def _forth(
        self, one: Mapping[str, Any], group: Mapping[str, Any], system: str, above: tuple[str, ...]
    ) -> Iterator[Translation]:
        targets = [
            target
            for element in group.get("element", ())
            if element.get("code") == self._wanted.code
            for target in element.get("target", ())
        ]
        if not targets and "unmapped" in group and self._wanted.defaults:
            yield from self._default(one, group["unmapped"], system, above)
        for target in targets:
            if self._is_wanted(system) and self._holds(target):
                yield Translation(
                    target.get("equivalence", "equivalent"),
                    system,
                    target.get("code"),
                    target.get("display"),
                    one.get("url", ""),
                    tuple(map(_other, target.get("product", ()))),
                )

    def _holds(self, target: Mapping[str, Any]) -> bool:
        """Whether the other elements that a mapping depends on are as it says."""
        needed = target.get("dependsOn", ())
        known = {one.element for one in self._wanted.known}
        for one in needed:
            if one.get("property") not in known:
                self._tell(f"More is known by the value of {one.get('property')!r:.100}.")
        return all(
            any(
                each.element == one.get("property") and each.has(one) for each in self._wanted.known
            )
            for one in needed
        )

    def _default(
        self, one: Mapping[str, Any], rule: Mapping[str, Any], system: str, above: tuple[str, ...]
    ) -> Iterator[Translation]:
        """What a group says of a code that it does not map."""
        wanted, url = self._wanted, one.get("url", "")
        if rule.get("mode") == "other-map":
            for other in self._next(url, rule.get("url", ""), above):
                yield from self.of_map(other, (*above, url))
            return
        if not self._is_wanted(system):
            return
        self._tell(f"{wanted.code[:64]!r} has no mapping of its own in {url[:200] or 'the map'}.")
        if rule.get("mode") == "fixed":
            yield Translation(_UNTOLD, system, rule.get("code"), rule.get("display"), url)
        elif rule.get("mode") == "provided":
            same = system in ("", wanted.system)
            told = "equal" if same else _UNTOLD
            yield Translation(told, system or wanted.system, wanted.code, None, url)

    def _next(self, url: str, canonical: str, above: tuple[str, ...]) -> list[Mapping[str, Any]]:
        """The map that is asked after another one, none where that cannot be."""
        name = repr(canonical[:200])
        if canonical.partition("|")[0] in (url, *above):
            self._tell(f"The concept map {name} leads back to itself.")
        elif len(above) >= DEEPEST:
            self._tell(f"More than {DEEPEST} concept maps refer on to each other.")
        else:
            found = self._library.concept_map(canonical)
            if found is not None:
                return [found]
            self._tell(f"The concept map {name}, which is to be asked next, is not known here.")
        return []

    def _back(
        self, one: Mapping[str, Any], group: Mapping[str, Any], system: str, above: tuple[str, ...]
    ) -> Iterator[Translation]:
        if not self._is_wanted(system):
            return
        wanted, url = self._wanted, one.get("url", "")
        elements = [element for element in group.get("element", ()) if "code" in element]
        mapped = {element["code"] for element in elements if element.get("target")}
        rule = group.get("unmapped", {}) if wanted.defaults else {}
        if rule.get("mode") == "other-map":
            for other in self._next(url, rule.get("url", ""), above):
                for each in self.of_map(other, (*above, url)):
                    if each.system == system and each.code not in mapped:
                        yield each
        if not self._meets(group.get("target", ""), group.get("targetVersion")):
            return
        for element in elements:
            for target in element.get("target", ()):
                if target.get("code") == wanted.code:
                    kind = target.get("equivalence", "equivalent")
                    kind = _OPPOSITE.get(kind, kind)
                    yield Translation(kind, system, element["code"], element.get("display"), url)
        if rule.get("mode") == "provided" and wanted.code not in mapped:
            yield Translation(_UNTOLD, system, wanted.code, None, url)
        elif rule.get("mode") == "fixed" and rule.get("code") == wanted.code:
            self._tell(f"Every code of {system[:200]!r} without a mapping of its own leads to it.")

    def _tell(self, hint: str) -> None:
        self.found.hints[hint] = None


def _other(product: Mapping[str, Any]) -> Other:
    return Other(
        product.get("property", ""),
        product.get("system"),
        product.get("value", ""),
        product.get("display"),
    )
