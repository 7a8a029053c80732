"""Merge Patch: the members that change, null for those that go (https://www.rfc-editor.org/rfc/rfc7396)."""

from typing import Any

from ehr.errors import Invalid
from ehr.fhir.resource import Resource


def apply(resource: Resource, document: Any) -> Resource:
    """The resource with the members of `document`; raises Invalid when that is no object."""
    if not isinstance(document, dict):
        raise Invalid("A merge patch is a JSON object.", code="structure")
    return _merged(resource, document)


def _merged(target: Any, patch: dict[str, Any]) -> dict[str, Any]:
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict):
            found[name] = _merged(found.get(name), value)
        else:
            found[name] = value
    return found
