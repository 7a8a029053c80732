"""A version of a record as it is served: its JSON is never parsed on the way out."""

from dataclasses import dataclass
from datetime import datetime

from ehr.records.method import Method


@dataclass(frozen=True, slots=True)
class Stored:
    """`content` is the resource's JSON, empty when `deleted`; `rid` and `pat` are for the audit."""

    resource_type: str
    id: str
    version: int
    last_updated: datetime
    content: bytes
    deleted: bool
    rid: int
    pat: int | None
    method: Method = Method.UNKNOWN
    """What made it; known in histories."""
