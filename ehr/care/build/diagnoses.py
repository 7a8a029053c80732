"""Diagnoses into Conditions (http://hl7.org/fhir/R4/condition.html), the main one first."""

from ehr.care.build.context import VisitContext
from ehr.care.build.elements import Element, child_id, concept, reference
from ehr.care.documents import Diagnosis
from ehr.fhir.resource import Resource
from ehr.terminology.systems import ICD10

_HL7 = "http://terminology.hl7.org/CodeSystem"
_CATEGORY = [concept(f"{_HL7}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")]
_ACTIVE = concept(f"{_HL7}/condition-clinical", "active")
_CONFIRMED = concept(f"{_HL7}/condition-ver-status", "confirmed")


def ranked(diagnoses: tuple[Diagnosis, ...]) -> list[Diagnosis]:
    """The main diagnosis, then the others as given; without a main one the first is it."""
    return sorted(diagnoses, key=lambda diagnosis: not diagnosis.main)


def conditions(visit: VisitContext) -> list[Resource]:
    """One Condition for each diagnosis, in order of rank."""
    return [
        _condition(visit, child_id(visit.document.id, f"diagnosis-{rank}"), diagnosis)
        for rank, diagnosis in enumerate(ranked(visit.document.diagnoses), start=1)
    ]


def encounter_diagnoses(built: list[Resource]) -> list[Element]:
    """What Encounter.diagnosis says of these Conditions: their ranks, 1 = main."""
    return [
        {"condition": reference("Condition", condition["id"]), "rank": rank}
        for rank, condition in enumerate(built, start=1)
    ]


def _condition(visit: VisitContext, condition_id: str, diagnosis: Diagnosis) -> Resource:
    display = diagnosis.display.strip()
    resource: Resource = {
        "resourceType": "Condition",
        "id": condition_id,
        "clinicalStatus": _ACTIVE,
        "verificationStatus": _CONFIRMED,
        "category": _CATEGORY,
        "code": concept(ICD10, diagnosis.code, display, display),
        "subject": visit.subject,
        "encounter": visit.encounter,
        "recordedDate": visit.start,
    }
    if visit.setting.author:
        resource["recorder"] = visit.setting.author
    return resource
