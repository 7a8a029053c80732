"""Wards, hospitals and staff as Organization, Location, Practitioner and PractitionerRole.

The directory that every record refers to; the seed writes it, ward admins keep it.
"""

from ehr.care.build.elements import Element, concept, reference
from ehr.care.build.patient import Ward, home, human_name, national_phone, titled
from ehr.care.documents import Sex
from ehr.fhir.identifiers import CCHN
from ehr.fhir.resource import Resource
from ehr.terminology import systems

_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
_PROVIDER = concept(_TYPE, "prov", "Healthcare Provider")
_GOVERNMENT = concept(_TYPE, "govt", "Government")

HEALTH_DEPARTMENT_ID = "hanoi-health-department"


def health_department() -> Resource:
    """The Organization of Sở Y tế Hà Nội, of which the ward clinics are part."""
    return {
        "resourceType": "Organization",
        "id": HEALTH_DEPARTMENT_ID,
        "active": True,
        "type": [_GOVERNMENT],
        "name": "Sở Y tế Hà Nội",
    }


def ward_organization(ward: Ward) -> Resource:
    """The ward's health station; its id is the one the ward's row names."""
    return {
        "resourceType": "Organization",
        "id": ward.organization_id,
        "identifier": [{"system": systems.WARD, "value": ward.code}],
        "active": True,
        "type": [_PROVIDER],
        "name": f"Trạm Y tế {titled(ward)}",
        "address": [_address(ward)],
        "partOf": reference("Organization", HEALTH_DEPARTMENT_ID),
    }


def ward_location(ward: Ward) -> Resource:
    """The place of the station, with the same id as its Organization."""
    return {
        "resourceType": "Location",
        "id": ward.organization_id,
        "status": "active",
        "name": f"Trạm Y tế {titled(ward)}",
        "mode": "instance",
        "address": _address(ward),
        "managingOrganization": reference("Organization", ward.organization_id),
    }


def hospital_organization(organization_id: str, name: str) -> Resource:
    """A hospital that receives referrals and reads records."""
    return {
        "resourceType": "Organization",
        "id": organization_id,
        "active": True,
        "type": [_PROVIDER],
        "name": name,
    }


def practitioner(
    practitioner_id: str,
    name: str,
    sex: Sex,
    *,
    licence: str | None = None,
    phone: str | None = None,
) -> Resource:
    """A member of staff; `licence` is the number of the chứng chỉ hành nghề."""
    resource: Resource = {"resourceType": "Practitioner", "id": practitioner_id}
    if licence:
        resource["identifier"] = [{"use": "official", "system": CCHN, "value": licence}]
    resource |= {"active": True, "name": [human_name(name)]}
    if phone:
        resource["telecom"] = [{"system": "phone", "value": national_phone(phone), "use": "work"}]
    resource["gender"] = sex
    return resource


def practitioner_role(role_id: str, practitioner_id: str, ward: Ward, title: str) -> Resource:
    """Who works where: `title` in words ("Bác sĩ", "Điều dưỡng", "Trưởng trạm")."""
    return {
        "resourceType": "PractitionerRole",
        "id": role_id,
        "active": True,
        "practitioner": reference("Practitioner", practitioner_id),
        "organization": reference("Organization", ward.organization_id),
        "code": [{"text": title}],
        "location": [reference("Location", ward.organization_id)],
    }


def _address(ward: Ward) -> Element:
    return home(None, ward) | {"use": "work"}
