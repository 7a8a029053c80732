"""The operators of FHIRPath (http://hl7.org/fhirpath/N1/#operations), as builders of closures."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import orjson

from ehr.fhir.dates import bounds
from ehr.fhir.fhirpath.compiler import (
    Environment,
    Select,
    Test,
    is_fixed,
    remembered,
    select,
)
from ehr.fhir.fhirpath.nodes import Node, Nodes
from ehr.fhir.fhirpath.syntax import Tree

_DATES = {"date", "dateTime", "instant"}


def _and(left: Test, right: Test) -> Test:
    def holds(env: Environment, this: Nodes) -> bool | None:
        one = left(env, this)
        if one is False:
            return False
        other = right(env, this)
        return other if one or other is False else None

    return holds


def _or(left: Test, right: Test) -> Test:
    def holds(env: Environment, this: Nodes) -> bool | None:
        one = left(env, this)
        if one:
            return True
        other = right(env, this)
        return other if one is False or other else None

    return holds


def _xor(left: Test, right: Test) -> Test:
    def holds(env: Environment, this: Nodes) -> bool | None:
        one, other = left(env, this), right(env, this)
        return None if one is None or other is None else one is not other

    return holds


def _implies(left: Test, right: Test) -> Test:
    def holds(env: Environment, this: Nodes) -> bool | None:
        one = left(env, this)
        if one is False:
            return True
        other = right(env, this)
        return other if one or other else None

    return holds


LOGIC: dict[str, Callable[[Test, Test], Test]] = {
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
}


def same(one: Any, other: Any) -> bool:
    """FHIR equality of two JSON values; a boolean is no number."""
    return one == other and (type(one) is bool) is (type(other) is bool)


def _equal(wanted: bool) -> Callable[[Select, Select], Test]:
    def build(left: Select, right: Select) -> Test:
        def holds(env: Environment, this: Nodes) -> bool | None:
            one, other = left(env, this), right(env, this)
            if not one or not other:
                return None
            if len(one) == 1 and len(other) == 1:
                return same(one[0][0], other[0][0]) is wanted
            equal = len(one) == len(other) and all(
                same(a[0], b[0]) for a, b in zip(one, other, strict=True)
            )
            return equal is wanted

        return holds

    return build


def key(value: Any) -> object:
    """Something hashable that is equal for equal values."""
    if isinstance(value, (dict, list)):
        return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
    return value, type(value) is bool


def keys(tree: Tree) -> Callable[[Environment, Nodes], set[object]]:
    """The keys of what a tree gives; found once if the tree never varies."""
    nodes = select(tree)

    def find(env: Environment, this: Nodes) -> set[object]:
        return {key(node[0]) for node in nodes(env, this)}

    return remembered(find) if is_fixed(tree) else find


def membership(item: Select, many: Callable[[Environment, Nodes], set[object]]) -> Test:
    """`item in many`."""

    def holds(env: Environment, this: Nodes) -> bool | None:
        one = item(env, this)
        return key(one[0][0]) in many(env, this) if one else None

    return holds


def _compared(operator: str) -> Callable[[Select, Select], Test]:
    def build(left: Select, right: Select) -> Test:
        def holds(env: Environment, this: Nodes) -> bool | None:
            one, other = left(env, this), right(env, this)
            return compare(one[0], operator, other[0]) if one and other else None

        return holds

    return build


def compare(one: Node, operator: str, other: Node) -> bool | None:
    """`one operator other` for <, <=, > and >=; None when that cannot be said.

    Dates of unlike precision that overlap cannot be ordered, nor quantities of unlike units.
    """
    if operator in {">", ">="}:
        return compare(other, {">": "<", ">=": "<="}[operator], one)
    left, right = one[0], other[0]
    if isinstance(left, dict) and isinstance(right, dict):
        return _compare_quantities(left, operator, right)
    if {one[1], other[1]} <= _DATES:
        return _compare_dates(str(left), operator, str(right))
    numbers = isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal))
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        return None
    return bool(left < right or (operator == "<=" and left == right))


def _compare_dates(left: str, operator: str, right: str) -> bool | None:
    try:
        one, other = bounds(left), bounds(right)
    except ValueError:
        return None
    if one == other:
        return operator == "<="
    if one[1] <= other[0]:
        return True
    return False if one[0] >= other[1] else None


def _compare_quantities(left: dict[str, Any], operator: str, right: dict[str, Any]) -> bool | None:
    unit = "code" if "code" in left and "code" in right else "unit"
    if left.get(unit) != right.get(unit) or left.get("system") != right.get("system"):
        return None
    if "value" not in left or "value" not in right:
        return None
    return compare((left["value"], "decimal", None), operator, (right["value"], "decimal", None))


TESTS: dict[str, Callable[[Select, Select], Test]] = {
    "=": _equal(True),
    "!=": _equal(False),
    **{sign: _compared(sign) for sign in ("<", "<=", ">", ">=")},
}


def distinct(nodes: Nodes) -> Iterator[Node]:
    """Each value once, in the order they came."""
    seen: set[object] = set()
    for node in nodes:
        found = key(node[0])
        if found not in seen:
            seen.add(found)
            yield node


def _union(left: Select, right: Select) -> Select:
    return lambda env, this: list(distinct(left(env, this) + right(env, this)))


def _joined(left: Select, right: Select) -> Select:
    """`&`: strings joined, an absent one as empty."""

    def text(nodes: Nodes) -> str:
        return str(nodes[0][0]) if nodes else ""

    return lambda env, this: [(text(left(env, this)) + text(right(env, this)), "string", None)]


def _sum(sign: int) -> Callable[[Select, Select], Select]:
    def build(left: Select, right: Select) -> Select:
        def total(env: Environment, this: Nodes) -> Nodes:
            one, other = left(env, this), right(env, this)
            if not one or not other:
                return []
            a, b = one[0][0], other[0][0]
            if isinstance(a, str) and isinstance(b, str) and sign > 0:
                return [(a + b, "string", None)]
            if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
                return [(a + sign * b, "decimal", None)]
            return []

        return total

    return build


SELECTS: dict[str, Callable[[Select, Select], Select]] = {
    "|": _union,
    "&": _joined,
    "+": _sum(1),
    "-": _sum(-1),
}
