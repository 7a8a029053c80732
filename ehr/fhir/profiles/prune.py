"""Take out of a tree what the type itself demands, and put in what the names of choices imply.

Differentials repeat much of what the checker has seen to (`status` is 1..1, a code, of its value
set); each element that is left is looked for in every resource.
"""

from ehr.fhir import definitions
from ehr.fhir.definitions import Element, fhir_type
from ehr.fhir.profiles.definition import Allowed
from ehr.fhir.profiles.tree import Node


def prune(node: Node, kind: str | None) -> None:
    """Prune all below a node of the type or part `kind`; None where that is not known."""
    elements = _elements(kind)
    _narrow(node, elements)
    for name, child in list(node.children.items()):
        element = elements.get(name)
        if element is not None:
            _prune_element(child, element)
        below = _kind_below(kind, element) if element is not None else _chosen(elements, name)
        prune(child, below)
        if not child.demands:
            del node.children[name]
    for part in node.slices.values():
        prune(part, kind)
    node.says = _says(node)


def _narrow(node: Node, elements: dict[str, Element]) -> None:
    """A choice that is only named with its type (`valueQuantity`) may have no other.

    http://hl7.org/fhir/R4/profiling.html, as HL7's own snapshots have it.
    """
    named: dict[str, list[Allowed]] = {}
    for name in node.children:
        for key, element in elements.items():
            if element.choice and name in (spelled := element.names(key)):
                named.setdefault(key, []).append(Allowed(fhir_type(spelled[name])))
    for key, allowed in named.items():
        choice = node.children.setdefault(key, Node(key))
        if not choice.types:
            choice.types.append(tuple(allowed))


def _prune_element(node: Node, element: Element) -> None:
    if node.min <= element.min:
        node.min = 0
    if node.max is not None and node.max > 0 and not element.many:
        node.max = None
    if element.codes in node.codes:
        node.codes.remove(element.codes)
    own = {*map(fhir_type, element.types)}
    node.types = [
        allowed
        for allowed in node.types
        if any(one.profiles or one.targets for one in allowed)
        or not own <= {one.code for one in allowed}
    ]


def _elements(kind: str | None) -> dict[str, Element]:
    name, _, path = (kind or "").partition(".")
    if name not in definitions.type_names():
        return {}
    part = definitions.structure(name).parts.get(path)
    return part.elements if part is not None else {}


def _kind_below(kind: str | None, element: Element) -> str | None:
    if element.choice or element.types == ("Resource",):
        return None
    if element.same is not None:
        return f"{(kind or '').partition('.')[0]}.{element.same}"
    return fhir_type(element.types[0])


def _chosen(elements: dict[str, Element], name: str) -> str | None:
    """The type of a choice that is named with its type: `valueQuantity`."""
    for key, element in elements.items():
        if element.choice and name in (spelled := element.names(key)):
            return fhir_type(spelled[name])
    return None


def _says(node: Node) -> bool:
    """Whether anything is fixed here, or was found to be below."""
    return (
        node.is_fixed
        or any(a.profiles for types in node.types for a in types)
        or any(child.says for child in node.children.values())
        or any(part.says for part in node.slices.values())
    )
