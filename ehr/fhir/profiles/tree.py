"""The differentials of a profile and of those it is derived from, laid over each other.

A `Node` stands for an element or a slice. What two profiles of one line say of it both
holds: the greater minimum, the lesser maximum, every fixed value, pattern, binding and invariant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ehr.fhir.fhirpath import syntax
from ehr.fhir.fhirpath.compiler import Select, Test, compile_select
from ehr.fhir.fhirpath.syntax import NotFhirpath, Unsupported
from ehr.fhir.profiles.definition import Allowed, Limits, Profile, Slicing
from ehr.fhir.profiles.invariants import compiled


@dataclass(frozen=True, slots=True)
class Invariant:
    """One FHIRPath rule."""

    key: str
    severity: str
    human: str
    holds: Test


@dataclass(frozen=True, slots=True)
class Discriminator:
    """One way to tell the items of an element apart; `steps` are those of its path."""

    kind: str
    path: str
    steps: tuple[tuple[str, str], ...]
    select: Select

    @property
    def leads_out(self) -> bool:
        """Whether it asks about what a reference leads to."""
        return ("resolve", "") in self.steps


@dataclass(slots=True)
class Node:
    """All that a line of profiles demands of one element or slice."""

    name: str
    """Of the element, or of the slice."""
    min: int = 0
    max: int | None = None
    types: list[tuple[Allowed, ...]] = field(default_factory=list)
    """Each must allow the item."""
    fixed: list[Any] = field(default_factory=list)
    patterns: list[Any] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    length: int | None = None
    least: list[Any] = field(default_factory=list)
    most: list[Any] = field(default_factory=list)
    invariants: list[Invariant] = field(default_factory=list)
    children: "dict[str, Node]" = field(default_factory=dict)
    slices: "dict[str, Node]" = field(default_factory=dict)
    by: tuple[Discriminator, ...] = ()
    rules: str = "open"
    ordered: bool = False
    says: bool = False
    """Whether anything at or below is fixed, so that items can be told apart by it."""
    said: "dict[tuple[tuple[str, str], ...], list[Node]]" = field(default_factory=dict)
    """What `identify` found at the path of a discriminator."""

    def bound(self) -> "frozenset[str]":
        """The value sets that this and all below is bound to."""
        below = (*self.children.values(), *self.slices.values())
        return frozenset(self.codes).union(*(one.bound() for one in below))

    @property
    def is_fixed(self) -> bool:
        """Whether an item is fixed here, and not only counted."""
        return bool(self.fixed or self.patterns or self.codes)

    @property
    def has_values(self) -> bool:
        """Whether the value of an item is limited here."""
        return self.is_fixed or self.length is not None or bool(self.least or self.most)

    @property
    def demands(self) -> bool:
        """Whether anything is demanded here or below."""
        return bool(
            self.min
            or self.max is not None
            or self.types
            or self.has_values
            or self.invariants
            or self.children
            or self.slices
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """A profile ready to be walked; `unjudged` tells what of it is not."""

    url: str
    type: str
    root: Node
    unjudged: tuple[str, ...]
    bound: frozenset[str] = frozenset()
    """Value sets of its required bindings."""


def grown(url: str, line: Sequence[Profile], missing: Iterable[str] = ()) -> Tree:
    """The tree of a line of profiles, the one nearest to the type first.

    `missing` are profiles of the line that are not known.
    """
    root = Node(line[-1].type)
    unjudged = [f"it is derived from {one}, which is not known here" for one in missing]
    for profile in line:
        for limits in profile.elements:
            _lay(root, limits, unjudged)
    return Tree(url, line[-1].type, root, tuple(unjudged))


def _lay(root: Node, limits: Limits, unjudged: list[str]) -> None:
    node = _node_at(root, limits.at)
    node.min = max(node.min, limits.min)
    if limits.max is not None:
        node.max = limits.max if node.max is None else min(node.max, limits.max)
    if limits.length is not None:
        node.length = limits.length if node.length is None else min(node.length, limits.length)
    for mine, said in (
        (node.types, limits.types or None),
        (node.fixed, limits.fixed),
        (node.patterns, limits.pattern),
        (node.codes, limits.codes),
        (node.least, limits.least),
        (node.most, limits.most),
    ):
        if said is not None and said not in mine:
            mine.append(said)  # type: ignore[arg-type] # each list with its own kind
    for key, severity, human, expression in limits.rules:
        holds = compiled(expression)
        if holds is None:
            unjudged.append(f"the invariant {key} at {limits.at or root.name}")
        else:
            node.invariants.append(Invariant(key, severity, human, holds))
    if limits.slicing is not None:
        _slice(node, limits.slicing, limits.at, unjudged)


def _slice(node: Node, slicing: Slicing, at: str, unjudged: list[str]) -> None:
    if slicing.by:
        found = [discriminator(kind, path) for kind, path in slicing.by]
        if None in found:
            unjudged.append(f"the slices of {at}, told apart by what is not understood here")
        node.by = tuple(one for one in found if one is not None)
    node.rules = slicing.rules if node.rules == "open" else node.rules
    node.ordered = node.ordered or slicing.ordered


def _node_at(root: Node, at: str) -> Node:
    node = root
    for segment in at.split(".") if at else ():
        name, _, sliced = segment.partition(":")
        node = node.children.setdefault(name, Node(name))
        for part in _nested(sliced):
            node = node.slices.setdefault(part, Node(part))
    return node


def _nested(sliced: str) -> list[str]:
    """`A/B` is the slice A/B inside the slice A."""
    names = sliced.split("/") if sliced else []
    return ["/".join(names[:end]) for end in range(1, len(names) + 1)]


def discriminator(kind: str, path: str) -> Discriminator | None:
    """A discriminator, None for one whose path is not understood here."""
    if kind not in {"value", "pattern", "exists", "type", "profile"}:
        return None
    try:
        steps = _steps(syntax.parse(path))
        return Discriminator(kind, path, steps, compile_select(path))
    except (NotFhirpath, Unsupported, RecursionError):
        return None


def _steps(tree: syntax.Tree) -> tuple[tuple[str, str], ...]:
    """(member, name), (type, name), (extension, url) and (resolve, "") of a restricted path."""
    if isinstance(tree, syntax.This):
        return ()
    if isinstance(tree, syntax.Member):
        return (*_steps(tree.of), ("member", tree.name))
    if isinstance(tree, syntax.Typed) and tree.operator == "as":
        return (*_steps(tree.of), ("type", tree.type))
    if isinstance(tree, syntax.Call):
        above = _steps(tree.of)
        match tree.name, tree.arguments:
            case "resolve", ():
                return (*above, ("resolve", ""))
            case "extension", (syntax.Literal(value=str(url)),):
                return (*above, ("extension", url))
            case "ofType" | "as", (syntax.Member(name=name),):
                return (*above, ("type", name))
    raise Unsupported("a discriminator is a restricted path")


_BY_URL = tuple(filter(None, [discriminator("value", "url")]))
_BY_TYPE = tuple(filter(None, [discriminator("type", "$this")]))


def slicing_of(element: str, node: Node) -> tuple[Discriminator, ...]:
    """How the slices of an element are told apart; extensions and choices need not say it."""
    if node.by:
        return node.by
    return _BY_URL if element in {"extension", "modifierExtension"} else _BY_TYPE
