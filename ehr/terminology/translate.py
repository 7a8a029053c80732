"""Codes of one system in another, by concept maps (http://hl7.org/fhir/R4/conceptmap.html)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_OPPOSITE = {
    "wider": "narrower",
    "narrower": "wider",
    "subsumes": "specializes",
    "specializes": "subsumes",
}
NO_MATCH = frozenset({"unmatched", "disjoint"})
"""Equivalences that say that there is none."""


@dataclass(frozen=True, slots=True)
class Translation:
    """One match; `map` is the url of the concept map it comes from."""

    equivalence: str
    system: str
    code: str
    display: str | None
    map: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be translated, and into what."""

    system: str
    code: str
    source: str | None = None
    """Canonical of the value set it is from."""
    target: str | None = None
    target_system: str | None = None
    reverse: bool = False


def translations(maps: Iterable[Mapping[str, Any]], wanted: Wanted) -> list[Translation]:
    """Every translation in the maps that fit, in their order, none twice."""
    found: dict[Translation, None] = {}
    for one in maps:
        if _fits(one, wanted):
            found.update(dict.fromkeys(_of_map(one, wanted)))
    return list(found)


def _fits(one: Mapping[str, Any], wanted: Wanted) -> bool:
    source = one.get("sourceUri") or one.get("sourceCanonical")
    target = one.get("targetUri") or one.get("targetCanonical")
    ends = (target, source) if wanted.reverse else (source, target)
    return all(
        asked is None or asked == end
        for asked, end in zip((wanted.source, wanted.target), ends, strict=True)
    )


def _of_map(one: Mapping[str, Any], wanted: Wanted) -> Iterator[Translation]:
    url = one.get("url", "")
    for group in one.get("group", ()):
        source, target = group.get("source", ""), group.get("target", "")
        if wanted.reverse:
            source, target = target, source
        if source != wanted.system or wanted.target_system not in (None, target):
            continue
        elements = group.get("element", ())
        yield from (_back if wanted.reverse else _forth)(elements, wanted.code, target, url)


def _forth(
    elements: Iterable[Mapping[str, Any]], code: str, system: str, url: str
) -> Iterator[Translation]:
    for element in elements:
        if element.get("code") != code:
            continue
        for one in element.get("target", ()):
            if "code" in one:
                kind = one.get("equivalence", "equivalent")
                yield Translation(kind, system, one["code"], one.get("display"), url)


def _back(
    elements: Iterable[Mapping[str, Any]], code: str, system: str, url: str
) -> Iterator[Translation]:
    for element in elements:
        for one in element.get("target", ()):
            if one.get("code") == code and "code" in element:
                kind = one.get("equivalence", "equivalent")
                kind = _OPPOSITE.get(kind, kind)
                yield Translation(kind, system, element["code"], element.get("display"), url)
