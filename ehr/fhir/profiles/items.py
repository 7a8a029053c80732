"""The items of an element in a resource, each with its place."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.fhirpath.nodes import Step, steps


def items(of: Item, name: str) -> Iterator[tuple[Item, str]]:
    """(item, path from `of`) of the element `name`; `valueQuantity` gives `value` of that type."""
    value, kind, extra = of
    holder = value if type(value) is dict else extra
    if holder:
        element, alternatives = _element(kind, name)
        for step in alternatives:
            yield from _at(holder, step, f".{element}")


def element_of(kind: str, name: str) -> str:
    """The element that `name` is, or is one choice of, in a type."""
    return _element(kind, name)[0]


@cache
def _element(kind: str, name: str) -> tuple[str, tuple[Step, ...]]:
    known = steps(kind)
    if name in known:
        return name, known[name]
    for element, alternatives in known.items():
        chosen = tuple(step for step in alternatives if step[0] == name)
        if chosen:
            return element, chosen
    return name, ()


def _at(holder: dict[str, Any], step: Step, path: str) -> Iterator[tuple[Item, str]]:
    key, kind, beside = step
    value = holder.get(key)
    extra = holder.get(beside) if beside is not None else None
    if type(value) is list or type(extra) is list:
        values, extras = value or (), extra or ()
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            other = extras[index] if index < len(extras) else None
            if one is not None or other is not None:
                yield (one, _actual(one, kind), other), f"{path}[{index}]"
    elif value is not None or extra is not None:
        yield (value, _actual(value, kind), extra), path


def _actual(value: Any, kind: str) -> str:
    """A resource inside another one says itself what it is."""
    return str(value.get("resourceType")) if kind == "Resource" and value else kind
