"""Where in a resource a FHIRPath leads, so that something can be changed there.

http://hl7.org/fhir/R4/fhirpatch.html#paths: names, indexes, and the functions that only choose
among elements. What does not choose among the resource's own elements is refused, and so is what
looks at too much: a patch is carried out in the event loop, while all others wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ehr.errors import Invalid, Unprocessable
from ehr.fhir.fhirpath import bounded, syntax
from ehr.fhir.fhirpath.compiler import environment, test
from ehr.fhir.fhirpath.nodes import Node, Step, is_a, steps
from ehr.fhir.fhirpath.syntax import NotFhirpath, Tree, Unsupported
from ehr.fhir.resource import Resource

MOST_LOOKED_AT = 2_000_000
"""Elements, each counted as often as a step of a path looks at it."""
_ALLOWED = frozenset(
    {"where", "first", "last", "tail", "single", "ofType", "as", "is", "extension", "hasExtension"}
    | {"exists", "empty", "not", "hasValue", "startsWith", "endsWith", "contains", "count"}
    | {"length", "lower", "upper"}
)


class Budget:
    """How much the operations of one patch may look at together."""

    def __init__(self, most: int = MOST_LOOKED_AT) -> None:
        self._left = most

    def spend(self, elements: int) -> None:
        """Look at some; raises Unprocessable when it is too much."""
        self._left -= elements
        if self._left < 0:
            raise Unprocessable("The patch looks at too many elements.", code="too-costly")


@dataclass(frozen=True, slots=True)
class Place:
    """One element: `holder[key]`, or an item of that list at `index`.

    `key` is the JSON property; `beside` the one of a primitive's extensions (`_birthDate`).
    """

    holder: dict[str, Any]
    key: str
    index: int | None
    kind: str
    beside: str | None = None

    @property
    def node(self) -> Node:
        """The element as FHIRPath sees it."""
        return self._at(self.key), self.kind, self._at(self.beside) if self.beside else None

    @property
    def inside(self) -> dict[str, Any] | None:
        """The object with the elements below: of a primitive the one beside it, if there is one."""
        value, _, extra = self.node
        return value if isinstance(value, dict) else extra

    def _at(self, key: str) -> Any:
        value = self.holder.get(key)
        if self.index is None or not isinstance(value, list):
            return value
        return value[self.index] if self.index < len(value) else None


_ROOT = "resource"


def root(resource: Resource) -> Place:
    """The resource itself."""
    return Place({_ROOT: resource}, _ROOT, None, str(resource.get("resourceType")))


def found(resource: Resource, path: str, budget: Budget) -> list[Place]:
    """The places that `path` names, in their order.

    Raises Invalid for what is no such path, Unprocessable for what looks at too much.
    """
    try:
        return _Finder(resource, budget).find(_parsed(path))
    except (NotFhirpath, Unsupported, ValueError) as error:
        raise Invalid(f"The path {path[:200]!r}: {error}", code="value") from None


def _parsed(path: str) -> Tree:
    if len(path) > bounded.LONGEST:
        raise Unsupported(f"a path has at most {bounded.LONGEST} characters")
    tree = syntax.parse(path)
    fault = bounded.fault(tree, _ALLOWED)
    if fault is not None:
        raise Unsupported(fault)
    return tree


class _Finder:
    def __init__(self, resource: Resource, budget: Budget) -> None:
        self._resource = resource
        self._budget = budget
        self._environment = environment(resource)

    def find(self, tree: Tree) -> list[Place]:
        if isinstance(tree, syntax.This):
            return [root(self._resource)]
        if isinstance(tree, syntax.Member):
            return self._member(tree)
        if isinstance(tree, syntax.Index):
            return self._indexed(tree)
        if isinstance(tree, syntax.Call):
            return self._called(tree)
        if isinstance(tree, syntax.Typed) and tree.operator == "as":
            return [one for one in self.find(tree.of) if is_a(one.kind, tree.type)]
        raise Unsupported("it does not choose an element")

    def _member(self, tree: syntax.Member) -> list[Place]:
        if isinstance(tree.of, syntax.This) and tree.name == self._resource.get("resourceType"):
            return [root(self._resource)]
        return self._below(self.find(tree.of), tree.name)

    def _below(self, places: list[Place], name: str) -> list[Place]:
        named = [each for one in places for each in below(one, name)]
        self._budget.spend(len(places) + len(named))
        return named

    def _indexed(self, tree: syntax.Index) -> list[Place]:
        position = tree.position
        if not isinstance(position, syntax.Literal) or not isinstance(position.value, int):
            raise Unsupported("an index is a number")
        return self.find(tree.of)[position.value : position.value + 1]

    def _called(self, tree: syntax.Call) -> list[Place]:
        choose = _CHOICES.get(tree.name)
        if choose is not None and not tree.arguments:
            return choose(self.find(tree.of))
        if tree.name == "where" and len(tree.arguments) == 1:
            holds, steps_of_it = test(tree.arguments[0]), len(list(bounded.walk(tree.arguments[0])))
            candidates = self.find(tree.of)
            self._budget.spend(sum(map(_size, candidates)) * steps_of_it)
            return [one for one in candidates if holds(self._environment, [one.node])]
        if tree.name in ("ofType", "as") and len(tree.arguments) == 1:
            name = tree.arguments[0]
            if isinstance(name, syntax.Member):
                return [one for one in self.find(tree.of) if is_a(one.kind, name.name)]
        if tree.name == "extension" and len(tree.arguments) == 1:
            url = tree.arguments[0]
            if isinstance(url, syntax.Literal):
                every = self._below(self.find(tree.of), "extension")
                return [one for one in every if one.node[0].get("url") == url.value]
        raise Unsupported(f"{tree.name}() does not choose an element")


_CHOICES: dict[str, Callable[[list[Place]], list[Place]]] = {
    "first": lambda places: places[:1],
    "last": lambda places: places[-1:],
    "tail": lambda places: places[1:],
    "single": lambda places: places,
}


def _size(place: Place) -> int:
    """The number of values at a place and below."""
    number, waiting = 0, list(place.node[::2])
    while waiting:
        number += 1
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return number


def above(resource: Resource, path: str, budget: Budget) -> tuple[list[Place], str]:
    """The places right above what `path` names, and the last name in it; no places for no name."""
    tree = _parsed(path)
    if not isinstance(tree, syntax.Member):
        return [], ""
    return _Finder(resource, budget).find(tree.of), tree.name


def below(place: Place, name: str) -> list[Place]:
    """The elements called `name` right below a place."""
    holder = place.inside
    if holder is None:
        return []
    return [each for step in steps(place.kind).get(name, ()) for each in _of_step(holder, step)]


def _of_step(holder: dict[str, Any], step: Step) -> list[Place]:
    key, kind, beside = step
    value, extra = holder.get(key), holder.get(beside) if beside else None
    if isinstance(value, list) or isinstance(extra, list):
        count = max(len(value or ()), len(extra or ()))
        return [Place(holder, key, n, _actual(value, n, kind), beside) for n in range(count)]
    if value is None and extra is None:
        return []
    return [Place(holder, key, None, _actual_one(value, kind), beside)]


def _actual(value: Any, n: int, kind: str) -> str:
    return _actual_one(value[n] if isinstance(value, list) and n < len(value) else None, kind)


def _actual_one(value: Any, kind: str) -> str:
    if kind == "Resource" and isinstance(value, dict):
        return str(value.get("resourceType"))
    return kind


def slot(place: Place, name: str) -> tuple[Step, ...]:
    """The JSON properties that an element `name` below a place can have, with their types."""
    return steps(place.kind).get(name, ())
