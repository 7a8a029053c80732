"""Changes of one JSON property and of the one beside it (`_given`), whose items keep in step.

http://hl7.org/fhir/R4/json.html#primitive
"""

from typing import Any

from ehr.fhir.fhirpath.nodes import Step
from ehr.fhir.patch.given import Value
from ehr.fhir.patch.places import Place


def put(holder: dict[str, Any], step: Step, value: Value) -> None:
    """Set an element that does not repeat; what stood beside a primitive goes with it."""
    key, _, beside = step
    _set(holder, key, value.content)
    if beside is not None:
        _set(holder, beside, value.beside)


def _set(holder: dict[str, Any], key: str, content: Any) -> None:
    if content is None:
        holder.pop(key, None)
    else:
        holder[key] = content


def insert(holder: dict[str, Any], step: Step, index: int, value: Value) -> None:
    """Put an item into a list, before the one at `index`."""
    key, _, beside = step
    items, extras = _lists(holder, key, beside)
    items.insert(index, value.content)
    extras.insert(index, value.beside)
    _keep(holder, key, items)
    if beside is not None:
        _keep(holder, beside, extras)


def inside(place: Place) -> dict[str, Any] | None:
    """Where elements below a place are written; a primitive is given an object beside it.

    None for what can have no elements below.
    """
    if place.inside is not None or place.beside is None:
        return place.inside
    made: dict[str, Any] = {}
    if place.index is None:
        place.holder[place.beside] = made
        return made
    _, extras = _lists(place.holder, place.key, place.beside)
    extras[place.index] = made
    place.holder[place.beside] = extras
    return made


def prune(holder: dict[str, Any], empty: dict[str, Any]) -> bool:
    """Remove an object that has no elements left, and what has none after that; True when found.

    FHIR knows no empty objects: http://hl7.org/fhir/R4/json.html.
    """
    for key, content in holder.items():
        if isinstance(content, dict) and (content is empty or prune(content, empty)):
            if not content:
                del holder[key]
            return True
        for index, item in enumerate(content if isinstance(content, list) else ()):
            if isinstance(item, dict) and (item is empty or prune(item, empty)):
                if not item:
                    _drop(holder, key, index)
                return True
    return False


def _drop(holder: dict[str, Any], key: str, index: int) -> None:
    """Remove an item of a list; beside a primitive that stays there, null takes its place."""
    primitive = key.removeprefix("_")
    beside = key if primitive != key else None
    items, extras = _lists(holder, primitive, beside)
    if beside is not None and items[index] is not None:
        extras[index] = None
    else:
        del items[index], extras[index]
    _keep(holder, primitive, items)
    if beside is not None:
        _keep(holder, beside, extras)


def take(place: Place) -> None:
    """Remove an element, and the list when it was the last of it."""
    if place.index is None:
        place.holder.pop(place.key, None)
        if place.beside is not None:
            place.holder.pop(place.beside, None)
        return
    items, extras = _lists(place.holder, place.key, place.beside)
    del items[place.index], extras[place.index]
    _keep(place.holder, place.key, items)
    if place.beside is not None:
        _keep(place.holder, place.beside, extras)


def _lists(holder: dict[str, Any], key: str, beside: str | None) -> tuple[list[Any], list[Any]]:
    """Both lists, as long as the longer one."""
    items = list(holder.get(key) or ())
    extras = list(holder.get(beside) or ()) if beside is not None else []
    length = max(len(items), len(extras))
    items += [None] * (length - len(items))
    extras += [None] * (length - len(extras))
    return items, extras


def _keep(holder: dict[str, Any], key: str, items: list[Any]) -> None:
    _set(holder, key, items if any(one is not None for one in items) else None)
