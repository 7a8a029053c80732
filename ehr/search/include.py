"""`_include`: what the resources of a page refer to (http://hl7.org/fhir/R4/search.html#revinclude).

The index holds hashes, so the references are read from the page itself; `compile.included` makes
the statement, with the caller's predicate in it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from ehr.fhir.path import Node, compile_path
from ehr.fhir.reference import parse_reference, walk
from ehr.fhir.resource import Resource
from ehr.search.hashing import installed
from ehr.search.query import Include

Key = tuple[str, str]
"""(resource type, id)"""


def targets(includes: Sequence[Include], resources: Iterable[Resource]) -> list[Key]:
    """What `includes` ask for in resources, in order, nothing twice, the resources left out."""
    found: dict[Key, None] = {}
    own: set[Key] = set()
    for resource in resources:
        own.add((resource["resourceType"], resource["id"]))
        for include in includes:
            if include.source in (None, resource["resourceType"]):
                found.update(dict.fromkeys(_targets(include, resource)))
    return [key for key in found if key not in own]


def _targets(include: Include, resource: Resource) -> Iterator[Key]:
    for text in _references(include, resource):
        reference = parse_reference(text)
        is_ours = reference.kind == "relative" or reference.url in installed().bases
        is_asked = include.target in (None, reference.type)
        if is_ours and is_asked and reference.type and reference.id:
            yield reference.type, reference.id


def _references(include: Include, resource: Resource) -> Iterator[str]:
    if include.parameter is None:
        yield from (holder[name] for _, holder, name in walk(resource))
        return
    for value, _ in _getter(include.parameter.expression or "", resource["resourceType"])(resource):
        text = value.get("reference") if type(value) is dict else None
        if type(text) is str:
            yield text


@cache
def _getter(expression: str, resource_type: str) -> Callable[[dict[str, Any]], list[Node]]:
    return compile_path(expression, resource_type)
