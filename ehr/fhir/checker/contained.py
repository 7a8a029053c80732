"""Contained resources: dom-2 to dom-5 (http://hl7.org/fhir/R4/domainresource.html#constraints)."""

from collections.abc import Iterator
from typing import Any

from ehr.fhir.checker.shapes import Fault, State


def check(resource: dict[str, Any], state: State) -> list[Fault] | None:
    """The faults of what `resource` contains, or None."""
    inner = resource.get("contained")
    if inner is None or type(inner) is not list:
        return None
    if resource is not state.root:
        return [(".contained", "invariant", "must not be in a contained resource (dom-2)")]
    named = set(_fragments(resource))
    found: list[Fault] = []
    for index, one in enumerate(inner):
        if type(one) is dict:
            found += [(f".contained[{index}]", "invariant", text) for text in _faults(one, named)]
    return found or None


def _faults(one: dict[str, Any], named: set[str]) -> Iterator[str]:
    meta = one.get("meta")
    if type(meta) is dict:
        if "versionId" in meta or "lastUpdated" in meta:
            yield "is contained and must have no meta.versionId or meta.lastUpdated (dom-4)"
        if "security" in meta:
            yield "is contained and must have no meta.security (dom-5)"
    if f"#{one.get('id')}" not in named and "#" not in _fragments(one):
        yield "is contained but neither referred to nor referring to its container (dom-3)"


def _fragments(value: Any) -> Iterator[str]:
    """Every string below that begins with `#`, as references to contained resources do."""
    if type(value) is str:
        if value.startswith("#"):
            yield value
    elif type(value) is dict:
        for child in value.values():
            yield from _fragments(child)
    elif type(value) is list:
        for child in value:
            yield from _fragments(child)
