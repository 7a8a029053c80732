"""$expand: the codes of a value set (http://hl7.org/fhir/R4/valueset-operation-expand.html)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from ehr import clock
from ehr.errors import InvalidQuery, NotFound, TooCostly
from ehr.fhir.resource import dump
from ehr.i18n.names import fold
from ehr.ingest.stamp import instant
from ehr.remembered import remembered
from ehr.terminology.concepts import Concept
from ehr.terminology.cost import Budget
from ehr.terminology.expand import Expansion, Member, expand
from ehr.terminology.library import Library
from fhir_api.call import Call
from fhir_api.operations.coded import language, require_version, shown, value_set
from fhir_api.operations.parameters import Parameters
from fhir_api.operations.signature import given_to, require_now, signature
from fhir_api.wire.responses import Reply

DEFINITION = "http://hl7.org/fhir/OperationDefinition/ValueSet-expand"
_UNSUPPORTED = frozenset({"context", "contextDirection"})
PARAMETERS = tuple(name for name in signature(DEFINITION) if name not in _UNSUPPORTED)
_A_LOOK = 10
"""Steps of a budget that folding a concept's names is worth."""
_MOST_WORDS = 20
_KEPT = ("resourceType", "id", "url", "version", "name", "title", "status")
_ECHOED = ("filter", "offset", "count", "activeOnly", "displayLanguage", "includeDesignations")
_LANGUAGES = "urn:ietf:bcp:47"
_UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"


async def expand_value_set(call: Call) -> Reply:
    """The ValueSet with its expansion; NotFound, NotSupported or TooCostly where there is none."""
    given = given_to(call, DEFINITION, unsupported=_UNSUPPORTED)
    require_now(given)
    found, library = await value_set(call, given)
    library = _in_versions(library, given)
    budget = Budget()
    view = _view(given, budget)
    whole = expand(library, found, budget, wanted=view.has)
    _require_checked(whole, given)
    return Reply(200, dump(_expanded(found, whole, view, given)))


def _in_versions(library: Library, given: Parameters) -> Library:
    """The terminology in the versions asked for; raises NotFound for one that is not known."""
    defaults, forced = _pairs(given, "system-version"), _pairs(given, "force-system-version")
    for system, version in [*defaults, *forced, *_pairs(given, "check-system-version")]:
        require_version(library, system, version)
    return replace(library, versions=dict(defaults), forced=dict(forced))


def _pairs(given: Parameters, name: str) -> list[tuple[str, str]]:
    """The code systems and versions that a parameter names as `system|version`."""
    pairs = [one.rpartition("|") for one in given.texts(name)]
    if not all(system and version for system, _, version in pairs):
        raise InvalidQuery(f"The parameter {name} is a system|version.")
    return [(system, version) for system, _, version in pairs]


def _require_checked(whole: Expansion, given: Parameters) -> None:
    """Raises NotFound when an expansion is not of the versions that it is to be of."""
    checked = dict(_pairs(given, "check-system-version"))
    for one in whole.members:
        if one.version not in (None, checked.get(one.system, one.version)):
            raise NotFound(f"The expansion has version {one.version!r:.80} of {one.system!r:.300}.")


def _expanded(
    found: Mapping[str, Any], whole: Expansion, view: "_View", given: Parameters
) -> dict[str, Any]:
    members = whole.members
    offset, count = given.whole("offset") or 0, given.whole("count")
    page = members[offset : None if count is None else offset + count]
    kept = [*_KEPT, "compose"] if given.flag("includeDefinition") else _KEPT
    expansion: dict[str, Any] = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": instant(clock.now()),
        "total": len(members),
        "offset": offset,
    }
    if not whole.is_closed:
        expansion = {"extension": [{"url": _UNCLOSED, "valueBoolean": True}], **expansion}
    echoed = list(_echo(given))
    if echoed:
        expansion["parameter"] = echoed
    if page:
        expansion["contains"] = [view.entry(one) for one in page]
    return {key: found[key] for key in kept if key in found} | {"expansion": expansion}


@dataclass(frozen=True, slots=True)
class _View:
    """Which members are shown, and how; read once from the in-parameters."""

    budget: Budget
    words: tuple[str, ...]
    left_out: frozenset[str]
    active_only: bool
    selectable_only: bool
    language: str | None
    designations: frozenset[tuple[str, str]] | None
    """(`urn:ietf:bcp:47`, language) or a use as (system, code); None: of none, empty: of all."""

    def has(self, one: Member) -> bool:
        """Whether the member is in the expansion asked for."""
        concept = one.concept
        if one.system in self.left_out or (self.active_only and concept.is_inactive):
            return False
        if self.selectable_only and concept.is_abstract:
            return False
        if not self.words:
            return True
        self.budget.spend(_A_LOOK)
        names = [concept.code, concept.display or "", *(each.text for each in concept.designations)]
        text = _folded(" ".join(names))
        return all(word in text for word in self.words)

    def entry(self, one: Member) -> dict[str, Any]:
        """The member as `ValueSet.expansion.contains`."""
        concept = one.concept
        told = {
            "system": one.system,
            "version": one.version,
            "abstract": concept.is_abstract or None,
            "inactive": concept.is_inactive or None,
            "code": concept.code,
            "display": shown(concept, self.language),
            "designation": list(self._designations(concept)),
        }
        return {key: value for key, value in told.items() if value}

    def _designations(self, concept: Concept) -> Iterator[dict[str, Any]]:
        for one in concept.designations if self.designations is not None else ():
            use = one.use or {}
            named = {(_LANGUAGES, one.language.lower()), (use.get("system"), use.get("code"))}
            if not self.designations or named & self.designations:
                told = {"language": one.language, "use": one.use, "value": one.text}
                yield {key: value for key, value in told.items() if value}


_folded = remembered(20_000)(fold)
"""What is typed is looked for in the same names at each letter."""


def _view(given: Parameters, budget: Budget) -> _View:
    tokens = frozenset(map(_token, given.texts("designation")))
    return _View(
        budget,
        _words(given.text("filter") or ""),
        frozenset(one.partition("|")[0] for one in given.texts("exclude-system")),
        bool(given.flag("activeOnly")),
        bool(given.flag("excludeNotForUI")),
        language(given),
        tokens if tokens or given.flag("includeDesignations") else None,
    )


def _words(text: str) -> tuple[str, ...]:
    """The words of a filter, each of which is looked for in every name."""
    words = tuple(dict.fromkeys(fold(text).split()))
    if len(words) > _MOST_WORDS:
        raise TooCostly(f"A filter has at most {_MOST_WORDS} words.")
    return words


def _token(text: str) -> tuple[str, str]:
    """`system|code` of a language or a use; a code alone is that of a language."""
    system, bar, code = text.rpartition("|")
    if not bar or system == _LANGUAGES:
        return _LANGUAGES, code.lower()
    return system, code


def _echo(given: Parameters) -> list[dict[str, Any]]:
    """What decided the expansion."""
    found = []
    for name in _ECHOED:
        if not given.all(name):
            continue
        if name in ("offset", "count"):
            found.append({"name": name, "valueInteger": given.whole(name)})
        elif name in ("activeOnly", "includeDesignations"):
            found.append({"name": name, "valueBoolean": given.flag(name)})
        else:
            found.append({"name": name, "valueString": given.text(name)})
    return found
