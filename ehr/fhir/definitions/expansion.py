"""The codes of a value set, as far as the package's code systems can tell.

What a required binding needs (http://hl7.org/fhir/R4/terminologies.html#required): per value
set, code system → codes. A value set that cannot be enumerated becomes null: those of languages,
mime types and units have a grammar (`ehr.fhir.grammars`), the codes of the two others are in
`elsewhere.json`, for their systems are not in the package.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
Codes = dict[str, list[str]]


class NotEnumerable(Exception):
    """The value set is not a list: its system is elsewhere, or a grammar."""


class Expansion:
    """Value sets over code systems, both from one package."""

    def __init__(self, value_sets: Iterable[Json], code_systems: Iterable[Json]) -> None:
        """Take the resources; of two with one URL the later is used."""
        self._value_sets = {entry["url"]: entry for entry in value_sets}
        self._code_systems = {entry["url"]: entry for entry in code_systems}

    def required(self, shapes: Mapping[str, Json]) -> dict[str, Codes | None]:
        """Value set URL → codes (or None), for every binding in `shapes`."""
        bound = {
            held[strictness]
            for shape in shapes.values()
            for part in shape.get("parts", {}).values()
            for held in (part, *part["elements"].values())
            for strictness in ("codes", "within")
            if strictness in held
        }
        return {url: self._codes_or_none(url) for url in sorted(bound)}

    def _codes_or_none(self, url: str) -> Codes | None:
        try:
            return {system: sorted(codes) for system, codes in sorted(self.codes(url).items())}
        except NotEnumerable:
            return None

    def codes(self, url: str) -> dict[str, set[str]]:
        """System → codes of the value set; raises NotEnumerable."""
        value_set = self._value_sets.get(url.partition("|")[0])
        if value_set is None:
            raise NotEnumerable(url)
        found: dict[str, set[str]] = {}
        for include in value_set["compose"]["include"]:
            for system, codes in self._included(include).items():
                found.setdefault(system, set()).update(codes)
        for exclude in value_set["compose"].get("exclude", []):
            for system, codes in self._included(exclude).items():
                found.get(system, set()).difference_update(codes)
        return found

    def _included(self, include: Json) -> dict[str, set[str]]:
        sets = [self.codes(url) for url in include.get("valueSet", [])]
        if "system" in include:
            sets.append({include["system"]: set(self._of_system(include))})
        systems = set.intersection(*(set(codes) for codes in sets))
        return {system: set.intersection(*(codes[system] for codes in sets)) for system in systems}

    def _of_system(self, include: Json) -> Iterator[str]:
        if "concept" in include:
            yield from (concept["code"] for concept in include["concept"])
            return
        system = self._code_systems.get(include["system"])
        if system is None or system["content"] != "complete":
            raise NotEnumerable(include["system"])
        concepts = list(_concepts(system.get("concept", []), ()))
        for code, ancestors, concept in concepts:
            if all(_passes(rule, code, ancestors, concept) for rule in include.get("filter", [])):
                yield code


def _concepts(
    concepts: Iterable[Json], ancestors: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], Json]]:
    """(code, codes above it, concept) of the whole tree."""
    for concept in concepts:
        yield concept["code"], ancestors, concept
        yield from _concepts(concept.get("concept", []), (*ancestors, concept["code"]))


def _passes(rule: Json, code: str, ancestors: tuple[str, ...], concept: Json) -> bool:
    operation, value = rule["op"], rule["value"]
    above = {*ancestors, *_parents(concept)}
    if operation == "is-a":
        return code == value or value in above
    if operation == "descendent-of":
        return value in above
    if operation == "is-not-a":
        return code != value and value not in above
    if operation == "=":
        return value in _properties(concept, rule["property"])
    raise NotEnumerable(f"filter {operation}")


def _parents(concept: Json) -> Iterator[str]:
    yield from _properties(concept, "subsumedBy")


def _properties(concept: Json, code: str) -> Iterator[str]:
    for found in concept.get("property", []):
        if found["code"] == code:
            content = next(value for key, value in found.items() if key.startswith("value"))
            yield str(content).lower() if isinstance(content, bool) else str(content)
