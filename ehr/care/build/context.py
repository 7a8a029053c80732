"""What a builder must know of a visit beside its document: where, by whom, when."""

from dataclasses import dataclass, field
from datetime import datetime

from ehr.care.build.elements import Element, reference
from ehr.care.build.times import date_time, instant
from ehr.care.documents import RecordVisit


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a thing is recorded, by whom, and when it was written down."""

    organization: str
    """Id of the ward's Organization and of its Location: the place that is counted."""
    recorded: datetime
    """The moment of recording, aware."""
    practitioner: str | None = None
    """`Practitioner/<id>`; None when the author is not a person of the staff."""

    @property
    def author(self) -> Element | None:
        """A reference to the member of staff."""
        return {"reference": self.practitioner} if self.practitioner else None


@dataclass(frozen=True, slots=True)
class VisitContext:
    """One visit while it is built: the references and times that its resources repeat."""

    document: RecordVisit
    setting: Setting
    subject: Element = field(init=False)
    encounter: Element = field(init=False)
    begun: datetime = field(init=False)
    start: str = field(init=False)
    """The beginning as a FHIR dateTime: when every finding of the visit holds."""

    def __post_init__(self) -> None:
        begun = instant(self.document.start) if self.document.start else self.setting.recorded
        derived = {
            "subject": reference("Patient", self.document.patient),
            "encounter": reference("Encounter", self.document.id),
            "begun": begun,
            "start": date_time(begun),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def begin(self, resource_type: str, resource_id: str) -> Element:
        """The first members of a resource of this visit."""
        return {"resourceType": resource_type, "id": resource_id}
