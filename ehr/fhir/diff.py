"""What leads from one resource to another, as a FHIRPath Patch.

http://hl7.org/fhir/R4/fhirpatch.html. Paths name one element each, so operations are to be carried
out in their order. Id, version and time of change are no part of what is compared: the server sets
them.
"""

from collections.abc import Iterator, Sequence

from ehr.fhir.patch_value import Item, Place, Slot, parameter, same, slots
from ehr.fhir.resource import Resource

_NONE = Slot(False, ())


def diff(old: Resource, new: Resource) -> list[Resource]:
    """The operations that make `new` of `old`, two resources of one type."""
    kind = old["resourceType"]
    return list(_between(_compared(old), _compared(new), Place(kind), kind))


def _compared(resource: Resource) -> Resource:
    kept = {key: value for key, value in resource.items() if key != "id"}
    meta = {
        key: value
        for key, value in resource.get("meta", {}).items()
        if key not in {"versionId", "lastUpdated"}
    }
    if meta:
        return kept | {"meta": meta}
    kept.pop("meta", None)
    return kept


def _between(old: Resource, new: Resource, place: Place, path: str) -> Iterator[Resource]:
    before, after = slots(old, place), slots(new, place)
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name, _NONE), after.get(name, _NONE)
        if one.many or other.many:
            yield from _lists(one.items, other.items, path, name)
        else:
            yield from _single(one.items, other.items, path, name)


def _single(old: Sequence[Item], new: Sequence[Item], parent: str, name: str) -> Iterator[Resource]:
    path = f"{parent}.{name}"
    if old and new and old[0].kind == new[0].kind:
        yield from _changed(old[0], new[0], path)
        return
    if old:
        yield _operation("delete", path)
    if new:
        yield _operation("add", parent, _text("name", name), parameter("value", new[0]))


def _changed(old: Item, new: Item, path: str) -> Iterator[Resource]:
    """Both of one type: what is inside, or a primitive as a whole."""
    if same(old.value, new.value) and same(old.beside, new.beside):
        return
    if old.place is not None and new.place is not None:
        yield from _between(old.value, new.value, new.place, path)
    else:
        yield _operation("replace", path, parameter("value", new))


def _lists(old: Sequence[Item], new: Sequence[Item], parent: str, name: str) -> Iterator[Resource]:
    """What both begin and end with stays; between, one after the other is changed."""
    path = f"{parent}.{name}"
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    inner, outer = old[start : len(old) - end], new[start : len(new) - end]
    paired = min(len(inner), len(outer))
    for n in range(paired):
        yield from _at(inner[n], outer[n], f"{path}[{start + n}]")
    for n in reversed(range(paired, len(inner))):
        yield _operation("delete", f"{path}[{start + n}]")
    for n in range(paired, len(outer)):
        value = parameter("value", outer[n])
        if end:
            yield _operation("insert", path, {"name": "index", "valueInteger": start + n}, value)
        else:
            yield _operation("add", parent, _text("name", name), value)


def _at(old: Item, new: Item, path: str) -> Iterator[Resource]:
    if old.kind == new.kind:
        yield from _changed(old, new, path)
    else:  # contained resources of two types
        yield _operation("replace", path, parameter("value", new))


def _alike(old: Sequence[Item], new: Sequence[Item]) -> int:
    """How many items both begin with."""
    count = 0
    for one, other in zip(old, new, strict=False):
        alike = one.kind == other.kind and same(one.beside, other.beside)
        if not (alike and same(one.value, other.value)):
            break
        count += 1
    return count


def _operation(kind: str, path: str, *parts: Resource) -> Resource:
    told = [{"name": "type", "valueCode": kind}, _text("path", path), *parts]
    return {"name": "operation", "part": told}


def _text(name: str, text: str) -> Resource:
    return {"name": name, "valueString": text}
