"""Vital signs into Observations (http://hl7.org/fhir/R4/observation-vitalsigns.html).

Codes, units and limits: `ehr.terminology.data.vital_signs.json`. Blood pressure is one panel
with two components; the body mass index is computed here and nowhere else.
"""

from functools import cache

from ehr.care.build.context import VisitContext
from ehr.care.build.elements import Element, child_id, concept, quantity
from ehr.care.documents import Measure, Vitals
from ehr.fhir.resource import Resource
from ehr.terminology.lookup import VitalSign, vital_signs
from ehr.terminology.systems import LOINC

_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CATEGORY_NAMES = {"vital-signs": "Vital Signs", "laboratory": "Laboratory"}

SINGLE = ("pulse", "temperature", "respiration", "spo2", "weight", "height", "waist", "glucose")
"""The fields that become one Observation each, in the order of the form."""


def body_mass_index(vitals: Vitals) -> float | None:
    """kg/m², to one decimal; None without weight and height."""
    if not (vitals.weight and vitals.height):
        return None
    return round(float(vitals.weight / (vitals.height / 100) ** 2), 1)


def observations(visit: VisitContext) -> list[Resource]:
    """One Observation for each measurement that was made, BMI included."""
    vitals = visit.document.vitals
    found: list[Resource] = []
    if vitals.systolic is not None:
        found.append(_blood_pressure(visit, vitals.systolic, vitals.diastolic))
    for name in SINGLE:
        value = getattr(vitals, name)
        if value is not None:
            found.append(_single(visit, name, value))
    bmi = body_mass_index(vitals)
    if bmi is not None:
        found.append(_single(visit, "bmi", bmi))
    return found


@cache
def _code(name: str) -> Element:
    sign = vital_signs()[name]
    return concept(LOINC, sign.loinc, sign.display, sign.vi)


@cache
def _category(code: str) -> list[Element]:
    return [concept(_CATEGORY, code, _CATEGORY_NAMES[code])]


@cache
def _panel() -> Element:
    return concept(LOINC, "85354-9", "Blood pressure panel with all children optional", "Huyết áp")


def _quantity(sign: VitalSign, value: Measure) -> Element:
    return quantity(value, sign.shown, sign.unit)


def _observation(visit: VisitContext, name: str, code: Element, category: str) -> Resource:
    resource: Resource = {
        "resourceType": "Observation",
        "id": child_id(visit.document.id, name),
        "status": "final",
        "category": _category(category),
        "code": code,
        "subject": visit.subject,
        "encounter": visit.encounter,
        "effectiveDateTime": visit.start,
    }
    if visit.setting.author:
        resource["performer"] = [visit.setting.author]
    return resource


def _single(visit: VisitContext, name: str, value: Measure) -> Resource:
    sign = vital_signs()[name]
    resource = _observation(visit, name, _code(name), sign.category)
    resource["valueQuantity"] = _quantity(sign, value)
    return resource


def _blood_pressure(visit: VisitContext, systolic: int, diastolic: int | None) -> Resource:
    resource = _observation(visit, "blood-pressure", _panel(), "vital-signs")
    resource["component"] = [_component("systolic", systolic), _component("diastolic", diastolic)]
    return resource


def _component(name: str, value: int | None) -> Element:
    if value is None:
        reason = concept(_ABSENT, "not-performed", "Not Performed")
        return {"code": _code(name), "dataAbsentReason": reason}
    return {"code": _code(name), "valueQuantity": _quantity(vital_signs()[name], value)}
