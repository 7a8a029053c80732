"""One parameter of a query string as a condition: a filter, a chain, `_has`, `_filter` or `_list`.

http://hl7.org/fhir/R4/search.html#chaining, #has, #list. `subject:Patient.name` follows a
reference, `_has:Observation:patient:code` a reference back; what follows is again any of these.
"""

from ehr.errors import InvalidQuery
from ehr.fhir.definitions import is_resource_type
from ehr.search.chaining import further, of_each, reference_of, targets_of
from ehr.search.filter_expression import filtered
from ehr.search.filters import filter_of, parameter_of
from ehr.search.lists import LIST, listed_of
from ehr.search.parameter import Parameter
from ehr.search.query import Chained, Condition, Has
from ehr.search.registry import parameters

_HAS = "_has:"
FILTER = "_filter"


def condition_of(resource_type: str, key: str, text: str, links: int = 0) -> Condition:
    """The condition `key=text` on a type, after `links` references.

    Raises as `filter_of`, and TooCostly for more references than are followed.
    """
    if key.startswith(_HAS) or key == "_has":
        return _has(resource_type, key, text, further(links))
    first, dot, rest = key.partition(".")
    if dot:
        return _chained(resource_type, first, rest, text, further(links))
    if key.partition(":")[0] in (FILTER, LIST):
        _without_modifier(key)
        is_list = key == LIST
        return listed_of(resource_type, text) if is_list else filtered(resource_type, text, links)
    return filter_of(resource_type, key, text)


def _without_modifier(key: str) -> None:
    if ":" in key:
        raise InvalidQuery(f"{key[:64]!r}: it has no modifiers.", code="not-supported")


def _chained(resource_type: str, first: str, rest: str, text: str, links: int) -> Chained:
    code, colon, named = first.partition(":")
    parameter = reference_of(resource_type, code)
    if not rest:
        raise InvalidQuery(f"{first[:64]}. needs a search parameter after its dot.")
    types = (_named(parameter, named),) if colon else targets_of(parameter)
    found = of_each(types, rest, lambda one: condition_of(one, rest, text, links))
    return Chained(parameter, found, f"{first}.{rest}", text)


def _named(parameter: Parameter, name: str) -> str:
    """The type after the colon; raises InvalidQuery when the reference cannot lead to it."""
    if name not in targets_of(parameter):
        raise InvalidQuery(f"{parameter.code} does not lead to {name[:64]!r}.")
    return name


def _has(resource_type: str, key: str, text: str, links: int) -> Has:
    _, *parts = key.split(":", 3)
    if len(parts) < 3 or not all(parts):
        raise InvalidQuery(f"{key[:64]!r} is not _has:Type:reference:parameter.")
    source, code, rest = parts
    if not is_resource_type(source):
        raise InvalidQuery(f"_has: {source[:64]!r} is not a resource type of FHIR R4.")
    if code not in parameters(source):
        raise InvalidQuery(f"_has: {source} has no search parameter {code[:64]!r}.")
    parameter = parameter_of(source, code)
    if parameter.kind != "reference" or resource_type not in targets_of(parameter):
        raise InvalidQuery(f"_has: {source}.{code} does not lead to {resource_type}.")
    return Has(source, parameter, condition_of(source, rest, text, links), key, text)
