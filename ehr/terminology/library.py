"""The terminology that one request can use: what is shipped, and what it found stored here.

What is stored comes before what is shipped. Nothing is fetched from anywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ehr.errors import NotFound, NotSupported
from ehr.fhir import grammars
from ehr.terminology import shipped
from ehr.terminology.concepts import CodeSystem, code_system_of
from ehr.terminology.implicit import implicit

Key = tuple[str, str]
"""(resource type, url)"""


@dataclass(frozen=True, slots=True)
class Library:
    """`stored` are CodeSystem, ValueSet and ConceptMap resources by type and url."""

    stored: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    _made: dict[str, CodeSystem] = field(default_factory=dict, repr=False, compare=False)

    def code_system(self, url: str) -> CodeSystem | None:
        """A code system, None when it is not known here."""
        own = self.stored.get(("CodeSystem", url))
        if own is None:
            return shipped.code_system(url)
        if url not in self._made:
            self._made[url] = code_system_of(own)
        return self._made[url]

    def listed_in(self, part: Mapping[str, Any]) -> CodeSystem:
        """The code system of an include or exclude; one that names its codes needs none of them.

        Raises NotFound for a system that is not known, NotSupported for one that is not listed.
        """
        url = part["system"]
        known = self.code_system(url)
        if "concept" in part:
            return known or CodeSystem(url, {}, part.get("version"))
        if known is None and url not in grammars.SYSTEMS:
            raise NotFound(f"The code system {url[:300]!r} is not known here.")
        if known is None or not known.concepts:
            raise NotSupported(f"The codes of {url[:300]!r} are not listed here.")
        return known

    def value_set(self, canonical: str) -> Mapping[str, Any]:
        """A value set by `url` or `url|version`; raises NotFound."""
        url, _, version = canonical.partition("|")
        found = self.stored.get(("ValueSet", url)) or shipped.value_set(url) or implicit(url)
        if found is None or (version and found.get("version") not in (None, version)):
            raise NotFound(f"The value set {canonical[:300]!r} is not known here.")
        return found

    def concept_maps(self) -> Iterable[Mapping[str, Any]]:
        """Every concept map, stored ones first."""
        own = [one for (kind, _), one in self.stored.items() if kind == "ConceptMap"]
        known = {one.get("url") for one in own}
        return [*own, *(one for one in shipped.concept_maps() if one["url"] not in known)]


def named_by(resource: Mapping[str, Any]) -> set[Key]:
    """What a ValueSet's definition refers to."""
    compose = resource.get("compose") or {}
    found: set[Key] = set()
    for part in (*compose.get("include", ()), *compose.get("exclude", ())):
        if "system" in part:
            found.add(("CodeSystem", part["system"]))
        found.update(("ValueSet", one.partition("|")[0]) for one in part.get("valueSet", ()))
    return found
