"""A registration into a Patient, and the directory's resources."""

from dataclasses import dataclass

import pytest

from ehr.care.build import directory
from ehr.care.build.patient import patient
from ehr.care.documents import Address, RegisterPatient


@dataclass(frozen=True)
class BaDinh:
    code: str = "00004"
    name: str = "Ba Đình"
    kind: str = "phuong"
    organization_id: str = "ward-00004"


def document(**changes: object) -> RegisterPatient:
    values: dict[str, object] = {
        "id": "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a12",
        "name": "Nguyễn Thị  Đào",
        "sex": "female",
        "birth_date": "1958-02",
    }
    return RegisterPatient(**(values | changes))  # type: ignore[arg-type] # a table of fields


def test_the_name_stays_as_typed_and_is_split_beside() -> None:
    (name,) = patient(document(), BaDinh())["name"]
    assert name["text"] == "Nguyễn Thị Đào"
    assert (name["family"], name["given"]) == ("Nguyễn", ["Thị", "Đào"])


def test_a_single_name_has_no_family() -> None:
    (name,) = patient(document(name="Đào"), BaDinh())["name"]
    assert name == {"use": "official", "text": "Đào", "given": ["Đào"]}


def test_identifiers_use_the_systems_of_vn_core() -> None:
    built = patient(document(cccd="099158000001", bhyt="GD4010123456789"), BaDinh())
    assert [(each["system"], each["value"]) for each in built["identifier"]] == [
        ("http://fhir.hl7.org.vn/core/sid/cccd", "099158000001"),
        ("http://fhir.hl7.org.vn/core/sid/bhyt", "GD4010123456789"),
    ]


def test_the_ward_is_in_the_address_and_the_managing_organization() -> None:
    built = patient(document(address=Address(line="Số 5 ngõ 10", hamlet=" Tổ 4 ")), BaDinh())
    (address,) = built["address"]
    assert address["line"] == ["Số 5 ngõ 10", "Tổ 4"]
    assert address["text"] == "Số 5 ngõ 10, Tổ 4, phường Ba Đình, Hà Nội"
    codes = [each["valueCoding"]["code"] for each in address["extension"]]
    assert codes == ["01", "00004"]
    assert built["managingOrganization"] == {"reference": "Organization/ward-00004"}


@pytest.mark.parametrize("phone", ["+84 912.345.678", "0912 345 678", "0912345678"])
def test_a_phone_number_is_stored_in_one_form(phone: str) -> None:
    (telecom,) = patient(document(phone=phone), BaDinh())["telecom"]
    assert telecom["value"] == "0912345678"


def test_mother_and_ethnicity_are_kept() -> None:
    built = patient(document(mother_name="Lê Thị B", ethnicity="02"), BaDinh())
    assert built["contact"][0]["name"] == {"text": "Lê Thị B"}
    coding = built["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert (coding["code"], coding["display"]) == ("02", "Tày")


def test_what_was_not_said_is_not_there() -> None:
    assert (
        not {"identifier", "telecom", "contact", "extension"}
        & patient(document(phone=None, mother_name=" "), BaDinh()).keys()
    )


def test_a_ward_is_an_organization_and_a_location_of_one_id() -> None:
    organization = directory.ward_organization(BaDinh())
    location = directory.ward_location(BaDinh())
    assert organization["id"] == location["id"] == "ward-00004"
    assert organization["name"] == "Trạm Y tế phường Ba Đình"
    assert location["managingOrganization"] == {"reference": "Organization/ward-00004"}
