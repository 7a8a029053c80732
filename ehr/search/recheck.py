"""Identifiers against the document itself: 64-bit hashes collide among billions of them.

A criterion on a key is met by a hash; before a match is shown, its document is asked for the
value. Counts are not rechecked (docs/decisions/search-hashes.md).
"""

from ehr.fhir.path import compile_path
from ehr.fhir.resource import Resource
from ehr.search.kinds import token
from ehr.search.query import Filter, SearchQuery


def keyed(query: SearchQuery) -> tuple[Filter, ...]:
    """The criteria whose matches `holds` must confirm; usually none."""
    return tuple(one for one in query.filters if isinstance(one, Filter) and _is_keyed(one))


def holds(criteria: tuple[Filter, ...], resource: Resource) -> bool:
    """Whether `resource` really has what each of `criteria` asks for."""
    return all(_holds(one, resource) for one in criteria)


def _is_keyed(criterion: Filter) -> bool:
    parameter = criterion.parameter
    return parameter.kind == "token" and parameter.storage == "key" and criterion.modifier is None


def _holds(criterion: Filter, resource: Resource) -> bool:
    expression = " | ".join(one.expression or "" for one in criterion.parameter.stored)
    nodes = compile_path(expression, criterion.parameter.resource_type)(resource)
    return token.holds(criterion, nodes)
