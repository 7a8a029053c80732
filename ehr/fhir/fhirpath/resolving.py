"""What a reference points to, as far as its text, the contained resources and its `type` tell.

Nothing is fetched: a fragment gives the contained resource, any other reference a bare resource
of the type it names, which is what `resolve() is Patient` needs.
"""

from typing import Any

from ehr.fhir.fhirpath.compiler import Environment
from ehr.fhir.fhirpath.nodes import Node
from ehr.fhir.reference import type_named


def resolved(env: Environment, node: Node) -> Node | None:
    """The resource a Reference (or uri) node points to."""
    reference = node[0] if isinstance(node[0], dict) else {"reference": node[0]}
    found = _contained(reference, env.root[0])
    if found is not None:
        return found, str(found.get("resourceType")), None
    name = target_type(reference, env.root[0])
    return None if name is None else ({"resourceType": name}, name, None)


def target_type(reference: dict[str, Any], resource: dict[str, Any]) -> str | None:
    """The type of what `reference`, somewhere in `resource`, points to."""
    text = reference.get("reference")
    if isinstance(text, str):
        if text.startswith("#"):
            found = _contained(reference, resource)
            return None if found is None else str(found.get("resourceType"))
        name = type_named(text)
        if name is not None:
            return name
    name = reference.get("type")
    return name if isinstance(name, str) else None


def _contained(reference: dict[str, Any], resource: dict[str, Any]) -> dict[str, Any] | None:
    text = reference.get("reference")
    if not isinstance(text, str) or not text.startswith("#"):
        return None
    if text == "#":
        return resource
    inner: list[dict[str, Any]] = resource.get("contained") or []
    return next((one for one in inner if one.get("id") == text[1:]), None)
