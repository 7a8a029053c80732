"""Parts of a resource: `_summary` and `_elements`.

http://hl7.org/fhir/R4/search.html#summary and #elements. What is left is still valid: mandatory
elements stay, what is referred to inside, and what changes the meaning of the rest (modifier
extensions, implicit rules). It is tagged SUBSETTED, so that nobody takes it for the whole and
writes it back. Number literals stay as they were recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from ehr.errors import InvalidQuery, Unprocessable
from ehr.fhir.definitions import Element, fhir_type, structure
from ehr.fhir.reference import walk
from ehr.fhir.resource import Resource, dump, parse

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}
MAX_ELEMENTS = 100
Summary = Literal["true", "text", "data", "false"]

_NAMING = ("resourceType", "id")
_ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules", "modifierExtension"})


@dataclass(frozen=True, slots=True)
class Subset:
    """What is asked of each resource: a summary, or elements of its first level, or both."""

    summary: Summary = "false"
    elements: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether resources go out as they are."""
        return self.summary == "false" and not self.elements

    def of(self, content: bytes) -> bytes:
        """The part of a resource's JSON."""
        if self.is_whole:
            return content
        return dump(subset(parse(content), self))


WHOLE = Subset()
"""Resources as they were recorded."""


def is_subset(resource: Resource) -> bool:
    """Whether a resource says of itself that it is a part."""
    tags = resource.get("meta", {}).get("tag", ())
    return any(tag.get("code") == "SUBSETTED" for tag in tags)


def require_whole(resource: Resource) -> None:
    """Raises Unprocessable for a part, which must not take the place of the whole."""
    if is_subset(resource):
        raise Unprocessable(
            "This is a part of a resource, tagged SUBSETTED: read the whole and change that.",
            expression=f"{resource['resourceType']}.meta.tag",
        )


def subset(resource: Resource, asked: Subset) -> Resource:
    """The part of `resource` that is asked for, tagged."""
    name = resource["resourceType"]
    kept = resource
    if asked.summary == "true":
        kept = _summarised(resource, name, "")
    elif asked.summary == "text":
        kept = _only(resource, _mandatory(name) | {"text"})
    elif asked.summary == "data":
        kept = {key: value for key, value in resource.items() if key != "text"}
    if asked.elements:
        kept = _only(kept, _mandatory(name) | _properties(name, asked.elements))
    return _tagged(_with_contained(kept, resource))


def _with_contained(kept: Resource, resource: Resource) -> Resource:
    """What is kept, with the contained resources if any of it refers to them."""
    if "contained" in kept or "contained" not in resource:
        return kept
    if not any(holder[name].startswith("#") for _, holder, name in walk(kept)):
        return kept
    names = {*kept, "contained"}
    return {key: kept.get(key, value) for key, value in resource.items() if key in names}


def require_elements(types: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Raises InvalidQuery for what is no element of the first level of any of these types."""
    if len(names) > MAX_ELEMENTS:
        raise InvalidQuery(f"_elements names at most {MAX_ELEMENTS} elements.")
    for name in names:
        if not any(name in _names(one) for one in types):
            told = types[0] if len(types) == 1 else "any of these types"
            raise InvalidQuery(
                f"_elements: {name[:64]!r} is no element of the first level of {told}.",
                code="value",
            )


def _only(resource: Resource, names: frozenset[str]) -> Resource:
    """`resource` with these properties, and what stands beside a primitive one."""
    return {key: value for key, value in resource.items() if key.removeprefix("_") in names}


def _tagged(resource: Resource) -> Resource:
    meta = resource.get("meta", {})
    if is_subset(resource):
        return resource
    tagged = {**meta, "tag": [*meta.get("tag", ()), SUBSETTED]}
    if "meta" in resource:
        return {**resource, "meta": tagged}
    start: Resource = {key: resource[key] for key in resource if key in _NAMING}
    return {**start, "meta": tagged, **resource}


@cache
def _names(resource_type: str) -> Mapping[str, frozenset[str]]:
    """How an element of the first level may be named → its JSON properties."""
    found: dict[str, frozenset[str]] = {"resourceType": frozenset()}
    for name, element in structure(resource_type).parts[""].elements.items():
        properties = frozenset(element.names(name))
        found[name] = properties
        if element.choice:
            found[f"{name}[x]"] = properties
            found |= {one: frozenset({one}) for one in properties}
    return found


def _properties(resource_type: str, names: tuple[str, ...]) -> frozenset[str]:
    """The properties of elements; a name that only other types have stands for nothing."""
    known = _names(resource_type)
    return frozenset[str]().union(*(known.get(name, frozenset()) for name in names))


@cache
def _mandatory(resource_type: str) -> frozenset[str]:
    """The properties that a part keeps whatever is asked for."""
    elements = structure(resource_type).parts[""].elements
    return _ALWAYS.union(*(one.names(name) for name, one in elements.items() if one.min > 0))


Kept = tuple[str, str, bool]
"""Type and part of an object's own elements (type "": it is kept whole), and if it is mandatory."""


@cache
def _kept(owner: str, part: str) -> Mapping[str, Kept] | None:
    """Property → how it is kept in a summary; None where the definitions mark nothing."""
    elements = structure(owner).parts[part].elements
    if not any(one.summary for one in elements.values()):
        return None
    return {
        spelled: _inside(owner, one, kind)
        for name, one in elements.items()
        if one.summary or one.min > 0 or name in _ALWAYS
        for spelled, kind in one.names(name).items()
    }


def _inside(owner: str, element: Element, kind: str) -> Kept:
    must = element.min > 0
    if element.same is not None:
        return owner, element.same, must
    name = fhir_type(kind)
    return (name if _has_parts(name) else "", "", must)


@cache
def _has_parts(name: str) -> bool:
    """Whether a type is an object of elements: no primitive, and no resource inside another."""
    return structure(name).kind == "complex-type" and "" in structure(name).parts


def _summarised(value: dict[str, Any], owner: str, part: str) -> dict[str, Any]:
    kept = _kept(owner, part)
    if kept is None:
        return value
    found: dict[str, Any] = {}
    for key, content in value.items():
        if key == "resourceType":
            found[key] = content
            continue
        rule = kept.get(key.removeprefix("_"))
        if rule is None:
            continue
        left = _reduced(content, rule)
        if left:
            found[key] = left
        elif rule[2] or content in (False, 0):
            found[key] = content
    return found


def _reduced(content: Any, rule: Kept) -> Any:
    """What is left of a value; empty when none of it belongs to a summary."""
    owner, part, _ = rule
    if not owner:
        return content
    if type(content) is list:
        left = [_reduced(one, rule) for one in content]
        return [one for one in left if one]
    return _summarised(content, owner, part) if type(content) is dict else content
