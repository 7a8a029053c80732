"""Objects: which properties a type allows, which it must have, and the check of each.

A shape is compiled when the first object of its kind is checked. Checking builds no paths while
all is well: a check gives None, or faults whose path begins where it stands, and the caller puts
its own step before it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ehr.fhir import definitions
from ehr.fhir.fhirpath.nodes import Node
from ehr.fhir.json_fault import kind as json_kind

Fault = tuple[str, str, str]
"""(path from here: `.name[0]`, or empty; issue code; sentence without its subject, the path)."""
Check = Callable[[Any, dict[str, Any], "State"], list[Fault] | None]
"""The check of one property: its value, the object that holds it, the state."""
Rule = tuple[str, str, str]
"""(key, sentence, FHIRPath) of an invariant."""

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


@dataclass(slots=True)
class Asked:
    """Invariants to evaluate on one node once the structure is known to be sound."""

    rules: tuple[Rule, ...]
    node: Node
    holder: dict[str, Any]
    """The object by which the place is found."""
    below: str
    """The path from `holder` to the node."""
    state: State


@dataclass(slots=True)
class Shape:
    """One kind of object, compiled at its first use."""

    name: str
    """As in the definitions: a type (`HumanName`), or a type and a path (`Patient.contact`)."""
    type: str
    """As in FHIRPath: a profile on Quantity is a Quantity."""
    is_resource: bool
    rules: tuple[Rule, ...]
    checks: dict[str, Check] = field(default_factory=dict)
    """By JSON property, those with an underscore too; empty until compiled."""
    names: dict[str, str] = field(default_factory=dict)
    """JSON property → element, where they differ: `valueString` and `_valueString` → `value`."""
    choices: frozenset[str] = frozenset()
    """The JSON properties that are one of several."""
    required: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(element, JSON properties of which one must be there)."""
    also: Callable[[dict[str, Any], State], list[Fault] | None] | None = None
    """What the specification demands of this type beyond its elements (dom-*, ext-1)."""


@cache
def shape(name: str) -> Shape:
    """The shape of a type or of a part of one; KeyError for what is none."""
    type_name, _, path = name.partition(".")
    structure = definitions.structure(type_name)
    is_resource = structure.kind == "resource" and not path
    return Shape(name, definitions.fhir_type(name), is_resource, structure.parts[path].rules)


def check_object(value: Any, of: Shape, state: State) -> list[Fault] | None:
    """The faults of one object and of all in it, or None."""
    if type(value) is not dict or not value:
        return [("", "structure", _no_object(value))]
    checks = of.checks or _compiled(of)
    found: list[Fault] = []
    chosen: dict[str, str] | None = None
    for key, content in value.items():
        check = checks.get(key)
        if check is None:
            found.append((f".{key[:64]}", "structure", f"is not an element of {of.name}"))
        elif (faults := check(content, value, state)) is not None:
            add(found, f".{of.names.get(key, key)}", faults)
        if key in of.choices:
            chosen = _choose(chosen, of.names[key], key, found)
        if len(found) > ENOUGH:
            return found
    for element, keys in of.required:
        if not any(key in value for key in keys):
            found.append((f".{element}", "required", f"is required in {of.name}"))
    if of.also is not None and (faults := of.also(value, state)) is not None:
        found.extend(faults)
    if "id" in value and len(value) == 1:
        found.append(("", "invariant", "must have more than an id (ele-1)"))
    if of.rules:
        state.asked.append(Asked(of.rules, (value, of.type, None), value, "", state))
    return found or None


def _compiled(of: Shape) -> dict[str, Check]:
    # The elements' checks lead back to shapes, so they are known only when this has been read.
    from ehr.fhir.checker import elements

    elements.compile_shape(of)
    return of.checks


def _no_object(value: Any) -> str:
    if type(value) is dict:
        return "must not be an empty object"
    return f"must be an object, not {json_kind(value)}"


def add(found: list[Fault], prefix: str, faults: Iterable[Fault]) -> None:
    """Add `faults` to `found`, their paths one step further up."""
    found.extend([(prefix + path, code, text) for path, code, text in faults])


def _choose(
    chosen: dict[str, str] | None, choice: str, key: str, found: list[Fault]
) -> dict[str, str]:
    """Note which property was used for a choice; another one is a fault."""
    chosen = {} if chosen is None else chosen
    name = key.removeprefix("_")
    first = chosen.setdefault(choice, name)
    if first != name:
        found.append((f".{choice}", "structure", f"can be given once, as {first} or {name}"))
    return chosen
