"""Whether a resource is valid FHIR R4, and if not, what and where (docs/decisions/fhir-checker.md).

The checker is compiled from the definitions (`ehr.fhir.checker`). It looks at one resource by
itself: that a reference's target exists, and whose it is, `ehr.ingest` asks.
"""

from typing import Any

from ehr.errors import Invalid, Issue
from ehr.fhir.checker import invariants, resources
from ehr.fhir.checker.shapes import ENOUGH


def check(resource: Any) -> list[Issue]:
    """What is wrong with `resource`, at most 100 issues; empty when it is valid.

    Invariants are evaluated only when the structure is sound, for they rely on it.
    """
    faults, asked = resources.check_with_invariants_to_ask(resource)
    if not faults and asked:
        faults = invariants.faults(resource, asked)
    if not faults:
        return []
    root = _root(resource)
    return [
        Issue(code, f"{root}{path} {text}.", expression=root + path)
        for path, code, text in faults[:ENOUGH]
    ]


def _root(resource: Any) -> str:
    """What paths begin with: the type that the resource claims, if that is a name at all."""
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if isinstance(name, str) and len(name) <= 64 and name.isascii() and name.isalpha():
        return name
    return "Resource"


def require_valid(resource: Any) -> None:
    """Raise Invalid with the issues, if there are any."""
    issues = check(resource)
    if issues:
        raise Invalid(issues[0].diagnostics, issues=tuple(issues))
