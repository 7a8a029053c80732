"""Where a resource stands by a token or a reference, as its document says it.

R4 leaves open how these are sorted. Here: a coding by its code, a concept without one by its text,
an identifier or contact by its value, a reference by `Type/id` as written, else by what it shows;
each character by character. Of several values the lowest counts ascending, the highest descending.
"""

from collections.abc import Iterable
from typing import Any

from ehr.fhir.path import compile_path
from ehr.fhir.resource import Resource
from ehr.search.parameter import Parameter

_NAMES = ("code", "value", "reference", "display", "text")
"""The element of a value that it is sorted by, the first that it has."""
_LONGEST = 200
"""Characters that are compared, since they travel in a page link."""


def document_key(parameter: Parameter, resource: Resource, *, descending: bool) -> str | None:
    """The text by which `resource` stands; None when it has no value."""
    expression = " | ".join(one.expression or "" for one in parameter.stored)
    nodes = compile_path(expression, parameter.resource_type)(resource)
    found = [text for value, _ in nodes for text in _texts(value)]
    if not found:
        return None
    return max(found) if descending else min(found)


def _texts(value: Any) -> Iterable[str]:
    if type(value) is bool:
        yield "true" if value else "false"
    elif type(value) is str:
        yield value[:_LONGEST]
    elif type(value) is dict:
        codings = [text for one in value.get("coding", ()) for text in _texts(one)]
        yield from codings or _named(value)


def _named(value: dict[str, Any]) -> Iterable[str]:
    for name in _NAMES:
        text = value.get(name)
        if type(text) is str:
            yield text[:_LONGEST]
            return
