"""A visit document into its resources, about eleven, the Encounter first.

Every id derives from the visit's, so building again gives the same resources, and references
among them hold in any order of writing.
"""

from datetime import datetime, timedelta

from ehr.care.build.context import Setting, VisitContext
from ehr.care.build.diagnoses import conditions, encounter_diagnoses
from ehr.care.build.elements import Element, coding, concept, extension, reference
from ehr.care.build.plan import appointment, care_plan
from ehr.care.build.prescription import medication_requests
from ehr.care.build.times import date_time
from ehr.care.build.vitals import observations
from ehr.care.documents import RecordVisit
from ehr.fhir.identifiers import MA_LK
from ehr.fhir.resource import Resource
from ehr.terminology import lookup, systems

_AMBULATORY = coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory")
_PERFORMER = [
    concept(
        "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "PPRF", "primary performer"
    )
]
_LONGEST = timedelta(hours=12)


def visit(document: RecordVisit, setting: Setting) -> list[Resource]:
    """Encounter, Observations, Conditions, MedicationRequests, CarePlan, Appointment."""
    context = VisitContext(document, setting)
    diagnosed = conditions(context)
    follow_up = (care_plan(context), appointment(context))
    return [
        _encounter(context, encounter_diagnoses(diagnosed)),
        *observations(context),
        *diagnosed,
        *medication_requests(context),
        *(resource for resource in follow_up if resource),
    ]


def _encounter(visit: VisitContext, diagnoses: list[Element]) -> Resource:
    document, setting = visit.document, visit.setting
    resource: Resource = {
        "resourceType": "Encounter",
        "id": document.id,
        "extension": [extension(systems.INSURANCE_EXTENSION, "Boolean", document.insurance)],
        "identifier": [{"system": MA_LK, "value": document.id}],
        "status": "finished",
        "class": _AMBULATORY,
        "type": [_kind(document.kind)],
        "subject": visit.subject,
    }
    if setting.author:
        resource["participant"] = [{"type": _PERFORMER, "individual": setting.author}]
    resource["period"] = {"start": visit.start, "end": date_time(_end(visit))}
    resource["reasonCode"] = [{"text": document.reason.strip()}]
    if diagnoses:
        resource["diagnosis"] = diagnoses
    resource["location"] = [{"location": reference("Location", setting.organization)}]
    resource["serviceProvider"] = reference("Organization", setting.organization)
    return resource


def _kind(code: str) -> Element:
    return concept(systems.VISIT_KIND, code, lookup.visit_kinds().get(code))


def _end(visit: VisitContext) -> datetime:
    """When it was written down, if that was soon after; else its start (a visit back-dated)."""
    recorded = visit.setting.recorded
    return recorded if visit.begun <= recorded <= visit.begun + _LONGEST else visit.begun
