"""Objects: which properties a type allows, which it must have, and the check of each.

A shape is compiled when the first object of its kind is checked. Checking builds no paths while
all is well: a check gives None, or faults whose path begins where it stands, and the caller puts
its own step before it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ehr.fhir import definitions
from ehr.fhir.checker.primitives import Format
from ehr.fhir.fhirpath.compiler import Test
from ehr.fhir.fhirpath.nodes import Node
from ehr.fhir.json_fault import kind as json_kind

Fault = tuple[str, str, str]
"""(path from here: `.name[0]`, or empty; issue code; sentence without its subject, the path)."""
Check = Callable[[Any, dict[str, Any], "State"], list[Fault] | None]
"""The check of one property: its value, the object that holds it, the state."""
Rule = tuple[str, str, Test]
"""(key, sentence, compiled FHIRPath) of an invariant."""

ENOUGH = 100
"""Faults after which an object is not looked at further."""


@dataclass(slots=True)
class State:
    """Where a check is: the resource around it, and the invariants to be asked at the end."""

    resource: dict[str, Any]
    """The resource that holds the element (`%resource`)."""
    root: dict[str, Any]
    """The outermost, whose contained resources may be referred to (`%rootResource`)."""
    contained: dict[str, str]
    """Id → type of the contained resources of `root`."""
    asked: "list[Asked]"


Asked = tuple[tuple[Rule, ...], Node, dict[str, Any], str, State]
"""Invariants to evaluate once the structure is known to be sound: (rules, their node, the object
by which the place is found, the path from there to the node, the state)."""


@dataclass(slots=True)
class Shape:
    """One kind of object, compiled at its first use."""

    name: str
    """As in the definitions: a type (`HumanName`), or a type and a path (`Patient.contact`)."""
    type: str
    """As in FHIRPath: a profile on Quantity is a Quantity."""
    is_resource: bool
    formats: dict[str, Format] = field(default_factory=dict)
    """By JSON property, of those that are one primitive."""
    checks: dict[str, Check] = field(default_factory=dict)
    """By JSON property, of all others, those with an underscore too; empty until compiled."""
    names: dict[str, str] = field(default_factory=dict)
    """JSON property → element, where they differ: `valueString` and `_valueString` → `value`."""
    choices: frozenset[str] = frozenset()
    """The JSON properties that are one of several."""
    required: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(element, its JSON property, others of which one will do)."""
    rules: tuple[Rule, ...] = ()
    also: Callable[[dict[str, Any], State], list[Fault] | None] | None = None
    """What the specification demands of this type beyond its elements (dom-*, ext-1)."""


@cache
def shape(name: str) -> Shape:
    """The shape of a type or of a part of one; KeyError for what is none."""
    type_name, _, path = name.partition(".")
    structure = definitions.structure(type_name)
    is_resource = structure.kind == "resource" and not path
    if path not in structure.parts:
        raise KeyError(name)
    return Shape(name, definitions.fhir_type(name), is_resource)


def check_object(value: Any, of: Shape, state: State) -> list[Fault] | None:
    """The faults of one object and of all in it, or None."""
    if type(value) is not dict or not value:
        return [("", "structure", _no_object(value))]
    checks = of.checks or _compiled(of)
    formats = of.formats
    found: list[Fault] = []
    for key, content in value.items():
        form = formats.get(key)
        if form is not None:
            wrong = form(content)
            if wrong is not None:
                found.append((f".{of.names[key]}", *wrong))
        elif (check := checks.get(key)) is None:
            found.append((f".{key[:64]}", "structure", f"is not an element of {of.name}"))
        elif (faults := check(content, value, state)) is not None:
            add(found, f".{of.names.get(key, key)}", faults)
            if len(found) > ENOUGH:
                return found
    _check_whole(value, of, state, found)
    if of.rules:
        state.asked.append((of.rules, (value, of.type, None), value, "", state))
    return found or None


def _check_whole(value: dict[str, Any], of: Shape, state: State, found: list[Fault]) -> None:
    """What is seen only when all properties are: the required, the choices, an id alone."""
    for element, key, others in of.required:
        if key not in value and not any(other in value for other in others):
            found.append((f".{element}", "required", f"is required in {of.name}"))
    if len(value) == 1:
        if "id" in value:
            found.append(("", "invariant", "must have more than an id (ele-1)"))
    elif of.choices and len(of.choices.intersection(value)) > 1:
        found.extend(_chosen_twice(value, of))
    if of.also is not None and (faults := of.also(value, state)) is not None:
        found.extend(faults)


def _compiled(of: Shape) -> dict[str, Check]:
    # The elements' checks lead back to shapes, so they are known only when this has been read.
    from ehr.fhir.checker import elements

    elements.compile_shape(of)
    return of.checks


def _chosen_twice(value: dict[str, Any], of: Shape) -> Iterator[Fault]:
    """Each choice for which two types were given (`_valueString` belongs to `valueString`)."""
    chosen: dict[str, str] = {}
    for key in value:
        if key in of.choices:
            name = key.removeprefix("_")
            first = chosen.setdefault(of.names[key], name)
            if first != name:
                text = f"can be given once, as {first} or {name}"
                yield f".{of.names[key]}", "structure", text


def _no_object(value: Any) -> str:
    if type(value) is dict:
        return "must not be an empty object"
    return f"must be an object, not {json_kind(value)}"


def add(found: list[Fault], prefix: str, faults: Iterable[Fault]) -> None:
    """Add `faults` to `found`, their paths one step further up."""
    found.extend([(prefix + path, code, text) for path, code, text in faults])
