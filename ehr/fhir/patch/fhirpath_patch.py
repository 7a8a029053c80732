"""FHIRPath Patch: operations in a Parameters resource (http://hl7.org/fhir/R4/fhirpatch.html).

add, insert, delete, replace and move, each on one element that a FHIRPath names.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from ehr.errors import Invalid
from ehr.fhir.fhirpath.nodes import Step
from ehr.fhir.patch import places
from ehr.fhir.patch.elements import element, shaped
from ehr.fhir.patch.given import Given, Value, given
from ehr.fhir.patch.places import Place
from ehr.fhir.patch.write import insert, inside, prune, put, take
from ehr.fhir.resource import Resource

MAX_OPERATIONS = 1_000


def apply(resource: Resource, document: Any) -> Resource:
    """The resource after every operation.

    Raises Invalid for what is no FHIRPath Patch, Unprocessable where a path names no one element.
    """
    entries = document.get("parameter", []) if isinstance(document, dict) else None
    if not isinstance(entries, list) or document.get("resourceType") != "Parameters":
        raise Invalid("A FHIRPath Patch is a Parameters resource.", code="structure")
    if len(entries) > MAX_OPERATIONS:
        raise Invalid(f"A patch has at most {MAX_OPERATIONS} operations.", code="too-long")
    changed, budget = deepcopy(resource), places.Budget()
    for number, entry in enumerate(entries):
        one = given(entry, number, budget)
        carry_out = _OPERATIONS.get(one.type)
        if carry_out is None:
            raise one.invalid(f"the type is one of {', '.join(_OPERATIONS)}", "value")
        carry_out(changed, one)
    return changed


def _one(resource: Resource, one: Given) -> Place:
    found = places.found(resource, one.path, one.budget)
    if len(found) != 1:
        what = "several elements" if found else "nothing"
        raise one.unprocessable(f"the path names {what}")
    return found[0]


def _add(resource: Resource, one: Given) -> None:
    place = _one(resource, one)
    holder, name = inside(place), one.name
    if holder is None or name is None:
        raise one.invalid("an element has a name, and is added to what has elements", "required")
    step, many = element(place.kind, name, one.value, one)
    value = shaped(one.value, step[1], one)
    if many:
        insert(holder, step, len(holder.get(step[0]) or ()), value)
        return
    spellings = places.slot(place, name.removesuffix("[x]"))
    if any(key in holder or beside in holder for key, _, beside in spellings):
        raise one.unprocessable(f"{name} is there already, and does not repeat")
    put(holder, step, value)


def _insert(resource: Resource, one: Given) -> None:
    found, index = places.found(resource, one.path, one.budget), one.whole("index")
    holder, step = _list(found[0]) if found else _list_to_be(resource, one)
    if holder is None:
        raise one.unprocessable("the path names no list")
    if index > len(found):
        raise one.unprocessable(f"the list has {len(found)} items")
    insert(holder, step, index, shaped(one.value, step[1], one))


def _list(item: Place) -> tuple[dict[str, Any] | None, Step]:
    """Where the list of an item is; nowhere when what was found is none."""
    step = (item.key, item.kind, item.beside)
    return (None if item.index is None else item.holder), step


def _list_to_be(resource: Resource, one: Given) -> tuple[dict[str, Any] | None, Step]:
    """Where a list goes that is not there yet, since it has no items; nowhere for what is none."""
    holders, name = places.above(resource, one.path, one.budget)
    holder = inside(holders[0]) if len(holders) == 1 else None
    if holder is None:
        return None, ("", "", None)
    step, many = element(holders[0].kind, name, one.value, one)
    return (holder if many else None), step


def _delete(resource: Resource, one: Given) -> None:
    found = places.found(resource, one.path, one.budget)
    if len(found) > 1:
        raise one.unprocessable("the path names several elements")
    for place in found:
        _require_inside(place, resource, one)
        take(place)
        if not place.holder:
            prune(resource, place.holder)


def _require_inside(place: Place, resource: Resource, one: Given) -> None:
    if place.node[0] is resource:
        raise one.unprocessable("a resource is deleted, not patched away")


def _replace(resource: Resource, one: Given) -> None:
    place = _one(resource, one)
    _require_inside(place, resource, one)
    value = shaped(one.value, place.kind, one)
    step = _retyped(place, value)
    at = place.index
    take(place)
    if at is None:
        put(place.holder, step, value)
    else:
        insert(place.holder, step, at, value)


def _retyped(place: Place, value: Value) -> Step:
    """The property of what takes a place; a choice may take another type."""
    key, kind = place.key, place.kind
    end = kind[:1].upper() + kind[1:]
    if not value.kind or value.kind == kind or not key.endswith(end) or place.index is not None:
        return key, kind, place.beside
    key = key[: -len(end)] + value.kind[:1].upper() + value.kind[1:]
    return key, value.kind, f"_{key}"


def _move(resource: Resource, one: Given) -> None:
    found = places.found(resource, one.path, one.budget)
    source, target = one.whole("source"), one.whole("destination")
    if not found or found[0].index is None:
        raise one.unprocessable("the path names no list")
    if source >= len(found) or target >= len(found):
        raise one.unprocessable(f"the list has {len(found)} items")
    place = found[source]
    value = one.of(place)
    take(place)
    insert(place.holder, (place.key, place.kind, place.beside), target, value)


_OPERATIONS: Mapping[str, Callable[[Resource, Given], None]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}
