"""The terminology that one request can use: what is shipped, and what it found stored here.

One rule everywhere (docs/decisions/terminology-precedence.md): what is stored comes before what is
shipped under the same url, and a version asked for is taken wherever it is. Nothing is fetched
from anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ehr.errors import NotFound, NotSupported
from ehr.fhir import grammars
from ehr.terminology import shipped
from ehr.terminology.concepts import CodeSystem, code_system_of
from ehr.terminology.implicit import implicit

Resource = Mapping[str, Any]
Key = tuple[str, str]
"""(resource type, url), or `url|version` for one of several versions"""


@dataclass(frozen=True, slots=True)
class Library:
    """`stored` are CodeSystem, ValueSet and ConceptMap resources by type and url.

    `made` are code systems that are made already, by the identity of their resource, which is
    held with them so that it stays the identity of nothing else.
    `versions` are those of code systems where a definition names none, `forced` everywhere.
    """

    stored: Mapping[Key, Resource] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    forced: Mapping[str, str] = field(default_factory=dict)
    made: dict[int, tuple[Resource, CodeSystem]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def code_system(self, url: str, version: str | None = None) -> CodeSystem | None:
        """A code system in the version asked for if it is here, else in the one that counts.

        None when it is not known here.
        """
        version = self.forced.get(url) or version or self.versions.get(url)
        own = self._stored("CodeSystem", url, version)
        made = self._system(own) if own is not None else None
        if made is None or (_is_stub(made) and shipped.code_system(url)):
            return shipped.code_system(url)
        if version is not None and made.version not in (None, version):
            other = shipped.code_system(url)
            return other if other is not None and other.version == version else made
        return made

    def _system(self, own: Resource) -> CodeSystem:
        if id(own) not in self.made:
            self.made[id(own)] = own, code_system_of(own)
        return self.made[id(own)][1]

    def listed_in(self, part: Mapping[str, Any]) -> CodeSystem:
        """The code system of an include or exclude; one that names its codes needs none of them.

        Raises NotFound for a system that is not known, NotSupported for one that is not listed.
        """
        url = part["system"]
        known = self.code_system(url, part.get("version"))
        if "concept" in part:
            return known or CodeSystem(url, {}, part.get("version"))
        if known is None and url not in grammars.SYSTEMS:
            raise NotFound(f"The code system {url[:300]!r} is not known here.")
        if known is None or not known.concepts:
            raise NotSupported(f"The codes of {url[:300]!r} are not listed here.")
        return known

    def value_set(self, canonical: str) -> Resource:
        """A value set by `url` or `url|version`; raises NotFound."""
        found = self._one("ValueSet", canonical, (shipped.value_set, implicit))
        if found is None:
            raise NotFound(f"The value set {canonical[:300]!r} is not known here.")
        return found

    def concept_map(self, canonical: str) -> Resource | None:
        """A concept map by `url` or `url|version`; None when it is not known here."""
        return self._one("ConceptMap", canonical, (shipped.concept_map,))

    def _one(
        self, kind: str, canonical: str, shipped_by: Iterable[Callable[[str], Resource | None]]
    ) -> Resource | None:
        """The first that has the version asked for, if one is; what has none fits any."""
        url, _, version = canonical.partition("|")

        def known() -> Iterator[Resource | None]:
            yield self._stored(kind, url, version or None)
            yield from (look(url) for look in shipped_by)

        fitting = (one for one in known() if one is not None)
        return next(
            (one for one in fitting if not version or one.get("version") in (None, version)), None
        )

    def _stored(self, kind: str, url: str, version: str | None) -> Resource | None:
        exact = self.stored.get((kind, f"{url}|{version}")) if version else None
        return self.stored.get((kind, url)) if exact is None else exact


def _is_stub(system: CodeSystem) -> bool:
    """Whether a code system is only announced: packages bring such for LOINC, ICD-10 and others."""
    return system.content == "not-present" and not system.concepts


def same_canonical(one: str, other: str) -> bool:
    """Whether two canonicals can mean the same: one without a version fits any."""
    (url, _, version), (other_url, _, other_version) = one.partition("|"), other.partition("|")
    return url == other_url and (not version or not other_version or version == other_version)


def named_by(resource: Resource) -> set[Key]:
    """What a ValueSet's or ConceptMap's definition refers to."""
    if resource.get("resourceType") == "ConceptMap":
        return set(_named_by_map(resource))
    compose = resource.get("compose") or {}
    found: set[Key] = set()
    for part in (*compose.get("include", ()), *compose.get("exclude", ())):
        if "system" in part:
            found.add(("CodeSystem", part["system"]))
        found.update(("ValueSet", one.partition("|")[0]) for one in part.get("valueSet", ()))
    return found


def _named_by_map(resource: Resource) -> Iterator[Key]:
    """The map for what is unmapped, and the value set that tells a system that is not named."""
    groups = resource.get("group", ())
    for group in groups:
        other = group.get("unmapped", {}).get("url")
        if other:
            yield "ConceptMap", other.partition("|")[0]
    source = resource.get("sourceUri") or resource.get("sourceCanonical")
    if source and any("source" not in group for group in groups):
        yield "ValueSet", source.partition("|")[0]
