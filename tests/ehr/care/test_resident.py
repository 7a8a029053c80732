"""A Patient as a list shows one, whoever wrote it."""

import pytest

from ehr.care.resident import Hit, hit, name_in, resident


def test_a_patient_of_another_system_is_read_too() -> None:
    one = resident(
        {
            "resourceType": "Patient",
            "id": "p1",
            "identifier": [
                {"system": "http://fhir.ehealth.gov.vn/core/sid/national_id", "value": "1" * 12},
                {"system": "http://fhir.hl7.org.vn/core/sid/bhyt", "value": "old", "use": "old"},
            ],
            "name": [{"family": "Nguyễn", "given": ["Thị", "Đào"]}],
            "address": [{"line": ["Số 5"]}],
        },
        3,
    )
    assert (one.name, one.cccd, one.bhyt, one.sex) == ("Nguyễn Thị Đào", "1" * 12, None, "unknown")
    assert (one.address, one.hamlet, one.version) == ("Số 5", None, 3)


def test_the_least_patient_has_an_id() -> None:
    one = resident({"resourceType": "Patient", "id": "p1"}, 1)
    assert hit(one) == Hit(id="p1", name="", sex="unknown")


def test_a_row_of_the_list_holds_no_full_number() -> None:
    one = resident(
        {
            "resourceType": "Patient",
            "id": "p1",
            "identifier": [
                {"system": "http://fhir.hl7.org.vn/core/sid/cccd", "value": "099158000123"}
            ],
        },
        1,
    )
    assert hit(one).cccd_tail == "123"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"name":[{"text":"A B"},{"text":"C"}],"gender":"male"}', "A B"),
        (b'{"name":[{"family":"A","given":["B","C"]}]}', "A B C"),
        (b'{"name":[{"given":["C"]}]}', "C"),
        (b'{"name":[{"given":[null,"C"],"_given":[{"id":"x"},null]}]}', "C"),
        (b'{"id":"p1"}', ""),
    ],
)
def test_a_name_is_read_without_the_rest(content: bytes, name: str) -> None:
    assert name_in(content) == name
