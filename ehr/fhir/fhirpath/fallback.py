"""fhirpathpy for the expressions that are not compiled here: slow, complete, loaded when needed.

It has no type annotations; what is taken from it is given a type here.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ehr.fhir.fhirpath.nodes import descendants
from ehr.fhir.fhirpath.resolving import target_type

Node = tuple[Any, str]


def compile_with_fhirpathpy(
    expression: str, resource_type: str
) -> Callable[[dict[str, Any]], list[Node]]:
    """A function from an object of `resource_type` to the nodes.

    The function raises ValueError where fhirpathpy finds that the expression does not fit the
    resource, such as `as` on several items, or calls what does not exist.
    """
    import fhirpathpy
    from fhirpathpy.engine.nodes import ResourceNode
    from fhirpathpy.models import models
    from fhirpathpy.parser import parse

    evaluate: Callable[..., list[Any]] = fhirpathpy.apply_parsed_path
    node: Callable[..., Any] = ResourceNode.create_node
    read: Callable[..., Any] = parse
    tree = read(expression)

    def nodes(resource: dict[str, Any]) -> list[Node]:
        options = {
            "returnRawData": True,
            "userInvocationTable": _functions(resource),
            "traceFn": lambda *_: None,  # its own prints what it is given, which is a record
        }
        variables = {"resource": resource, "rootResource": resource}
        focus = node(resource, resource_type) if "." in resource_type else resource
        try:
            found = evaluate(focus, tree, variables, models["r4"], options)
        except Exception as fault:
            raise ValueError(f"{expression!r} cannot be evaluated: {fault}") from fault
        return _typed(found, resource, resource_type)

    return nodes


def _functions(resource: dict[str, Any]) -> dict[str, Any]:
    """`resolve()`, which fhirpathpy leaves to its caller; it gives a bare resource of the type."""

    from fhirpathpy.engine.nodes import ResourceNode

    create: Callable[..., Any] = ResourceNode.create_node

    def resolve(references: list[Any]) -> list[Any]:
        values = (getattr(one, "data", one) for one in references)
        names = (target_type(one, resource) for one in values if isinstance(one, dict))
        bare = [{"resourceType": name} for name in names if name]
        return [create(one, one["resourceType"]) for one in bare]

    return {"resolve": {"fn": resolve, "arity": {0: []}}}


def _typed(found: list[Any], resource: dict[str, Any], resource_type: str) -> list[Node]:
    """The results with their types; after a union fhirpathpy has lost them: look them up."""
    values = [(getattr(one, "data", one), getattr(one, "path", None)) for one in found]
    kinds: dict[int, str] = {}
    if any(kind is None for _, kind in values):
        below = descendants([(resource, resource_type, None)])
        kinds = {id(value): kind for value, kind, _ in below} | {id(resource): resource_type}
    return [
        (value, kind or kinds.get(id(value)) or _python_type(value))
        for value, kind in values
        if value is not None
    ]


def _python_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, (float, Decimal)):
        return "decimal"
    return str(value.get("resourceType", "Element")) if isinstance(value, dict) else "string"
