"""A registration into a Patient (http://hl7.org/fhir/R4/patient.html, VN Core 0.6)."""

import re
from typing import Protocol

from ehr.care.build.elements import Element, clean, coding, concept, extension, reference
from ehr.care.documents import Address, RegisterPatient
from ehr.fhir.identifiers import BHYT, CCCD
from ehr.fhir.resource import Resource
from ehr.i18n.names import parts
from ehr.terminology import lookup, systems

HANOI_CODE, HANOI_NAME = "01", "Hà Nội"
"""The province in Quyết định 19/2025/QĐ-TTg."""

_KINDS = {"phuong": "phường", "xa": "xã", "dac-khu": "đặc khu"}


class Ward(Protocol):
    """What a builder needs of a ward (`ehr.directory.wards.Ward` has it)."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def organization_id(self) -> str: ...


def patient(document: RegisterPatient, ward: Ward) -> Resource:
    """The Patient of `document`, at home in `ward`."""
    resource: Resource = {"resourceType": "Patient", "id": document.id}
    if document.ethnicity:
        resource["extension"] = [_ethnicity(document.ethnicity)]
    if identifiers := _identifiers(document):
        resource["identifier"] = identifiers
    resource["active"] = True
    resource["name"] = [human_name(document.name)]
    if document.phone:
        resource["telecom"] = [_phone(document.phone)]
    resource["gender"] = document.sex
    resource["birthDate"] = document.birth_date
    resource["address"] = [home(document.address, ward)]
    if mother := clean(document.mother_name):
        resource["contact"] = [_mother(mother)]
    resource["managingOrganization"] = reference("Organization", ward.organization_id)
    return resource


def human_name(name: str) -> Element:
    """A HumanName whose `text` is the name as typed; họ and đệm, tên are its split."""
    text = " ".join(name.split())
    split = parts(text)
    value: Element = {"use": "official", "text": text}
    if split.family:
        value["family"] = split.family
    value["given"] = [*split.middle, split.given]
    return value


def home(address: Address | None, ward: Ward) -> Element:
    """A VN Core Address: lines as typed, ward and province as codes, no district."""
    lines = (
        [line for line in (clean(address.line), clean(address.hamlet)) if line] if address else []
    )
    value: Element = {
        "extension": [
            _place(systems.PROVINCE_EXTENSION, systems.PROVINCE, HANOI_CODE, HANOI_NAME),
            _place(systems.WARD_EXTENSION, systems.WARD, ward.code, ward.name),
        ],
        "use": "home",
        "text": ", ".join([*lines, titled(ward), HANOI_NAME]),
    }
    if lines:
        value["line"] = lines
    return value | {"city": HANOI_NAME, "country": "VN"}


def titled(ward: Ward) -> str:
    """The ward with its kind: "phường Ba Đình", "xã Sóc Sơn"."""
    return f"{_KINDS.get(ward.kind, ward.kind)} {ward.name}"


def national_phone(phone: str) -> str:
    """Digits only, with the national prefix: "+84 912.345.678" → "0912345678"."""
    digits = re.sub(r"[^0-9+]", "", phone)
    return f"0{digits[3:]}" if digits.startswith("+84") else digits


def _place(url: str, system: str, code: str, display: str) -> Element:
    return extension(url, "Coding", coding(system, code, display))


def _ethnicity(code: str) -> Element:
    value = concept(systems.ETHNICITY, code, lookup.ethnicities().get(code))
    return extension(systems.ETHNICITY_EXTENSION, "CodeableConcept", value)


def _identifiers(document: RegisterPatient) -> list[Element]:
    known = ((CCCD, document.cccd), (BHYT, document.bhyt))
    return [
        {"use": "official", "system": system, "value": value} for system, value in known if value
    ]


def _phone(phone: str) -> Element:
    return {"system": "phone", "value": national_phone(phone), "use": "mobile"}


def _mother(name: str) -> Element:
    role = concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH", "mother", "Mẹ")
    return {"relationship": [role], "name": {"text": name}}
