"""FHIRPath trees as closures.

Each tree becomes a `Select` (environment, input → nodes) or, where the answer is a boolean, a
`Test` (environment, input → True, False, or None for FHIRPath's empty). The input is `$this`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from ehr.fhir import definitions
from ehr.fhir.fhirpath import syntax
from ehr.fhir.fhirpath.nodes import SYSTEM_TYPES, Node, Nodes, children, is_a, resource_node
from ehr.fhir.fhirpath.syntax import Tree, Unsupported


@dataclass(slots=True)
class Environment:
    """What an expression may name from anywhere."""

    resource: Node
    """`%resource`: the resource that holds the element, a contained one if it is in that."""
    root: Node
    """`%rootResource`: the outermost."""
    context: Node
    """`%context`: the element the expression was asked of."""
    cache: dict[object, Any] = field(default_factory=dict)
    """What `%resource.…` and the like gave, so that a criterion does not ask again per item."""


_T = TypeVar("_T")
Select = Callable[[Environment, Nodes], Nodes]
Test = Callable[[Environment, Nodes], bool | None]

_CONSTANTS = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}


@lru_cache(maxsize=1024)
def compile_select(expression: str) -> Select:
    """The nodes that `expression` names; raises NotFhirpath, Unsupported."""
    return select(syntax.parse(expression))


@lru_cache(maxsize=1024)
def compile_test(expression: str) -> Test:
    """Whether `expression` holds: True, False or None (empty); raises NotFhirpath, Unsupported."""
    return test(syntax.parse(expression))


def environment(resource: dict[str, Any]) -> Environment:
    """The environment of expressions asked of a whole resource."""
    node = resource_node(resource)
    return Environment(node, node, node)


def select(tree: Tree) -> Select:
    """The closure of any tree, giving nodes."""
    return remembered(_select(tree)) if is_fixed(tree) else _select(tree)


def is_fixed(tree: Tree) -> bool:
    """Whether `tree` starts at `%resource`, `%rootResource` or `%context`, so never varies."""
    if isinstance(tree, syntax.Binary):
        sides = (tree.left, tree.right)
        return any(map(is_fixed, sides)) and all(
            isinstance(side, syntax.Literal) or is_fixed(side) for side in sides
        )
    if isinstance(tree, syntax.Call) and tree.arguments:
        return False
    if isinstance(tree, (syntax.Member, syntax.Call)):
        return isinstance(tree.of, syntax.Variable) or is_fixed(tree.of)
    return False


def remembered(ask: Callable[[Environment, Nodes], _T]) -> Callable[[Environment, Nodes], _T]:
    """`ask`, asked once per environment and context."""
    name = object()

    def answer(env: Environment, this: Nodes) -> _T:
        key = (name, id(env.context[0]))
        if key not in env.cache:
            env.cache[key] = ask(env, this)
        found: _T = env.cache[key]
        return found

    return answer


def _select(tree: Tree) -> Select:
    match tree:
        case syntax.This() | syntax.Literal() | syntax.Variable():
            return _term(tree)
        case syntax.Member():
            return _member(tree)
        case syntax.Index():
            return _index(select(tree.of), select(tree.position))
        case syntax.Typed(operator="as"):
            return _of_type(select(tree.of), tree.type)
        case _:
            return _call_or_operator(tree)


def _term(tree: syntax.This | syntax.Literal | syntax.Variable) -> Select:
    if isinstance(tree, syntax.This):
        return lambda _env, this: this
    if isinstance(tree, syntax.Variable):
        return _variable(tree.name)
    if tree.type == "Quantity":
        raise Unsupported("a literal with a unit is not compiled")
    nodes: Nodes = [] if tree.value is None else [(tree.value, tree.type, None)]
    return lambda _env, _this: nodes


def _call_or_operator(tree: Tree) -> Select:
    # They build upon this module, so they are known only when it has been read.
    from ehr.fhir.fhirpath import functions, operators

    if isinstance(tree, syntax.Call) and tree.name in functions.SELECTS:
        return functions.SELECTS[tree.name](tree)
    if isinstance(tree, syntax.Binary) and tree.operator in operators.SELECTS:
        return operators.SELECTS[tree.operator](select(tree.left), select(tree.right))
    asked = test(tree)

    def answer(env: Environment, this: Nodes) -> Nodes:
        found = asked(env, this)
        return [] if found is None else [(found, "boolean", None)]

    return answer


def test(tree: Tree) -> Test:
    """The closure of any tree, giving a boolean; other nodes count as true, none as None."""
    return remembered(_test(tree)) if is_fixed(tree) else _test(tree)


def _test(tree: Tree) -> Test:
    from ehr.fhir.fhirpath import functions, operators

    if isinstance(tree, syntax.Call) and tree.name in functions.TESTS:
        return functions.TESTS[tree.name](tree)
    if isinstance(tree, syntax.Binary) and tree.operator in operators.LOGIC:
        return operators.LOGIC[tree.operator](test(tree.left), test(tree.right))
    if isinstance(tree, syntax.Binary) and tree.operator in {"in", "contains"}:
        item, many = (tree.left, tree.right) if tree.operator == "in" else (tree.right, tree.left)
        return operators.membership(select(item), operators.keys(many))
    if isinstance(tree, syntax.Binary) and tree.operator in operators.TESTS:
        return operators.TESTS[tree.operator](select(tree.left), select(tree.right))
    if isinstance(tree, syntax.Typed) and tree.operator == "is":
        return is_type(select(tree.of), tree.type)
    if isinstance(tree, syntax.Call) and tree.name not in functions.SELECTS:
        raise Unsupported(f"the function {tree.name}() is not compiled")
    if isinstance(tree, syntax.Binary) and tree.operator not in operators.SELECTS:
        raise Unsupported(f"the operator {tree.operator} is not compiled")
    nodes = select(tree)
    return lambda env, this: truth(nodes(env, this))


def truth(nodes: Nodes) -> bool | None:
    """A collection as a boolean (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections)."""
    if not nodes:
        return None
    value = nodes[0][0]
    return value if value is False else True


def _variable(name: str) -> Select:
    if name in _CONSTANTS:
        constant: Nodes = [(_CONSTANTS[name], "uri", None)]
        return lambda _env, _this: constant
    if name == "resource":
        return lambda env, _this: [env.resource]
    if name == "rootResource":
        return lambda env, _this: [env.root]
    if name == "context":
        return lambda env, _this: [env.context]
    raise Unsupported(f"the variable %{name} is not known")


def _member(tree: syntax.Member) -> Select:
    name = tree.name
    if isinstance(tree.of, syntax.This):
        if name[0].isupper() and name in definitions.type_names():
            return lambda _env, this: [node for node in this if is_a(node[1], name)]
        return lambda _env, this: children(this, name)
    of = select(tree.of)
    return lambda env, this: children(of(env, this), name)


def _index(of: Select, position: Select) -> Select:
    def at(env: Environment, this: Nodes) -> Nodes:
        where = position(env, this)
        if not where or type(where[0][0]) is not int or where[0][0] < 0:
            return []
        return of(env, this)[where[0][0] : where[0][0] + 1]

    return at


def _of_type(of: Select, name: str) -> Select:
    known_type(name)
    return lambda env, this: [node for node in of(env, this) if is_a(node[1], name)]


def is_type(of: Select, name: str) -> Test:
    """Whether the one node is of the type, None when there is none."""
    known_type(name)

    def holds(env: Environment, this: Nodes) -> bool | None:
        nodes = of(env, this)
        return is_a(nodes[0][1], name) if nodes else None

    return holds


def known_type(name: str) -> str:
    """`name`, if it is a type; raises Unsupported."""
    if name not in definitions.type_names() and name not in SYSTEM_TYPES:
        raise Unsupported(f"there is no type {name}")
    return name
