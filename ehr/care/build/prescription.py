"""Lines of a prescription into MedicationRequests (http://hl7.org/fhir/R4/medicationrequest.html).

A line says dose, times a day and days, as Thông tư 26/2025/TT-BYT asks, in words that can be
printed and in structured timing that can be computed with.
"""

from ehr.care.build.context import VisitContext
from ehr.care.build.elements import Element, child_id, clean, coding, quantity
from ehr.care.documents import Drug, Measure
from ehr.fhir.resource import Resource
from ehr.terminology.lookup import drugs
from ehr.terminology.systems import ATC, DRUG


def medication_requests(visit: VisitContext) -> list[Resource]:
    """One MedicationRequest for each line."""
    return [_request(visit, line, drug) for line, drug in enumerate(visit.document.drugs, start=1)]


def instruction(drug: Drug) -> str:
    """How to take it: "Uống 1 viên × 2 lần/ngày × 30 ngày (sau ăn)"."""
    known = drugs().get(drug.code or "")
    verb = known.verb if known else "Dùng"
    words = (
        f"{verb} {shown(drug.dose)} {drug.unit.strip()}"
        f" × {drug.times_per_day} lần/ngày × {drug.days} ngày"
    )
    note = clean(drug.note)
    return f"{words} ({note})" if note else words


def shown(value: Measure) -> str:
    """A number as Vietnamese readers write it: 0.5 → "0,5"."""
    return f"{value:g}".replace(".", ",")


def _request(visit: VisitContext, line: int, drug: Drug) -> Resource:
    resource: Resource = {
        "resourceType": "MedicationRequest",
        "id": child_id(visit.document.id, f"drug-{line}"),
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": _medication(drug),
        "subject": visit.subject,
        "encounter": visit.encounter,
        "authoredOn": visit.start,
    }
    if visit.setting.author:
        resource["requester"] = visit.setting.author
    if note := clean(drug.note):
        resource["note"] = [{"text": note}]
    resource["dosageInstruction"] = [_dosage(drug)]
    resource["dispenseRequest"] = {
        "quantity": quantity(drug.quantity, drug.unit.strip()),
        "expectedSupplyDuration": _days(drug.days),
    }
    return resource


def _medication(drug: Drug) -> Element:
    known = drugs().get(drug.code or "")
    medication: Element = {}
    if known:
        medication["coding"] = [coding(DRUG, known.code, known.label), coding(ATC, known.atc)]
    medication["text"] = drug.name.strip()
    return medication


def _dosage(drug: Drug) -> Element:
    repeat = {
        "boundsDuration": _days(drug.days),
        "frequency": drug.times_per_day,
        "period": 1,
        "periodUnit": "d",
    }
    dosage: Element = {"text": instruction(drug), "timing": {"repeat": repeat}}
    if known := drugs().get(drug.code or ""):
        dosage["route"] = {"text": known.route}
    dosage["doseAndRate"] = [{"doseQuantity": quantity(drug.dose, drug.unit.strip())}]
    return dosage


def _days(days: int) -> Element:
    return quantity(days, "ngày", "d")
