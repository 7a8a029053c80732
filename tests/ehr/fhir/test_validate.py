"""What the checker lets pass and what it refuses, with the place and the code."""

from typing import Any

import pytest
from fixtures.r4_samples import BUNDLE, OBSERVATION, PATIENT, changed

from ehr.errors import Invalid
from ehr.fhir.resource import Resource, parse
from ehr.fhir.validate import check, require_valid

BROKEN_EXAMPLES = {
    # The narrative has only white space (txt-2).
    "ActivityDefinition-blood-tubes-supply.json": "value ActivityDefinition.text.div",
    "ActivityDefinition-heart-valve-replacement.json": "value ActivityDefinition.text.div",
    "EventDefinition-example.json": "value EventDefinition.text.div",
    "Questionnaire-zika-virus-exposure-assessment.json": "value Questionnaire.text.div",
    # A reference to a type that the element does not allow (its targetProfile).
    "DeviceMetric-example.json": "value DeviceMetric.parent",
    "DeviceUseStatement-example.json": "value DeviceUseStatement.reasonReference[0]",
    "MedicationRequest-medrx0301.json": "value MedicationRequest.dispenseRequest.performer",
    "Observation-clinical-gender.json": "value Observation.performer[0]",
    # An age in "b", which UCUM has as barn: the widest value set of Age is units of time.
    "List-example-double-cousin-relationship.json": "code-invalid List.contained[5].age.code",
    # A required element is missing (its minimum is 1).
    "Questionnaire-qs1.json": "required Questionnaire.item[0].item[0].linkId",
    "SearchParameter-valueset-extensions-ValueSet-workflow.json": "required SearchParameter.base",
}
"""Examples that break the specification themselves: code and place of the first issue."""


@pytest.mark.proves("validation/structure")
def test_the_official_examples_are_valid_but_for_those_that_break_the_specification(
    examples: dict[str, Resource],
) -> None:
    first = {name: issues[0] for name, one in examples.items() if (issues := check(one))}
    found = {name: f"{issue.code} {issue.expression}" for name, issue in first.items()}
    assert found == BROKEN_EXAMPLES
    assert len(examples) > 1000


@pytest.mark.parametrize("resource", [PATIENT, OBSERVATION, BUNDLE], ids=["p", "o", "b"])
def test_sound_resources_have_no_issue(resource: Resource) -> None:
    assert check(resource) == []


@pytest.mark.proves("validation/structure", "validation/primitives")
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("birthDate", "1990"),
        ("birthDate", "2024-02-29"),
        ("deceasedDateTime", "2026-03-05T23:59:60.123+14:00"),
        ("name.0.family", " Nguyễn\t\n"),
        ("generalPractitioner.0.reference", "https://a.vn/fhir/Practitioner/1/_history/2"),
        ("generalPractitioner.0.reference", "https://a.vn/doctors?id=1"),
        ("generalPractitioner.0.reference", "Practitioner?identifier=a|b"),
        ("generalPractitioner.0.reference", "urn:oid:1.2.3"),
        ("generalPractitioner.0", {"identifier": {"value": "1"}, "type": "Practitioner"}),
        ("photo", [{"contentType": "image/png", "data": "aGVs\nbG8="}]),
        ("gender", "unknown"),
        ("identifier.0.period", {"start": "2026-01", "end": "2026-01-15"}),
        ("_gender", {"id": "x"}),
        ("_id", {"extension": [{"url": "x", "valueCode": "y"}]}),
        ("link.0.type", "refer"),
        ("contained.1", {**OBSERVATION, "subject": {"reference": "#"}}),
    ],
)
def test_what_is_right_passes(path: str, value: Any) -> None:
    assert check(changed(PATIENT, path, value)) == []


def test_numbers_may_have_any_literal() -> None:
    for literal in ("1.10", "1e2", "-0", "100000000000000000000.0"):
        body = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},'
        body += b'"valueQuantity":{"value":%s}}' % literal.encode()
        assert check(parse(body)) == []


@pytest.mark.parametrize(
    ("resource", "expression"),
    [
        ({}, "Resource.resourceType"),
        ({"resourceType": "patient"}, "patient.resourceType"),
        ({"resourceType": "DomainResource"}, "DomainResource.resourceType"),
        ({"resourceType": "HumanName"}, "HumanName.resourceType"),
        ({"resourceType": ["Patient"]}, "Resource.resourceType"),
        ({"resourceType": "<b>"}, "Resource.resourceType"),
        ([], "Resource"),
        ("Patient", "Resource"),
    ],
)
def test_what_is_no_resource_is_refused(resource: Any, expression: str) -> None:
    assert [issue.expression for issue in check(resource)] == [expression]


def test_all_that_is_wrong_is_told_up_to_a_hundred_issues() -> None:
    two = changed(changed(PATIENT, "gender", "blue"), "name.0.first", "x")
    assert {issue.expression for issue in check(two)} == {"Patient.gender", "Patient.name[0].first"}
    many = {"resourceType": "Patient", "name": [{"x": 1}] * 5000}
    assert len(check(many)) == 100


def test_require_valid_raises_all_issues() -> None:
    require_valid(PATIENT)
    with pytest.raises(Invalid) as refusal:
        require_valid(changed(PATIENT, "gender", "blue"))
    assert refusal.value.issues[0].code == "code-invalid"
    assert "female, male, other, unknown" in refusal.value.issues[0].diagnostics
