"""Each thing that may be wrong with a resource, with the code and place that are told."""

from typing import Any

import pytest
from fixtures.r4_samples import BUNDLE, OBSERVATION, PATIENT, changed

from ehr.fhir.resource import Number, Resource
from ehr.fhir.validate import check

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


@pytest.mark.proves(
    "validation/structure",
    "validation/primitives",
    "validation/bindings",
    "validation/invariants",
    "validation/contained",
    "validation/narrative",
)
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
