"""Search-parameter expressions as functions from a resource to typed values.

Nearly all of R4's expressions are plain paths, with a type, a literal test or `resolve() is X`
here and there: those become direct getters over the JSON. What the compiler of
`ehr.fhir.fhirpath` understands beyond that it evaluates; the rest goes to fhirpathpy.
docs/decisions/fhir-paths.md has the figures.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ehr.fhir.fhirpath import compiler, syntax
from ehr.fhir.fhirpath.getters import getter
from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.fhirpath.syntax import Tree, Unsupported

Node = tuple[Any, str]
"""A JSON value and its FHIR type; for an object defined inside a type its path
(`Patient.contact`). A boolean that an expression computed is (True, "boolean")."""

Getter = Callable[[dict[str, Any]], list[Node]]


@lru_cache(maxsize=8192)
def compile_path(expression: str, resource_type: str) -> Getter:
    """What `expression` names in a resource of `resource_type`, as a function; never None values.

    `resource_type` may also be a type such as `Quantity`, or a part such as
    `Observation.component`, for the expressions of a composite's components: the function then
    takes such an object. Branches of a union that begin with another type are left out.
    Raises `NotFhirpath` (a ValueError) for what is not FHIRPath.
    """
    tree = syntax.parse(expression)
    try:
        found = [_branch(branch, resource_type) for branch in _branches(tree, resource_type)]
    except Unsupported:
        from ehr.fhir.fhirpath.fallback import compile_with_fhirpathpy

        return compile_with_fhirpathpy(expression, resource_type)
    if not found:
        return lambda _resource: []
    return found[0] if len(found) == 1 else _union(found)


def _branches(tree: Tree, resource_type: str) -> list[Tree]:
    """The parts of a union that can be in this type."""
    if isinstance(tree, syntax.Binary) and tree.operator == "|":
        return _branches(tree.left, resource_type) + _branches(tree.right, resource_type)
    head = _head(tree)
    if head is None or is_a(resource_type, head):
        return [tree]
    return []


def _head(tree: Tree) -> str | None:
    """The type that a path begins with, if it does."""
    while isinstance(tree, (syntax.Member, syntax.Call, syntax.Index, syntax.Typed)):
        if isinstance(tree, syntax.Member) and isinstance(tree.of, syntax.This):
            return tree.name if tree.name[0].isupper() else None
        tree = tree.of
    return None


def _branch(tree: Tree, resource_type: str) -> Getter:
    direct = getter(tree, resource_type)
    if direct is not None:
        return direct
    evaluate = compiler.select(tree)

    def nodes(resource: dict[str, Any]) -> list[Node]:
        node = (resource, resource_type, None)
        env = compiler.Environment(node, node, node)
        return [(found[0], found[1]) for found in evaluate(env, [node]) if found[0] is not None]

    return nodes


def _union(getters: list[Getter]) -> Getter:
    """What all find; what two of them find stays twice, which an index does not mind."""

    def nodes(resource: dict[str, Any]) -> list[Node]:
        return [node for get in getters for node in get(resource)]

    return nodes
