"""What a projection is told of a write, without knowing who writes it.

`ehr.records.written.Written` has this shape; the two packages do not import each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ehr.access import Label
from ehr.fhir.reference import parse_reference
from ehr.fhir.resource import Resource


class Projected(Protocol):
    """One changed record: no `resource` after a delete, no `previous` before the first version."""

    @property
    def resource_type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def rid(self) -> int: ...
    @property
    def bucket(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def ward(self) -> int: ...
    @property
    def pat(self) -> int | None: ...
    @property
    def label(self) -> Label: ...
    @property
    def last_updated(self) -> datetime: ...
    @property
    def resource(self) -> Resource | None: ...
    @property
    def previous(self) -> Resource | None: ...
    @property
    def author(self) -> int: ...
    @property
    def author_ward(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A record that belongs to a visit, as it now is."""

    rid: int
    label: Label
    resource: Resource


PART_TYPES = frozenset({"Condition", "Observation", "MedicationRequest", "CarePlan", "Appointment"})
"""What a visit row is made of, beside its Encounter."""


@dataclass(frozen=True, slots=True)
class References:
    """Reads references; `bases` are the absolute URLs that mean this server."""

    bases: tuple[str, ...] = ()

    def target(self, reference: object, resource_type: str) -> str | None:
        """The id of the `resource_type` here that `reference` names, or None."""
        text = reference.get("reference") if isinstance(reference, dict) else None
        if not isinstance(text, str):
            return None
        parsed = parse_reference(text)
        here = parsed.kind == "relative" or (
            parsed.kind == "absolute" and (parsed.url or "") in self.bases
        )
        return parsed.id if here and parsed.type == resource_type else None

    def encounters(self, resource: Resource | None) -> frozenset[str]:
        """The Encounters a part names: its `encounter`, an Appointment's supporting information."""
        if resource is None:
            return frozenset()
        if resource["resourceType"] == "Appointment":
            named = resource.get("supportingInformation") or ()
        else:
            named = (resource.get("encounter"),)
        return frozenset(id for each in named if (id := self.target(each, "Encounter")))
