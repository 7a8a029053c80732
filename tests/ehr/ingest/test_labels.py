"""Security labels from what is said and from what the codes mean."""

import pytest

from ehr.access import Label
from ehr.ingest import labels

ICD = "http://hl7.org/fhir/sid/icd-10"


def condition(code: str, system: str = ICD) -> dict[str, object]:
    return {
        "resourceType": "Condition",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/1"},
    }


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("B20", Label.HIV),
        ("B24", Label.HIV),
        ("B22.7", Label.HIV),
        ("Z21", Label.HIV),
        ("B25", Label.NONE),
        ("B19.9", Label.NONE),
        ("F32.1", Label.MENTAL_HEALTH),
        ("F99", Label.MENTAL_HEALTH),
        ("I10", Label.NONE),
        ("Z210", Label.HIV),
    ],
)
def test_icd_codes_call_for_labels(code: str, label: Label) -> None:
    assert labels.implied(condition(code)) == label


def test_the_same_code_of_another_system_calls_for_none() -> None:
    assert labels.implied(condition("B20", "http://example.org/parts")) == Label.NONE


def test_an_hiv_test_is_labelled_wherever_it_is_coded() -> None:
    panel = {
        "resourceType": "Observation",
        "component": [{"code": {"coding": [{"system": labels.LOINC, "code": "56888-1"}]}}],
    }
    assert labels.implied(panel) == Label.HIV


@pytest.mark.parametrize(
    ("system", "code", "label"),
    [
        (labels.ACT_CODE, "HIV", Label.HIV),
        (labels.ACT_CODE, "PSY", Label.MENTAL_HEALTH),
        (labels.CONFIDENTIALITY, "R", Label.RESTRICTED),
        (labels.CONFIDENTIALITY, "V", Label.VERY_RESTRICTED),
        (labels.CONFIDENTIALITY, "N", Label.NONE),
        ("http://example.org", "HIV", Label.NONE),
    ],
)
def test_stated_labels(system: str, code: str, label: Label) -> None:
    resource = {
        "resourceType": "Basic",
        "meta": {"security": [{"system": system, "code": code}]},
    }
    assert labels.stated(resource) == label


def test_codings_say_what_they_are_read_as() -> None:
    every = Label.HIV | Label.MENTAL_HEALTH | Label.RESTRICTED | Label.VERY_RESTRICTED
    assert labels.stated({"meta": {"security": labels.codings(every)}}) == every


@pytest.mark.parametrize(
    ("system", "code", "label"),
    [
        (ICD, "b20", Label.HIV),
        (ICD, "f32.1", Label.MENTAL_HEALTH),
        ("http://hl7.org/fhir/sid/ICD-10", "B20", Label.HIV),
        ("http://hl7.org/fhir/sid/icd-10-cm", "F20", Label.MENTAL_HEALTH),
        ("urn:oid:2.16.840.1.113883.6.3", "B20", Label.HIV),
        ("http://fhir.hl7.org.vn/core/CodeSystem/icd10", "Z21", Label.HIV),
        (ICD, "Z114", Label.HIV),
        (labels.SNOMED, "86406008", Label.HIV),
        ("http://www.whocc.no/atc", "J05AR13", Label.HIV),
        ("http://www.whocc.no/atc", "J05AG03", Label.HIV),
        ("http://www.whocc.no/atc", "J05AF07", Label.NONE),
        ("http://www.whocc.no/atc", "J05AF05", Label.NONE),
        ("http://www.whocc.no/atc", "A10BA02", Label.NONE),
        (labels.SNOMED, "38341003", Label.NONE),
        (ICD, "A20", Label.NONE),
    ],
)
def test_the_letters_of_a_code_hide_nothing_from_its_rule(
    system: str, code: str, label: Label
) -> None:
    assert labels.implied(condition(code, system)) == label


@pytest.mark.parametrize(
    ("code", "label"), [("B20", Label.HIV), ("F32", Label.MENTAL_HEALTH), ("F32X-AB", Label.NONE)]
)
def test_a_code_without_a_system_is_taken_for_icd_where_it_looks_so(
    code: str, label: Label
) -> None:
    coded = condition(code)
    del coded["code"]["coding"][0]["system"]  # type: ignore[index]
    assert labels.implied(coded) == label
