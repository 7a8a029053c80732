"""Whether a sound resource keeps to profiles: those that it claims, or that are asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ehr.errors import Issue, Severity
from ehr.fhir.fhirpath.compiler import Environment
from ehr.fhir.fhirpath.nodes import resource_node
from ehr.fhir.profiles.state import Budget, State, Trees, Vocabulary
from ehr.fhir.profiles.types import core_type, require
from ehr.fhir.profiles.walk import visit
from ehr.fhir.resource import Resource

DETAILS = "profile"
"""The code by which an issue is known to come of a profile."""
_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A profile that a resource, the whole or one inside it, says it keeps to."""

    canonical: str
    place: str
    """Of the resource: `Bundle.entry[0].resource`."""
    resource: dict[str, Any]
    container: dict[str, Any]
    """The outermost resource whose contained ones it may refer to."""
    index: int
    """In its `meta.profile`."""


def claims(resource: Resource) -> list[Claim]:
    """The profiles that a sound resource and those inside it claim, each once."""
    return list(_claims(resource, resource["resourceType"], resource))


def _claims(one: dict[str, Any], place: str, container: dict[str, Any]) -> Iterator[Claim]:
    meta = one.get("meta")
    if meta is not None and "profile" in meta:
        first: dict[str, int] = {}
        for index, canonical in enumerate(meta["profile"]):
            if canonical is not None:
                first.setdefault(canonical, index)
        for canonical, index in first.items():
            yield Claim(canonical, place, one, container, index)
    for index, inner in enumerate(one.get("contained", ())):
        yield from _claims(inner, f"{place}.contained[{index}]", container)
    if one["resourceType"] == "Bundle":
        for index, entry in enumerate(one.get("entry", ())):
            if "resource" in entry:
                inner = entry["resource"]
                yield from _claims(inner, f"{place}.entry[{index}].resource", inner)


def judge(found: Iterable[Claim], trees: Trees, vocabulary: Vocabulary) -> list[Issue]:
    """The issues of the claims: what breaks a profile, and as warnings what could not be judged.

    Raises TooCostly.
    """
    issues: list[Issue] = []
    budget = Budget()
    for claim in found:
        issues += _judged(claim, trees, vocabulary, budget)
    return issues


def _judged(claim: Claim, trees: Trees, vocabulary: Vocabulary, budget: Budget) -> Iterator[Issue]:
    tree = trees.tree(claim.canonical)
    if tree is None and core_type(claim.canonical) is None:
        text = f"The profile {claim.canonical[:300]} is not known here and was not judged."
        place = f"{claim.place}.meta.profile[{claim.index}]"
        yield Issue("not-found", text, place, "warning", "profile-unknown")
        return
    item = resource_node(claim.resource)
    env = Environment(item, resource_node(claim.container), item)
    state = State(env, trees, vocabulary, visit, budget)
    require(item, claim.place, claim.canonical, state)
    name = claim.canonical[:300]
    for one in dict.fromkeys(state.found):
        text = f"{one.place} {one.text} (profile {name})."
        yield Issue(one.code, text, one.place, _SEVERITIES[one.severity], DETAILS)
    for said in sorted(state.unknown):
        yield _left_out(said, name, claim.place)


def _left_out(said: str, name: str, place: str) -> Issue:
    what = f"{said} is not known here" if "://" in said.partition(" ")[0] else said
    text = f"Not all of the profile {name} could be judged: {what[:300]}."
    return Issue("incomplete", text, place, "warning", "profile-not-judged")
