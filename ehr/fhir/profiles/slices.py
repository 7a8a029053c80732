"""Slices: the items of an element in groups, each with a number and rules of its own.

http://hl7.org/fhir/R4/profiling.html#slicing.
"""

from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.profiles.identify import belongs
from ehr.fhir.profiles.state import State
from ehr.fhir.profiles.tree import Node, slicing_of

Placed = tuple[Item, str]
"""An item and its place."""
REST = "@default"
"""The slice of all that is in no other."""


def check_slices(found: list[Placed], element: str, place: str, node: Node, state: State) -> None:
    """Tell of slices with too few or too many items, and of items that are in none."""
    groups: dict[str, list[Placed]] = {name: [] for name in node.slices}
    open_slices: set[str] = set()
    order: list[int] = []
    for item, at in found:
        name = _slice_of(item, element, node, open_slices, state)
        order.append(list(node.slices).index(name) if name else -1)
        if name is not None:
            groups[name].append((item, at))
        elif not open_slices and node.rules == "closed":
            state.tell(at, "structure", f"is in no slice of {place}, which is closed")
    if not open_slices:
        _check_order(order, place, node, state)
    for name, part in node.slices.items():
        if name not in open_slices:
            _check_number(groups[name], place, part, state)
        for item, at in groups[name]:
            state.visit(item, at, part, state)
        if part.slices:
            check_slices(groups[name], element, place, part, state)


def _slice_of(
    item: Item, element: str, node: Node, open_slices: set[str], state: State
) -> str | None:
    """The slice that an item is in; those of which it cannot be told are added to `open_slices`."""
    by = slicing_of(element, node)
    for name, part in node.slices.items():
        if name == REST:
            continue
        answer = belongs(item, element, part, by, state)
        if answer:
            return name
        if answer is None:
            open_slices.add(name)
    return REST if REST in node.slices and not open_slices else None


def _check_number(group: list[Placed], place: str, part: Node, state: State) -> None:
    if len(group) < part.min:
        state.tell(place, "required", f"must have {_times(part.min)} the slice {part.name}")
    elif part.max is not None and len(group) > part.max:
        if part.max == 0:
            for _, at in group:
                state.tell(at, "structure", f"must not be there (slice {part.name})")
        else:
            text = f"must have at most {_times(part.max)} the slice {part.name}"
            state.tell(place, "structure", text)


def _times(number: int) -> str:
    return "one item in" if number == 1 else f"{number} items in"


def _check_order(order: list[int], place: str, node: Node, state: State) -> None:
    in_slices = [number for number in order if number >= 0]
    if node.ordered and in_slices != sorted(in_slices):
        state.tell(place, "structure", "must have its slices in the order of the profile")
    if node.rules == "openAtEnd" and -1 in order[: len(in_slices)]:
        state.tell(place, "structure", "may have items in no slice at its end only")
