"""The visit that is written: 11 resources, as a hospital's client would send them."""

import uuid
from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
START = "2026-10-29T08:05:00+07:00"
VITALS = (
    ("8867-4", 76, "/min"),
    ("8310-5", 36.8, "Cel"),
    ("59408-5", 98, "%"),
    ("29463-7", 58, "kg"),
    ("8302-2", 154, "cm"),
)


def visit_resources(patient: str, encounter: str) -> list[dict[str, Any]]:
    """Encounter, blood pressure, five vital signs, two diagnoses, two prescriptions."""
    who, visit = {"reference": f"Patient/{patient}"}, {"reference": encounter}
    return [
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": who,
            "period": {"start": START, "end": "2026-10-29T08:20:00+07:00"},
            "reasonCode": [{"text": "Tái khám tăng huyết áp"}],
        },
        {
            **_observation("85354-9", who, visit),
            "component": [
                {"code": _code(LOINC, code), "valueQuantity": _quantity(value, "mm[Hg]")}
                for code, value in (("8480-6", 150), ("8462-4", 95))
            ],
        },
        *(
            {**_observation(code, who, visit), "valueQuantity": _quantity(value, unit)}
            for code, value, unit in VITALS
        ),
        *(
            {
                "resourceType": "Condition",
                "code": _code(ICD, code),
                "subject": who,
                "encounter": visit,
                "recordedDate": START,
            }
            for code in ("I10", "E78.5")
        ),
        *(
            {
                "resourceType": "MedicationRequest",
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": {"text": drug},
                "subject": who,
                "encounter": visit,
                "authoredOn": START,
                "dosageInstruction": [{"text": "1 viên × 1 lần × 28 ngày"}],
            }
            for drug in ("Amlodipin 5 mg", "Atorvastatin 10 mg")
        ),
    ]


def visit_bundle(patient: str, number: uuid.UUID) -> dict[str, Any]:
    """The same as a transaction."""
    encounter = f"urn:uuid:{number}"
    entries: list[dict[str, Any]] = []
    for resource in visit_resources(patient, encounter):
        entry: dict[str, Any] = {
            "request": {"method": "POST", "url": resource["resourceType"]},
            "resource": resource,
        }
        if resource["resourceType"] == "Encounter":
            entry["fullUrl"] = encounter
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _observation(code: str, who: dict[str, str], visit: dict[str, str]) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": _code(LOINC, code),
        "subject": who,
        "encounter": visit,
        "effectiveDateTime": START,
    }


def _code(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}
