"""What the checker lets pass and what it refuses, with the place and the code."""

import copy
from typing import Any

import pytest

from ehr.errors import Invalid
from ehr.fhir.resource import Number, Resource, parse
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
    # A required element is missing (its minimum is 1).
    "Questionnaire-qs1.json": "required Questionnaire.item[0].item[0].linkId",
    "SearchParameter-valueset-extensions-ValueSet-workflow.json": "required SearchParameter.base",
}
"""Examples that break the specification themselves: code and place of the first issue."""


def test_the_official_examples_are_valid_but_for_those_that_break_the_specification(
    examples: dict[str, Resource],
) -> None:
    first = {name: issues[0] for name, one in examples.items() if (issues := check(one))}
    found = {name: f"{issue.code} {issue.expression}" for name, issue in first.items()}
    assert found == BROKEN_EXAMPLES
    assert len(examples) > 1000


PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "a",
    "meta": {"profile": ["http://a.vn/p"]},
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Nguyễn Văn An&nbsp;</p></div>',
    },
    "contained": [{"resourceType": "Organization", "id": "o", "name": "X"}],
    "extension": [{"url": "http://a.vn/e", "valueString": "x"}],
    "identifier": [{"system": "http://a.vn", "value": "1"}],
    "active": True,
    "name": [
        {
            "family": "Nguyễn",
            "given": ["Văn", None, "An"],
            "_given": [
                None,
                {"extension": [{"url": "http://a.vn/e", "valueCode": "x"}]},
                {"id": "g"},
            ],
        }
    ],
    "gender": "male",
    "birthDate": "1990-05",
    "_birthDate": {"extension": [{"url": "http://a.vn/e", "valueBoolean": False}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#o"},
    "generalPractitioner": [{"reference": "Practitioner/1"}],
    "link": [
        {"other": {"reference": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}, "type": "seealso"}
    ],
}
OBSERVATION: Resource = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
    "valueQuantity": {"value": Number("120.0"), "unit": "mmHg"},
    "effectiveDateTime": "2026-03-05T08:30:00+07:00",
}
BUNDLE: Resource = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [
        {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/a"}},
        {"resource": OBSERVATION, "request": {"method": "POST", "url": "Observation"}},
    ],
}


def changed(resource: Resource, path: str, value: Any) -> Resource:
    """A copy with one property set (`a.0.b`), or removed for `...`."""
    new = copy.deepcopy(resource)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    holder: Any = new
    for step in steps:
        holder = holder[step]
    if value is ...:
        del holder[last]
    elif isinstance(holder, list):
        holder[last:] = [value]
    else:
        holder[last] = value
    return new


@pytest.mark.parametrize("resource", [PATIENT, OBSERVATION, BUNDLE], ids=["p", "o", "b"])
def test_sound_resources_have_no_issue(resource: Resource) -> None:
    assert check(resource) == []


XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'

CASES: list[tuple[Resource, str, Any, str, str]] = [
    # unknown elements
    (PATIENT, "nickname", "x", "structure", "Patient.nickname"),
    (PATIENT, "name.0.first", "x", "structure", "Patient.name[0].first"),
    (PATIENT, "name.0.resourceType", "x", "structure", "Patient.name[0].resourceType"),
    (PATIENT, "birthdate", "1990", "structure", "Patient.birthdate"),
    (PATIENT, "_nickname", {"id": "x"}, "structure", "Patient._nickname"),
    (PATIENT, "_name", [{"id": "x"}], "structure", "Patient._name"),
    (PATIENT, "valueString", "x", "structure", "Patient.valueString"),
    (OBSERVATION, "value", "x", "structure", "Observation.value"),
    (OBSERVATION, "valueMoney", {"value": 1}, "structure", "Observation.valueMoney"),
    # kinds of JSON
    (PATIENT, "active", "true", "structure", "Patient.active"),
    (PATIENT, "active", 1, "structure", "Patient.active"),
    (PATIENT, "active", None, "structure", "Patient.active"),
    (PATIENT, "birthDate", 1990, "structure", "Patient.birthDate"),
    (PATIENT, "multipleBirthInteger", "2", "structure", "Patient.multipleBirth"),
    (PATIENT, "multipleBirthInteger", True, "structure", "Patient.multipleBirth"),
    (PATIENT, "multipleBirthInteger", Number("2.0"), "value", "Patient.multipleBirth"),
    (PATIENT, "multipleBirthInteger", 2**31, "value", "Patient.multipleBirth"),
    (PATIENT, "name", {"family": "x"}, "structure", "Patient.name"),
    (PATIENT, "name", "x", "structure", "Patient.name"),
    (PATIENT, "name.0", "x", "structure", "Patient.name[0]"),
    (PATIENT, "name.0", None, "structure", "Patient.name[0]"),
    (PATIENT, "gender", ["male"], "structure", "Patient.gender"),
    (PATIENT, "managingOrganization", [], "structure", "Patient.managingOrganization"),
    (PATIENT, "managingOrganization", "x", "structure", "Patient.managingOrganization"),
    (OBSERVATION, "valueQuantity.value", "120", "structure", "Observation.value.value"),
    # empty
    (PATIENT, "name", [], "structure", "Patient.name"),
    (PATIENT, "name.0", {}, "structure", "Patient.name[0]"),
    (PATIENT, "name.0.given", [], "structure", "Patient.name[0].given"),
    (PATIENT, "name.0.family", "", "value", "Patient.name[0].family"),
    (PATIENT, "identifier.0", {"id": "x"}, "invariant", "Patient.identifier[0]"),
    (PATIENT, "_birthDate", {}, "structure", "Patient.birthDate"),
    # null and what lies beside primitives
    (PATIENT, "name.0.given", ["Văn", None, None], "invariant", "Patient.name[0].given[2]"),
    (PATIENT, "name.0._given", ..., "structure", "Patient.name[0].given[1]"),
    (PATIENT, "name.0._given", [None, None, None], "structure", "Patient.name[0].given"),
    (PATIENT, "name.0._given", {"id": "x"}, "structure", "Patient.name[0].given"),
    (PATIENT, "_birthDate", [{"id": "x"}], "structure", "Patient.birthDate"),
    (PATIENT, "_gender", {"id": ""}, "value", "Patient.gender.id"),
    (PATIENT, "_active", {"url": "x"}, "structure", "Patient.active.url"),
    (PATIENT, "_deceasedBoolean", {"id": "x"}, "invariant", "Patient.deceased"),
    # cardinality and choices
    (OBSERVATION, "status", ..., "required", "Observation.status"),
    (OBSERVATION, "code", ..., "required", "Observation.code"),
    (PATIENT, "link.0.other", ..., "required", "Patient.link[0].other"),
    (PATIENT, "extension.0.url", ..., "required", "Patient.extension[0].url"),
    (PATIENT, "multipleBirthBoolean", True, "structure", "Patient.multipleBirth"),
    (OBSERVATION, "valueString", "x", "structure", "Observation.value"),
    (OBSERVATION, "_valueString", {"extension": [{"url": "x", "valueCode": "y"}]}, "structure",
     "Observation.value"),
    # formats
    (PATIENT, "id", "a_b", "value", "Patient.id"),
    (PATIENT, "id", "a" * 65, "value", "Patient.id"),
    (PATIENT, "birthDate", "1990-5", "value", "Patient.birthDate"),
    (PATIENT, "birthDate", "1990-02-30", "value", "Patient.birthDate"),
    (PATIENT, "birthDate", "1990-05-01T00:00:00Z", "value", "Patient.birthDate"),
    (PATIENT, "birthDate", "1990-05\n", "value", "Patient.birthDate"),
    (OBSERVATION, "effectiveDateTime", "2026-03-05T08:30:00", "value", "Observation.effective"),
    (OBSERVATION, "effectiveDateTime", "2026-03-05T08:30Z", "value", "Observation.effective"),
    (OBSERVATION, "effectiveDateTime", "2026-03-05T24:00:00Z", "value", "Observation.effective"),
    (OBSERVATION, "issued", "2026-03-05", "value", "Observation.issued"),
    (PATIENT, "name.0.family", "a\x01", "value", "Patient.name[0].family"),
    (PATIENT, "identifier.0.system", "a b", "value", "Patient.identifier[0].system"),
    (PATIENT, "photo", [{"contentType": "image/png", "data": "x"}], "value",
     "Patient.photo[0].data"),
    (PATIENT, "telecom", [{"system": "phone", "value": "1", "rank": 0}], "value",
     "Patient.telecom[0].rank"),
    # codes
    (PATIENT, "gender", "blue", "code-invalid", "Patient.gender"),
    (PATIENT, "gender", "Male", "code-invalid", "Patient.gender"),
    (PATIENT, "gender", " male", "value", "Patient.gender"),
    (PATIENT, "photo", [{"contentType": "png"}], "code-invalid", "Patient.photo[0].contentType"),
    # references
    (PATIENT, "managingOrganization.reference", "#x", "value",
     "Patient.managingOrganization.reference"),
    (PATIENT, "generalPractitioner.0.reference", "Patient/1", "value",
     "Patient.generalPractitioner[0]"),
    (PATIENT, "generalPractitioner.0.reference", "Practitioner/a_b", "value",
     "Patient.generalPractitioner[0].reference"),
    (PATIENT, "generalPractitioner.0.reference", "doctor", "value",
     "Patient.generalPractitioner[0].reference"),
    (PATIENT, "generalPractitioner.0.type", "Organization", "value",
     "Patient.generalPractitioner[0].type"),
    (PATIENT, "generalPractitioner.0", {"type": "Location", "display": "x"}, "value",
     "Patient.generalPractitioner[0]"),
    # contained resources
    (PATIENT, "managingOrganization", ..., "invariant", "Patient.contained[0]"),
    (PATIENT, "contained.0.meta", {"versionId": "1"}, "invariant", "Patient.contained[0]"),
    (PATIENT, "contained.0.meta", {"security": [{"code": "R"}]}, "invariant",
     "Patient.contained[0]"),
    (PATIENT, "contained.0.contained", [{"resourceType": "Patient"}], "invariant",
     "Patient.contained[0].contained"),
    (PATIENT, "contained.0.resourceType", ..., "required", "Patient.contained[0].resourceType"),
    (PATIENT, "contained.0.resourceType", "Ward", "value", "Patient.contained[0].resourceType"),
    (PATIENT, "contained.0.nickname", "x", "structure", "Patient.contained[0].nickname"),
    # invariants
    (PATIENT, "extension.0.valueString", ..., "invariant", "Patient.extension[0]"),
    (PATIENT, "extension.0.extension", [{"url": "x", "valueCode": "y"}], "invariant",
     "Patient.extension[0]"),
    (PATIENT, "contact", [{"gender": "male"}], "invariant", "Patient.contact[0]"),
    (PATIENT, "telecom", [{"value": "1"}], "invariant", "Patient.telecom[0]"),
    (PATIENT, "identifier.0.period", {"start": "2026", "end": "2025"}, "invariant",
     "Patient.identifier[0].period"),
    (OBSERVATION, "dataAbsentReason", {"text": "x"}, "invariant", "Observation"),
    (OBSERVATION, "component", [{"code": OBSERVATION["code"]}], "invariant", "Observation"),
    (OBSERVATION, "referenceRange", [{"type": {"text": "x"}}], "invariant",
     "Observation.referenceRange[0]"),
    (OBSERVATION, "valueQuantity", {"value": 1, "code": "x"}, "invariant", "Observation.value"),
    # narrative
    (PATIENT, "text.div", "<div>x</div>", "value", "Patient.text.div"),
    (PATIENT, "text.div", XHTML.format("<script>x</script>"), "value", "Patient.text.div"),
    (PATIENT, "text.div", XHTML.format(" "), "value", "Patient.text.div"),
    (PATIENT, "text.status", ..., "required", "Patient.text.status"),
    # bundles
    (BUNDLE, "entry.0.resource.nickname", "x", "structure", "Bundle.entry[0].resource.nickname"),
    (BUNDLE, "entry.1.resource.dataAbsentReason", {"text": "x"}, "invariant",
     "Bundle.entry[1].resource"),
    (BUNDLE, "entry.0.request", ..., "invariant", "Bundle"),
    (BUNDLE, "entry.0.fullUrl", "http://a.vn/Patient/a/_history/1", "invariant",
     "Bundle.entry[0]"),
    (BUNDLE, "total", 3, "invariant", "Bundle"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "path", "value", "code", "expression"),
    CASES,
    ids=[f"{case[1]}-{number}" for number, case in enumerate(CASES)],
)
def test_what_is_wrong_is_refused_with_its_place(
    resource: Resource, path: str, value: Any, code: str, expression: str
) -> None:
    issues = check(changed(resource, path, value))
    assert (code, expression) in [(issue.code, issue.expression) for issue in issues]
    assert len(issues) <= 3
    for issue in issues:
        assert issue.diagnostics.startswith(f"{issue.expression} ")
        assert issue.diagnostics.endswith(".")
        assert issue.severity == "error"


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
