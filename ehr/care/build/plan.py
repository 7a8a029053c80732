"""What comes after a visit: advice into a CarePlan, the next date into an Appointment.

http://hl7.org/fhir/R4/careplan.html, http://hl7.org/fhir/R4/appointment.html
"""

from ehr.care.build.context import VisitContext
from ehr.care.build.elements import Element, child_id, clean, reference
from ehr.fhir.resource import Resource

OPENS, CLOSES = "07:30:00+07:00", "17:00:00+07:00"
"""An appointment is for a day: it lasts as long as the ward clinic is open."""


def care_plan(visit: VisitContext) -> Resource | None:
    """The advice (lời dặn) as a plan until the next date; None without advice."""
    advice = clean(visit.document.advice)
    if not advice:
        return None
    period = {"start": visit.start}
    if visit.document.next_date:
        period["end"] = visit.document.next_date
    resource: Resource = {
        "resourceType": "CarePlan",
        "id": child_id(visit.document.id, "advice"),
        "status": "active",
        "intent": "plan",
        "title": "Lời dặn",
        "description": advice,
        "subject": visit.subject,
        "encounter": visit.encounter,
        "period": period,
        "created": visit.start,
    }
    if visit.setting.author:
        resource["author"] = visit.setting.author
    return resource


def appointment(visit: VisitContext) -> Resource | None:
    """The next visit (hẹn khám lại), a day long; None without a date."""
    day = visit.document.next_date
    if not day:
        return None
    return {
        "resourceType": "Appointment",
        "id": child_id(visit.document.id, "appointment"),
        "status": "booked",
        "description": "Hẹn khám lại",
        "supportingInformation": [visit.encounter],
        "start": f"{day}T{OPENS}",
        "end": f"{day}T{CLOSES}",
        "created": visit.start,
        "participant": [
            _participant(visit.subject),
            _participant(reference("Location", visit.setting.organization)),
        ],
    }


def _participant(actor: Element) -> Element:
    return {"actor": actor, "status": "accepted"}
