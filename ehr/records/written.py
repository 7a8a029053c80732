"""What one write did: handed from `ehr.records.write` to the projections and the audit."""

from dataclasses import dataclass
from datetime import datetime

from ehr.access import Label, Verb
from ehr.fhir.resource import Resource
from ehr.records.method import Method


@dataclass(frozen=True, slots=True)
class Written:
    """One changed record: `resource` is None after a delete, `previous` before version 1."""

    verb: Verb
    resource_type: str
    id: str
    rid: int
    bucket: int
    version: int
    ward: int
    pat: int | None
    """The patient's rid; a Patient's own."""
    label: Label
    last_updated: datetime
    resource: Resource | None
    previous: Resource | None
    content: bytes
    author: int
    """Row id in `account`."""
    author_ward: int | None
    method: Method
    """What made the version."""
