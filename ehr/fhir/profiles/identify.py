"""To which slice an item belongs (http://hl7.org/fhir/R4/profiling.html#discriminator).

An answer may be None: nothing of the slice can be told by the discriminator, or what it asks about
lies behind a reference that leads out of the resource.
"""

from collections.abc import Iterator

from ehr.fhir.definitions import capital
from ehr.fhir.fhirpath.compiler import compile_select
from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.profiles.definition import Allowed
from ehr.fhir.profiles.items import items
from ehr.fhir.profiles.state import State
from ehr.fhir.profiles.tree import Discriminator, Node
from ehr.fhir.profiles.types import conforms, core_type
from ehr.fhir.profiles.values import is_what_is_said


def belongs(
    item: Item, element: str, part: Node, by: tuple[Discriminator, ...], state: State
) -> bool | None:
    """Whether an item of `element` belongs to the slice `part`."""
    state.budget.spend()
    answers = [_told(item, element, part, one, state) for one in by]
    if False in answers:
        return False
    return True if True in answers and not _is_open(by, answers) else None


def _is_open(by: tuple[Discriminator, ...], answers: list[bool | None]) -> bool:
    """Whether a question is left that only what lies behind a reference could answer."""
    return any(answer is None and one.leads_out for one, answer in zip(by, answers, strict=True))


def _told(item: Item, element: str, part: Node, by: Discriminator, state: State) -> bool | None:
    said = part.said.get(by.steps)
    if said is None:
        said = part.said[by.steps] = list(_said_at(part, by.steps, state))
    found = by.select(state.env, [item])
    if by.kind == "type":
        return _is_typed(found, element, part, said) if found or not by.leads_out else None
    if by.leads_out and not _is_here(item, by, state):
        return None
    if by.kind == "exists":
        return _is_as_asked(found, said)
    return _conforms(found, said, state) if by.kind == "profile" else _is_any(found, said, state)


def _conforms(found: list[Item], said: list[Node], state: State) -> bool | None:
    wanted = [p for one in said for types in one.types for a in types for p in a.profiles]
    answers = [conforms(node, one, state) for one in wanted for node in found]
    return any(answers) if wanted and None not in answers else None


def _is_any(found: list[Item], said: list[Node], state: State) -> bool | None:
    telling = [one for one in said if one.says]
    if not telling:
        return None
    return any(_is_one(node, one, state) for node in found for one in telling)


def _is_here(item: Item, by: Discriminator, state: State) -> bool:
    """Whether the resource that the path leads to is contained, so that its content is known."""
    end = by.path.index("resolve()") + len("resolve()")
    targets = compile_select(by.path[:end])(state.env, [item])
    return bool(targets) and all(len(one[0]) > 1 for one in targets)


def _is_typed(found: list[Item], element: str, part: Node, said: list[Node]) -> bool | None:
    wanted = {a.code for one in said for types in one.types for a in types}
    if wanted:
        return any(is_a(node[1], name) for node in found for name in wanted)
    if part.name.startswith(element) and part.name != element:
        return any(part.name == element + capital(node[1]) for node in found)
    return None


def _is_as_asked(found: list[Item], said: list[Node]) -> bool | None:
    for one in said:
        if one.min:
            return bool(found)
        if one.max == 0:
            return not found
    return None


def _is_one(item: Item, node: Node, state: State) -> bool:
    """Whether an item has what is fixed at or below a node."""
    state.budget.spend()
    if node.is_fixed:
        return is_what_is_said(item, node, state)
    profiles = [p for types in node.types for a in types for p in a.profiles]
    if profiles and not any(conforms(item, one, state) for one in profiles):
        return False
    for name, child in node.children.items():
        telling = [one for one in (child, *child.slices.values()) if one.says]
        if telling and not any(
            _is_one(below, one, state) for below, _ in items(item, name) for one in telling
        ):
            return False
    return True


def _said_at(part: Node, steps: tuple[tuple[str, str], ...], state: State) -> Iterator[Node]:
    """The nodes of a slice at the path of a discriminator, those of its slices too."""
    if not steps:
        yield part
        return
    (kind, name), *rest = steps
    for node in _next(part, kind, name, state):
        yield from _said_at(node, tuple(rest), state)


def _next(node: Node, kind: str, name: str, state: State) -> Iterator[Node]:
    if kind == "type":
        yield node
    elif kind == "resolve":
        for target in (t for types in node.types for a in types for t in a.targets):
            yield from _target(target, state)
    elif kind == "extension":
        for one in _below(node, "extension", state):
            urls = [fixed for url in _below(one, "url", state) for fixed in url.fixed]
            if name in urls:
                yield one
    else:
        yield from _below(node, name, state)


def _target(canonical: str, state: State) -> Iterator[Node]:
    """What a target profile says of the resource that is referred to."""
    name = core_type(canonical)
    if name is not None:
        yield Node(name, types=[(Allowed(name),)])
    elif (tree := state.trees.tree(canonical)) is not None:
        root = tree.root
        yield Node(tree.type, types=[(Allowed(tree.type),)], children=root.children, says=root.says)


def _below(node: Node, name: str, state: State) -> Iterator[Node]:
    for key, child in node.children.items():
        if key == name or (key.startswith(name) and key[len(name)].isupper()):
            yield child
            yield from child.slices.values()
    for canonical in (p for types in node.types for a in types for p in a.profiles):
        tree = state.trees.tree(canonical)
        if tree is not None:
            yield from _below(tree.root, name, state)
        elif name == "url":  # of an extension that is not known here
            yield Node("url", fixed=[canonical.partition("|")[0]], says=True)
