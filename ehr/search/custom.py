"""A search parameter that a client has defined, as one of the registry.

http://hl7.org/fhir/R4/searchparameter.html; docs/decisions/custom-search-parameters.md. It takes
no main column, shares no rows with others, and what its expression fails on has no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.path import Getter, Node, compile_path
from ehr.search.numbers import CUSTOM
from ehr.search.parameter import Kind, Parameter, Storage
from ehr.search.shape import alternatives, shape

FITTING: Mapping[Kind, frozenset[str]] = {
    "string": frozenset({"string", "markdown", "HumanName", "Address"}),
    "token": frozenset(
        {"CodeableConcept", "Coding", "Identifier", "ContactPoint", "code", "boolean"}
        | {"string", "id", "uri"}
    ),
    "reference": frozenset({"Reference", "canonical", "uri"}),
    "date": frozenset({"date", "dateTime", "instant", "Period", "Timing"}),
    "quantity": frozenset({"Quantity", "Money", "Range"}),
    "number": frozenset({"integer", "decimal", "Range"}),
    "uri": frozenset({"uri"}),
}
"""The types of values that each kind can compare; those that derive from them too."""
_STORAGE: Mapping[Kind, Storage] = {
    "string": "string",
    "token": "tok",
    "reference": "reference",
    "date": "dates",
    "quantity": "quantity",
    "number": "quantity",
    "uri": "tok",
}
_NEARLY_UNIQUE = frozenset({"Identifier", "ContactPoint", "string", "id", "uri"})
_SPELLED = frozenset({"Identifier", "ContactPoint", "string"})
"""Types whose values are found by several spellings, so that a query must know of them."""
_CODED = frozenset({"CodeableConcept", "Coding", "code", "boolean", "id", "uri"})


@dataclass(frozen=True, slots=True)
class Definition:
    """What a SearchParameter says of one resource type."""

    resource_type: str
    code: str
    kind: Kind
    expression: str
    """The parts of the union that are about this type, each after a bar."""
    targets: tuple[str, ...]
    url: str


def is_custom(parameter: Parameter) -> bool:
    """Whether a client has defined it."""
    return parameter.number >= CUSTOM


def parameter_of(definition: Definition, number: int, *, ready: bool) -> Parameter:
    """The parameter of a checked definition."""
    types = _types(definition)
    return Parameter(
        code=definition.code,
        kind=definition.kind,
        resource_type=definition.resource_type,
        number=number,
        storage=_storage(definition.kind, types),
        expression=definition.expression,
        types=types,
        targets=definition.targets,
        definition=definition.url,
        ready=ready,
    )


def known_types(definition: Definition) -> frozenset[str]:
    """The types of values that its expression can meet; empty when that cannot be told."""
    parts = alternatives(definition.expression, definition.resource_type)
    found = [shape(part, definition.resource_type).types for part in parts]
    return frozenset[str]().union(*found) if all(found) else frozenset()


def fits(kind: Kind, type: str) -> bool:
    """Whether values of a type can be compared as this kind."""
    return any(is_a(type, one) for one in FITTING[kind])


def getter(parameter: Parameter) -> Getter:
    """Its values in a resource, those left out that its kind cannot compare."""
    look, kind = compile_path(parameter.expression or "", parameter.resource_type), parameter.kind
    fitting = parameter.types if kind == "token" else FITTING[kind]

    def nodes(resource: dict[str, object]) -> list[Node]:
        try:
            found = look(resource)
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
            return []  # what one client defined must not stop what another writes
        return [node for node in found if any(is_a(node[1], one) for one in fitting)]

    return nodes


def _types(definition: Definition) -> frozenset[str]:
    """Those of a token are one type of several spellings, or types that have none."""
    known = known_types(definition)
    # `ofType(string)` meets a code too, which is a string: the general one is enough.
    found = frozenset(one for one in known if not any(is_a(one, k) for k in known - {one}))
    mixed = not found or (len(found) > 1 and not found.isdisjoint(_SPELLED))
    return _CODED if definition.kind == "token" and mixed else found


def _storage(kind: Kind, types: frozenset[str]) -> Storage:
    return "key" if kind == "token" and types and types <= _NEARLY_UNIQUE else _STORAGE[kind]
