"""What a profile demands of elements: number, values, codes, types, targets, bounds."""

from typing import Any

import pytest
from fixtures.profiling import CORE, PATIENT, structure, told

from ehr.fhir.resource import Number, Resource

OBSERVATION: Resource = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "weight"},
    "valueQuantity": {
        "value": Number("61.50"),
        "unit": "kg",
        "system": "http://unitsofmeasure.org",
        "code": "kg",
    },
}


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize(
    ("element", "expected"),
    [
        # cardinality
        ({"id": "Patient.photo", "min": 1}, ["required Patient.photo"]),
        ({"id": "Patient.name", "min": 1}, []),
        ({"id": "Patient.identifier", "max": "1"}, ["structure Patient.identifier"]),
        ({"id": "Patient.identifier", "max": "2", "min": 2}, []),
        ({"id": "Patient.gender", "max": "0"}, ["structure Patient.gender"]),
        ({"id": "Patient.name.given", "min": 3}, ["required Patient.name[0].given"]),
        ({"id": "Patient.name.period", "min": 1}, ["required Patient.name[0].period"]),
        ({"id": "Patient.contact.name", "min": 1}, []),
        ({"id": "Patient.birthDate.extension", "min": 1}, ["required Patient.birthDate.extension"]),
        # fixed and pattern values
        ({"id": "Patient.gender", "fixedCode": "female"}, []),
        ({"id": "Patient.gender", "fixedCode": "male"}, ["value Patient.gender"]),
        (
            {"id": "Patient.name", "fixedHumanName": {"family": "Nguyễn"}},
            ["value Patient.name[0]"],
        ),
        (
            {"id": "Patient.name", "fixedHumanName": {"given": ["Thị", "Hòa"], "family": "Nguyễn"}},
            [],
        ),
        ({"id": "Patient.name", "patternHumanName": {"family": "Nguyễn"}}, []),
        ({"id": "Patient.name", "patternHumanName": {"given": ["Hòa"]}}, []),
        (
            {"id": "Patient.name", "patternHumanName": {"given": ["Hạnh"]}},
            ["value Patient.name[0]"],
        ),
        (
            {
                "id": "Patient.maritalStatus",
                "patternCodeableConcept": {"coding": [{"code": "M"}], "text": "Có chồng"},
            },
            [],
        ),
        ({"id": "Patient.identifier.system", "fixedUri": "urn:a"},
         ["value Patient.identifier[1].system"]),
        # bindings
        (
            {
                "id": "Patient.maritalStatus",
                "binding": {
                    "strength": "required",
                    "valueSet": "http://hl7.org/fhir/ValueSet/marital-status|4.0.1",
                },
            },
            [],
        ),
        (
            {
                "id": "Patient.gender",
                "binding": {
                    "strength": "required",
                    "valueSet": "http://hl7.org/fhir/ValueSet/marital-status",
                },
            },
            ["code-invalid Patient.gender"],
        ),
        (
            {
                "id": "Patient.gender",
                "binding": {
                    "strength": "preferred",
                    "valueSet": "http://hl7.org/fhir/ValueSet/marital-status",
                },
            },
            [],
        ),
        (
            {
                "id": "Patient.gender",
                "binding": {"strength": "required", "valueSet": "http://example.org/vs"},
            },
            ["incomplete Patient?"],
        ),
        # types
        (
            {"id": "Patient.multipleBirth[x]", "type": [{"code": "boolean"}]},
            ["structure Patient.multipleBirth"],
        ),
        ({"id": "Patient.multipleBirth[x]", "type": [{"code": "integer"}]}, []),
        ({"id": "Patient.multipleBirthInteger", "min": 1}, []),
        ({"id": "Patient.multipleBirthBoolean", "min": 1},
         ["required Patient.multipleBirth", "structure Patient.multipleBirth"]),
        ({"id": "Patient.multipleBirthBoolean"}, []),
        ({"id": "Patient.multipleBirthBoolean.extension", "max": "0"},
         ["structure Patient.multipleBirth"]),
        ({"id": "Patient.multipleBirthInteger", "fixedInteger": 3},
         ["value Patient.multipleBirth"]),
        # targets
        (
            {
                "id": "Patient.generalPractitioner",
                "type": [{"code": "Reference", "targetProfile": [f"{CORE}Practitioner"]}],
            },
            ["value Patient.generalPractitioner[0]"],
        ),
        (
            {
                "id": "Patient.generalPractitioner",
                "type": [
                    {"code": "Reference", "targetProfile": [f"{CORE}Practitioner"]},
                    {"code": "Reference", "targetProfile": [f"{CORE}Organization"]},
                ],
            },
            [],
        ),
        # bounds
        ({"id": "Patient.name.family", "maxLength": 6}, []),
        ({"id": "Patient.name.family", "maxLength": 5}, ["too-long Patient.name[0].family"]),
        ({"id": "Patient.birthDate", "minValueDate": "1990-05-17"}, []),
        ({"id": "Patient.birthDate", "maxValueDate": "1989"}, ["value Patient.birthDate"]),
        # what is only said to people
        ({"id": "Patient.photo", "mustSupport": True}, []),
    ],
)  # fmt: skip
def test_an_element_is_held_to_what_the_profile_says(
    element: dict[str, Any], expected: list[str]
) -> None:
    assert told(PATIENT, structure("Patient", element)) == expected


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"id": "Observation.valueQuantity.value", "fixedDecimal": Number("61.5")}, []),
        ({"id": "Observation.value[x].value", "fixedDecimal": 62},
         ["value Observation.value.value"]),
        (
            {"id": "Observation.value[x]", "minValueQuantity": {"value": 100, "code": "kg",
             "system": "http://unitsofmeasure.org"}},
            ["value Observation.value"],
        ),
        (
            {"id": "Observation.value[x]", "type": [{"code": "Quantity",
             "profile": [f"{CORE}SimpleQuantity"]}]},
            [],
        ),
        (
            {"id": "Observation.valueQuantity", "binding": {"strength": "required",
             "valueSet": "http://hl7.org/fhir/ValueSet/ucum-bodyweight"}},
            [],
        ),
        (
            {"id": "Observation.valueQuantity", "binding": {"strength": "required",
             "valueSet": "http://hl7.org/fhir/ValueSet/ucum-bodylength"}},
            ["code-invalid Observation.value"],
        ),
    ],
)  # fmt: skip
def test_a_quantity_is_held_to_its_value_and_unit(
    element: dict[str, Any], expected: list[str]
) -> None:
    assert told(OBSERVATION, structure("Observation", element)) == expected


def test_a_comparator_is_no_simple_quantity() -> None:
    simple = {"code": "Quantity", "profile": [f"{CORE}SimpleQuantity"]}
    profile = structure("Observation", {"id": "Observation.value[x]", "type": [simple]})
    vague = {**OBSERVATION, "valueQuantity": {"value": 1, "comparator": "<"}}
    assert "structure Observation.value.comparator" in told(vague, profile)
