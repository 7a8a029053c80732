"""The terminology that one request can use: what is shipped, and what it found stored here.

What is stored comes before what is shipped. Nothing is fetched from anywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ehr.errors import NotFound
from ehr.terminology import shipped
from ehr.terminology.concepts import CodeSystem, code_system_of

Key = tuple[str, str]
"""(resource type, url)"""


@dataclass(frozen=True, slots=True)
class Library:
    """`stored` are CodeSystem, ValueSet and ConceptMap resources by type and url."""

    stored: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)

    def code_system(self, url: str) -> CodeSystem | None:
        """A code system, None when it is not known here."""
        own = self.stored.get(("CodeSystem", url))
        return code_system_of(own) if own is not None else shipped.code_system(url)

    def value_set(self, canonical: str) -> Mapping[str, Any]:
        """A value set by `url` or `url|version`; raises NotFound."""
        url, _, version = canonical.partition("|")
        found = self.stored.get(("ValueSet", url)) or shipped.value_set(url)
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
