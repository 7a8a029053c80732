"""JSON as FHIRPath sees it: typed nodes, and the steps from a node to its children.

A node is (value, type, extra): the JSON value (None when a primitive has only extensions), the
FHIR type (for an object defined inside a type its path, `Patient.contact`), and for a primitive
the object beside it (`_birthDate`), or None.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ehr.fhir import definitions

Node = tuple[Any, str, dict[str, Any] | None]
Nodes = list[Node]
Step = tuple[str, str, str | None]
"""JSON property, type, and for a primitive the property beside it (`_birthDate`)."""

SYSTEM_TYPES = {  # http://hl7.org/fhirpath/N1/#models; R4 itself writes `as(DateTime)`
    "Boolean": frozenset({"boolean"}),
    "String": frozenset({"string", "uri", "code", "oid", "id", "uuid", "markdown", "base64Binary"}),
    "Integer": frozenset({"integer", "unsignedInt", "positiveInt"}),
    "Decimal": frozenset({"decimal"}),
    "Date": frozenset({"date"}),
    "DateTime": frozenset({"dateTime", "instant"}),
    "Time": frozenset({"time"}),
}


@cache
def steps(kind: str) -> dict[str, tuple[Step, ...]]:
    """Element name → its JSON properties, for a type or a part of one; {} for a primitive."""
    name, _, path = kind.partition(".")
    if name not in definitions.type_names():
        return {}
    shape = definitions.structure(name)
    if shape.kind == "primitive-type":
        return {"extension": (("extension", "Extension", None),), "id": (("id", "string", "_id"),)}
    found = {}
    for element_name, element in shape.parts[path].elements.items():
        same = None if element.same is None else f"{name}.{element.same}"
        found[element_name] = tuple(
            (
                json_name,
                same or definitions.fhir_type(child),
                f"_{json_name}" if is_primitive(child) else None,
            )
            for json_name, child in element.names(element_name).items()
        )
    return found


@cache
def is_primitive(kind: str) -> bool:
    """Whether `kind` is one of the 20 primitive types (xhtml too)."""
    return kind in definitions.type_names() and definitions.structure(kind).kind == "primitive-type"


@cache
def is_a(kind: str, ancestor: str) -> bool:
    """Whether `kind` is `ancestor` or specialises it: `canonical` is a `uri`."""
    if kind == ancestor or kind in SYSTEM_TYPES.get(ancestor, ()):
        return True
    if "." in kind:
        return ancestor in {"BackboneElement", "Element"}
    if kind not in definitions.type_names():
        return False
    return is_a(definitions.structure(kind).base, ancestor)


def resource_node(resource: dict[str, Any]) -> Node:
    """The node of a whole resource."""
    return resource, str(resource.get("resourceType")), None


def children(nodes: Iterable[Node], name: str) -> Nodes:
    """The elements called `name` of all `nodes`, in document order."""
    found: Nodes = []
    for value, kind, extra in nodes:
        holder = value if type(value) is dict else extra
        if holder:
            for step in steps(kind).get(name, ()):
                key, _, beside = step
                if key in holder or (beside is not None and beside in holder):
                    _collect(holder, step, found)
    return found


def every_child(node: Node) -> Iterator[Node]:
    """All children of a node, whatever they are called."""
    value, kind, extra = node
    holder = value if type(value) is dict else extra
    found: Nodes = []
    for alternatives in steps(kind).values() if holder else ():
        for step in alternatives:
            _collect(holder or {}, step, found)
    yield from found


def descendants(nodes: Iterable[Node]) -> Iterator[Node]:
    """All that lies below `nodes`."""
    for node in nodes:
        for child in every_child(node):
            yield child
            yield from descendants((child,))


def _collect(holder: dict[str, Any], step: Step, found: Nodes) -> None:
    key, kind, beside = step
    value = holder.get(key)
    if beside is not None:
        extra = holder.get(beside)
        if value is None and extra is None:
            return
        if type(value) is list or type(extra) is list:
            _collect_primitives(value or (), extra or (), kind, found)
        else:
            found.append((value, kind, extra))
    elif value is None:
        return
    elif type(value) is list:
        found.extend([(item, _actual(item, kind), None) for item in value])
    else:
        found.append((value, _actual(value, kind), None))


def _collect_primitives(
    values: list[Any] | tuple[()], extras: list[Any] | tuple[()], kind: str, found: Nodes
) -> None:
    for index in range(max(len(values), len(extras))):
        value = values[index] if index < len(values) else None
        extra = extras[index] if index < len(extras) else None
        if value is not None or extra is not None:
            found.append((value, kind, extra))


def _actual(value: Any, kind: str) -> str:
    """The type of an element: what a resource inside another one says it is."""
    if kind == "Resource" and type(value) is dict:
        return str(value.get("resourceType"))
    return kind
