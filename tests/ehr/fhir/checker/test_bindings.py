"""Codes that are bound: required ones, and those that must not leave the widest value set."""

from typing import Any

import pytest
from fixtures.r4_samples import OBSERVATION, PATIENT, changed

from ehr.fhir.resource import Resource
from ehr.fhir.validate import check

BCP47 = "urn:ietf:bcp:47"
UCUM = "http://unitsofmeasure.org"
CONDITION: Resource = {
    "resourceType": "Condition",
    "clinicalStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                "code": "active",
            }
        ]
    },
    "subject": {"reference": "Patient/a"},
    "onsetAge": {"value": 41, "unit": "tuổi", "system": UCUM, "code": "a"},
}
SEQUENCE: Resource = {
    "resourceType": "MolecularSequence",
    "coordinateSystem": 0,
    "structureVariant": [
        {"variantType": {"coding": [{"system": "http://loinc.org", "code": "LA6692-3"}]}}
    ],
}
EFFECT: Resource = {
    "resourceType": "ResearchElementDefinition",
    "status": "draft",
    "type": "population",
    "characteristic": [
        {
            "definitionCanonical": "http://a.vn/x",
            "unitOfMeasure": {"coding": [{"system": UCUM, "code": "mg/dL"}]},
        }
    ],
}
INVOICE: Resource = {
    "resourceType": "Invoice",
    "status": "draft",
    "totalNet": {"value": 500, "currency": "VND"},
}
MEASURE: Resource = {
    "resourceType": "Measure",
    "status": "draft",
    "supplementalData": [{"criteria": {"language": "text/cql", "expression": "x"}}],
}


def language(**coding: str) -> list[Resource]:
    return [{"language": {"coding": [coding]}}]


@pytest.mark.proves("validation/bindings")
@pytest.mark.parametrize(
    ("resource", "path", "value"),
    [
        (PATIENT, "language", "vi"),
        (PATIENT, "language", "zh-Hant-TW"),
        (PATIENT, "communication", language(system=BCP47, code="vi-VN")),
        (PATIENT, "communication", [{"language": {"text": "tiếng Việt"}}]),
        (PATIENT, "communication", language(system=BCP47, display="tiếng Việt")),
        (
            PATIENT,
            "communication",
            [{"language": {"coding": [{"code": "vie"}, {"system": BCP47, "code": "vi"}]}}],
        ),
        (PATIENT, "photo", [{"contentType": "image/png; x=y", "language": "vi"}]),
        (CONDITION, "onsetAge.code", "mo"),
        (CONDITION, "onsetAge.code", "wk"),
        (SEQUENCE, "structureVariant.0.variantType.coding.0.code", "LA9658-1"),
        (EFFECT, "characteristic.0.unitOfMeasure.coding.0.code", "[acr_us]"),
        (INVOICE, "totalNet.currency", "EUR"),
        (MEASURE, "supplementalData.0.criteria.language", "text/x-own"),
        (OBSERVATION, "valueQuantity", {"value": 1, "unit": "viên"}),
        (OBSERVATION, "valueQuantity", {"value": 1, "system": UCUM, "code": "no unit"}),
    ],
)
def test_what_the_binding_has_is_taken(resource: Resource, path: str, value: Any) -> None:
    assert check(changed(resource, path, value)) == []


@pytest.mark.proves("validation/bindings")
@pytest.mark.parametrize(
    ("resource", "path", "value", "expression"),
    [
        (PATIENT, "language", "Vietnamese", "Patient.language"),
        (PATIENT, "language", "vi_VN", "Patient.language"),
        (
            PATIENT, "communication", language(system=BCP47, code="Vietnamese"),
            "Patient.communication[0].language",
        ),
        (
            PATIENT, "communication", language(system="urn:iso:std:iso:639", code="vi"),
            "Patient.communication[0].language",
        ),
        (PATIENT, "communication", language(code="vi"), "Patient.communication[0].language"),
        (PATIENT, "photo", [{"contentType": "png"}], "Patient.photo[0].contentType"),
        (PATIENT, "photo", [{"contentType": "image/png;"}], "Patient.photo[0].contentType"),
        (PATIENT, "photo", [{"url": "http://a.vn", "language": "tiếng"}],
         "Patient.photo[0].language"),
        (PATIENT, "contained.0.language", "tiếng", "Patient.contained[0].language"),
        (CONDITION, "onsetAge.code", "kg", "Condition.onset.code"),
        (CONDITION, "onsetAge.code", "year", "Condition.onset.code"),
        (CONDITION, "clinicalStatus", {"text": "active"}, "Condition.clinicalStatus"),
        (
            SEQUENCE, "structureVariant.0.variantType.coding.0.code", "LA6706-1",
            "MolecularSequence.structureVariant[0].variantType",
        ),
        (
            SEQUENCE, "structureVariant.0.variantType", {"text": "deletion"},
            "MolecularSequence.structureVariant[0].variantType",
        ),
        (
            EFFECT, "characteristic.0.unitOfMeasure.coding.0.code", "milligrams",
            "ResearchElementDefinition.characteristic[0].unitOfMeasure",
        ),
        (
            EFFECT, "characteristic.0.unitOfMeasure.coding.0.system", ...,
            "ResearchElementDefinition.characteristic[0].unitOfMeasure",
        ),
        (INVOICE, "totalNet.currency", "XYZ", "Invoice.totalNet.currency"),
        (INVOICE, "totalNet.currency", "vnd", "Invoice.totalNet.currency"),
        (MEASURE, "supplementalData.0.criteria.language", "cql",
         "Measure.supplementalData[0].criteria.language"),
        (MEASURE, "supplementalData.0.criteria.language", "json",
         "Measure.supplementalData[0].criteria.language"),
    ],
)  # fmt: skip
def test_what_the_binding_has_not_is_refused_at_its_place(
    resource: Resource, path: str, value: Any, expression: str
) -> None:
    assert check(resource) == []
    issues = check(changed(resource, path, value))
    assert [(issue.code, issue.expression) for issue in issues] == [("code-invalid", expression)]
    assert issues[0].diagnostics.startswith(f"{expression} must ")


def test_a_length_and_a_duration_are_measured_in_units_of_their_own() -> None:
    extension = {"url": "http://a.vn/e"}
    for kind, good, bad in (("Distance", "km", "h"), ("Duration", "h", "km"), ("Age", "a", "km")):
        quantity = {"value": 1, "system": UCUM, "code": good}
        sound = {**PATIENT, "extension": [{**extension, f"value{kind}": quantity}]}
        assert check(sound) == []
        spoilt = changed(sound, f"extension.0.value{kind}.code", bad)
        assert [issue.expression for issue in check(spoilt)] == ["Patient.extension[0].value.code"]
