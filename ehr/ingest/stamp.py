"""What the server sets in a resource: id, version, time and the security labels it found.

Everything else stays as it came, in the order it came.
"""

from datetime import datetime
from typing import Any

from ehr.fhir.resource import Resource


def stamped(
    resource: Resource, id: str, version: int, at: datetime, security: list[Resource]
) -> Resource:
    """A copy of `resource` with `id` and `meta` set; `security` are codings to add."""
    given: dict[str, Any] = resource.get("meta") or {}
    meta = {**given, "versionId": str(version), "lastUpdated": instant(at)}
    if security:
        meta["security"] = [*given.get("security", ()), *security]
    if "id" in resource and "meta" in resource:
        return {**resource, "id": id, "meta": meta}
    head = {"resourceType": resource["resourceType"], "id": id, "meta": meta}
    return head | {key: value for key, value in resource.items() if key not in head}


def instant(at: datetime) -> str:
    """A FHIR instant in UTC with milliseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
