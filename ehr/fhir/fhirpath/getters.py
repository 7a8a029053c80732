"""Plain paths as direct getters over the JSON, with types known beforehand.

Plain is a chain of names from the resource, with `as`/`ofType`, `where(resolve() is X)`,
`where(name = 'literal')`, `extension('url')` and `[n]`. Anything else gives None, and the caller
evaluates the tree.
"""

from collections.abc import Callable
from typing import Any

from ehr.fhir.fhirpath import syntax
from ehr.fhir.fhirpath.nodes import is_a, steps
from ehr.fhir.fhirpath.resolving import target_type
from ehr.fhir.fhirpath.syntax import Tree

Node = tuple[Any, str]
Keep = Callable[[Any, dict[str, Any]], bool]
"""Whether to keep a value; the second argument is the whole resource."""
Hop = Callable[[list[Node], dict[str, Any]], list[Node]]
Kinds = frozenset[str]


class NotPlain(Exception):
    """The expression is no plain path."""


def getter(tree: Tree, resource_type: str) -> Callable[[dict[str, Any]], list[Node]] | None:
    """The getter of a plain path from `resource_type`, or None."""
    try:
        hops, _ = _plain(tree, resource_type)
    except NotPlain:
        return None
    if not hops:
        return lambda resource: [(resource, resource_type)]

    if len(hops) == 1:
        only = hops[0]
        return lambda resource: only([(resource, resource_type)], resource)

    def get(resource: dict[str, Any]) -> list[Node]:
        nodes: list[Node] = [(resource, resource_type)]
        for hop in hops:
            nodes = hop(nodes, resource)
            if not nodes:
                break
        return nodes

    return get


def _plain(tree: Tree, root: str) -> tuple[list[Hop], Kinds]:
    """The hops to what `tree` names, and the types it can have."""
    match tree:
        case syntax.This():
            return [], frozenset({root})
        case syntax.Member(of=syntax.This(), name=name) if is_a(root, name):
            return [], frozenset({root})
        case syntax.Member():
            return _member(tree, root)
        case syntax.Typed(operator="as"):
            return _as(tree.of, tree.type, root)
        case syntax.Index(position=syntax.Literal(value=int(at))):
            hops, kinds = _plain(tree.of, root)
            return [*hops, lambda nodes, _resource: nodes[at : at + 1]], kinds
        case syntax.Call():
            return _call(tree, root)
        case _:
            raise NotPlain


def _call(tree: syntax.Call, root: str) -> tuple[list[Hop], Kinds]:
    match tree:
        case syntax.Call(name="as" | "ofType", arguments=(syntax.Member(name=name),)):
            return _as(tree.of, name, root)
        case syntax.Call(name="where", arguments=(criterion,)):
            hops, kinds = _plain(tree.of, root)
            return [*hops, _keeping(_criterion(criterion, kinds))], kinds
        case syntax.Call(name="extension", arguments=(syntax.Literal(value=url),)):
            return _extension(tree.of, url, root)
        case _:
            raise NotPlain


def _member(tree: syntax.Member, root: str) -> tuple[list[Hop], Kinds]:
    hops, kinds = _plain(tree.of, root)
    alternatives = {step for kind in kinds for step in steps(kind).get(tree.name, ())}
    if not alternatives or any(step[1] == "Resource" for step in alternatives):
        raise NotPlain
    properties = sorted({(key, kind) for key, kind, _ in alternatives})
    if len({key for key, _ in properties}) < len(properties):
        raise NotPlain
    hop = _one(*properties[0]) if len(properties) == 1 else _choice(tuple(properties))
    return [*hops, hop], frozenset(kind for _, kind in properties)


def _one(key: str, kind: str) -> Hop:
    def hop(nodes: list[Node], _resource: dict[str, Any]) -> list[Node]:
        found: list[Node] = []
        for value, _ in nodes:
            child = value.get(key)
            if child is None:
                continue
            if type(child) is list:
                found += [(item, kind) for item in child if item is not None]
            else:
                found.append((child, kind))
        return found

    return hop


def _choice(properties: tuple[tuple[str, str], ...]) -> Hop:
    hops = [_one(key, kind) for key, kind in properties]

    def hop(nodes: list[Node], resource: dict[str, Any]) -> list[Node]:
        return [found for one in hops for found in one(nodes, resource)]

    return hop


def _as(of: Tree, name: str, root: str) -> tuple[list[Hop], Kinds]:
    """A choice narrowed to one type needs no look at the other properties."""
    hops, kinds = _plain(of, root)
    kept = frozenset(kind for kind in kinds if is_a(kind, name))
    if kept == kinds:
        return hops, kinds
    if isinstance(of, syntax.Member):
        before, holders = _plain(of.of, root)
        found = {step[:2] for kind in holders for step in steps(kind).get(of.name, ())}
        return [*before, _choice(tuple(sorted(one for one in found if one[1] in kept)))], kept
    return [*hops, lambda nodes, _resource: [node for node in nodes if node[1] in kept]], kept


def _extension(of: Tree, url: Any, root: str) -> tuple[list[Hop], Kinds]:
    hops, kinds = _plain(of, root)
    if any(("extension", "Extension", None) not in steps(k).get("extension", ()) for k in kinds):
        raise NotPlain
    if any(not steps(kind).get("url") and len(steps(kind)) == 2 for kind in kinds):
        raise NotPlain
    keep: Keep = lambda value, _resource: value.get("url") == url  # noqa: E731 - one of several
    return [*hops, _one("extension", "Extension"), _keeping(keep)], frozenset({"Extension"})


def _keeping(keep: Keep) -> Hop:
    return lambda nodes, resource: [node for node in nodes if keep(node[0], resource)]


def _criterion(tree: Tree, kinds: Kinds) -> Keep:
    match tree:
        case syntax.Typed(of=syntax.Call(name="resolve", of=syntax.This()), operator="is"):
            if kinds != {"Reference"}:
                raise NotPlain
            wanted = tree.type
            return lambda value, resource: target_type(value, resource) == wanted
        case syntax.Binary(
            operator="=",
            left=syntax.Member(of=syntax.This(), name=name),
            right=syntax.Literal(value=str(text)),
        ):
            return _equals(name, text, kinds)
        case _:
            raise NotPlain


def _equals(name: str, text: str, kinds: Kinds) -> Keep:
    for kind in kinds:
        if [step[0] for step in steps(kind).get(name, ()) if step[2] is not None] != [name]:
            raise NotPlain
    return lambda value, _resource: value.get(name) == text
