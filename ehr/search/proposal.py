"""A SearchParameter that a client stores: what it adds to the registry, or why it cannot.

http://hl7.org/fhir/R4/searchparameter.html. Its expression runs at every write of its types, so it
is held to paths and conditions whose cost is that of the resource: no `descendants()`, no regular
expressions, no variables, nothing that only fhirpathpy knows.
"""

import re

from ehr.errors import Unprocessable
from ehr.fhir.definitions import is_resource_type
from ehr.fhir.fhirpath import bounded, compiler, syntax
from ehr.fhir.fhirpath.syntax import NotFhirpath, Unsupported
from ehr.fhir.resource import Resource
from ehr.search.custom import FITTING, Definition, fits, known_types
from ehr.search.registry import official
from ehr.search.shape import alternatives

MOST_TYPES = 20
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}", re.ASCII)
_ALLOWED = frozenset(
    {"where", "exists", "empty", "not", "hasValue", "as", "ofType", "is", "first", "last"}
    | {"extension", "hasExtension", "resolve", "startsWith", "endsWith", "contains"}
)


def definitions_of(resource: Resource) -> list[Definition]:
    """What it defines, a type each; none unless it is active, of an indexed kind and has a path.

    Raises Unprocessable, with the element that is at fault.
    """
    if resource.get("status") != "active" or resource.get("type") not in FITTING:
        return []
    if "expression" not in resource:
        return []
    types = list(dict.fromkeys(resource["base"]))
    if len(types) > MOST_TYPES:
        raise _refused("base", f"A search parameter is of at most {MOST_TYPES} types here.")
    found = [_definition(resource, kind) for kind in types]
    return [one for one in found if one is not None]


def _definition(resource: Resource, resource_type: str) -> Definition | None:
    if not is_resource_type(resource_type):
        raise _refused("base", "A search parameter is of named resource types here.")
    known = official(resource_type).get(resource["code"])
    if known is not None and known.definition == resource["url"]:
        return None  # the specification's own
    if known is not None or not _CODE.fullmatch(resource["code"]):
        raise _refused("code", f"{resource_type} has this code already, or it cannot be one.")
    expression = _expression(resource["expression"], resource_type)
    targets = tuple(sorted(resource.get("target", ())))
    found = Definition(
        resource_type, resource["code"], resource["type"], expression, targets, resource["url"]
    )
    types = known_types(found)
    if types and not any(fits(found.kind, one) for one in types):
        named = ", ".join(sorted(types))
        raise _refused("type", f"Values of type {named} cannot be searched as {found.kind}.")
    return found


def _expression(text: str, resource_type: str) -> str:
    """The parts about this type."""
    if len(text) > bounded.LONGEST:
        raise _refused(
            "expression", f"An expression has at most {bounded.LONGEST} characters here."
        )
    parts = alternatives(text, resource_type)
    if not parts:
        raise _refused("expression", f"No part of the expression begins with {resource_type}.")
    expression = " | ".join(parts)
    try:
        tree = syntax.parse(expression)
        fault = bounded.fault(tree, _ALLOWED)
        if fault is not None:
            raise _refused("expression", f"In what is indexed {fault}.")
        compiler.select(tree)
    except (NotFhirpath, Unsupported, RecursionError):
        raise _refused(
            "expression", "The expression is not FHIRPath that can be indexed."
        ) from None
    return expression


def _refused(element: str, text: str) -> Unprocessable:
    return Unprocessable(text, code="not-supported", expression=f"SearchParameter.{element}")
