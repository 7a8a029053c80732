"""Elements as FHIR has them behind their JSON, and as the values of a FHIRPath Patch.

http://hl7.org/fhir/R4/fhirpatch.html: what `Parameters.parameter.value[x]` can hold is a value;
of anything else (a part of a resource, an Extension, a Narrative) each element is a part.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from ehr.fhir.definitions import capital, fhir_type, is_resource_type, structure
from ehr.fhir.resource import Number, Resource


class Place(NamedTuple):
    """Where an object stands in the definitions: its type, and the part of it."""

    type: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an element: `kind` is its FHIR type; `beside` is what a primitive extends."""

    kind: str
    value: Any
    beside: Any = None
    place: Place | None = None
    """Of an object: where its own elements are defined."""


class Slot(NamedTuple):
    """All values of one element."""

    many: bool
    items: tuple[Item, ...]


def slots(content: Resource, place: Place) -> dict[str, Slot]:
    """Element name (`value`, whatever its type) → its values, in the order of the JSON."""
    found: dict[str, Slot] = {}
    known = _spellings(place)
    for key in content:
        plain = key.removeprefix("_")
        if plain not in known or known[plain][0] in found:
            continue
        name, kind, many, same = known[plain]
        value, beside = content.get(plain), content.get(f"_{plain}")
        pairs = list(_paired(value, beside)) if many else [(value, beside)]
        items = (
            Item(_kind(kind, one), one, ext, _place(kind, same, one, place)) for one, ext in pairs
        )
        found[name] = Slot(many, tuple(items))
    return found


def _paired(value: Any, beside: Any) -> Iterator[tuple[Any, Any]]:
    values, extensions = value or [], beside or []
    for n in range(max(len(values), len(extensions))):
        yield (
            values[n] if n < len(values) else None,
            extensions[n] if n < len(extensions) else None,
        )


@cache
def _spellings(place: Place) -> dict[str, tuple[str, str, bool, str | None]]:
    """JSON property → (element, type, whether it repeats, the part that it is)."""
    return {
        json: (name, fhir_type(kind), element.many, element.same)
        for name, element in structure(place.type).parts[place.part].elements.items()
        for json, kind in element.names(name).items()
    }


def _kind(kind: str, value: Any) -> str:
    return value["resourceType"] if kind == "Resource" and isinstance(value, dict) else kind


def _place(kind: str, same: str | None, value: Any, around: Place) -> Place | None:
    if not isinstance(value, dict):
        return None
    return Place(around.type, same) if same is not None else Place(_kind(kind, value))


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal, digits of numbers and all; the order of keys is none."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Number):
        return bool(one.literal == other.literal)
    return bool(one == other)


def parameter(name: str, item: Item) -> Resource:
    """A value as a part of Parameters."""
    if item.place is not None and is_resource_type(item.kind):
        return {"name": name, "resource": item.value}
    kind = "string" if item.kind == "xhtml" else item.kind
    if kind in _in_parameters():
        key = f"value{capital(kind)}"
        told = {key: item.value, f"_{key}": item.beside}
        return {"name": name} | {k: v for k, v in told.items() if v is not None}
    place = item.place or Place(item.kind)
    parts = [
        parameter(element, one)
        for element, slot in slots(item.value, place).items()
        for one in slot.items
    ]
    return {"name": name, "part": parts}


@cache
def _in_parameters() -> frozenset[str]:
    element = structure("Parameters").parts["parameter"].elements["value"]
    return frozenset(map(fhir_type, element.types))
