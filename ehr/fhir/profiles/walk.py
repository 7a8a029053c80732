"""The walk: each element that a profile speaks of, in each place where the resource has it."""

from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.profiles.items import element_of, items
from ehr.fhir.profiles.slices import check_slices
from ehr.fhir.profiles.state import State
from ehr.fhir.profiles.tree import Node
from ehr.fhir.profiles.types import check_types
from ehr.fhir.profiles.values import wrong_values


def visit(item: Item, place: str, node: Node, state: State) -> None:
    """Tell of all in which an item breaks what a node and those below it demand."""
    state.budget.spend()
    for allowed in node.types:
        check_types(item, place, allowed, state)
    if node.has_values:
        for code, text in wrong_values(item, node, state):
            state.tell(place, code, text)
    if node.invariants:
        _check_invariants(item, place, node, state)
    for name, child in node.children.items():
        _check_element(item, place, name, child, state)


def _check_invariants(item: Item, place: str, node: Node, state: State) -> None:
    env = state.environment(item)
    for one in node.invariants:
        if one.holds(env, [item]) is False:
            text = f"breaks {one.key}: {one.human.rstrip('.')}"
            state.tell(place, "invariant", text, one.severity)


def _check_element(item: Item, place: str, name: str, node: Node, state: State) -> None:
    found = [(one, place + path) for one, path in items(item, name)]
    if len(found) < node.min:
        least = f"must have at least {node.min} items" if node.min > 1 else "is required"
        state.tell(_at(item, place, name), "required", least)
    elif node.max is not None and len(found) > node.max:
        most = f"must have at most {node.max} items" if node.max else "must not be there"
        state.tell(_at(item, place, name), "structure", most)
    for one, below in found:
        visit(one, below, node, state)
    if node.slices:
        check_slices(found, name, _at(item, place, name), node, state)


def _at(item: Item, place: str, name: str) -> str:
    """The place of an element as a whole."""
    return f"{place}.{element_of(item[1], name)}"
