"""Who works with the system: two people a ward, two for the city, a hospital and a machine.

Names are drawn at random and mean nobody. A person's external id is the token's `fhirUser`, a
client's its client id (docs/identity.md); with them come Practitioner and PractitionerRole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ehr.access import EVERY_LABEL, Label, Power, Role
from ehr.care.build.directory import (
    health_department,
    hospital_organization,
    practitioner,
    practitioner_role,
)
from ehr.fhir.resource import Resource
from seed import names
from seed.attendance import HOSPITAL
from seed.chance import stream
from seed.names import Sex
from seed.records import clinician_id, marked
from seed.wards import SeedWard, all_wards

HOSPITAL_CLIENT = "hospital.bachmai"
SYSTEM_CLIENT = "system"
HOSPITAL_NAME = "Bệnh viện Bạch Mai (đối tác thử nghiệm)"

_STAFF = "staff"
_CLINICIAN_ROLES = (str(Role.CLINICIAN), "hiv-care", "mental-health-care")
"""Clinicians write and read labelled diagnoses of their ward; the heads of stations do not."""
_HOSPITAL_TYPES = (
    *("Patient.rs", "Organization.rs", "Location.rs", "Practitioner.rs", "PractitionerRole.rs"),
    *("Encounter.crus", "Condition.crus", "Observation.crus", "Procedure.crus"),
    *("DiagnosticReport.crus", "DocumentReference.crus", "Composition.crus", "Bundle.crus"),
    *("MedicationRequest.crus", "MedicationStatement.crus", "AllergyIntolerance.crus"),
    *("Immunization.crus", "Appointment.crus", "CarePlan.crus", "ServiceRequest.rus"),
)


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """One account; `roles` are (role, ward row or None for the city)."""

    kind: str
    external_id: str
    login: str
    name: str
    roles: tuple[tuple[str, int | None], ...] = ()
    practitioner: str | None = None


@dataclass(frozen=True, slots=True)
class SeedPartner:
    """What a client may do at most."""

    client: str
    organization: str | None
    every_ward: bool
    types: tuple[str, ...]
    labels: Label
    powers: tuple[Power, ...]


PARTNERS = (
    SeedPartner(HOSPITAL_CLIENT, HOSPITAL, False, _HOSPITAL_TYPES, Label.NONE, ()),
    SeedPartner(SYSTEM_CLIENT, None, True, ("*",), EVERY_LABEL, tuple(Power)),
)


@dataclass(frozen=True, slots=True)
class _Person:
    """Someone of the staff: the id of their Practitioner and where they work."""

    id: str
    login: str
    name: str
    sex: Sex
    title: str
    roles: tuple[str, ...]
    ward: SeedWard | None


def accounts() -> list[SeedAccount]:
    """Every account: people first, then clients."""
    people = [
        SeedAccount(
            kind="person",
            external_id=f"Practitioner/{person.id}",
            login=person.login,
            name=person.name,
            roles=tuple((role, person.ward.id if person.ward else None) for role in person.roles),
            practitioner=f"Practitioner/{person.id}",
        )
        for person in _people()
    ]
    return [
        *people,
        SeedAccount("client", HOSPITAL_CLIENT, HOSPITAL_CLIENT, HOSPITAL_NAME),
        SeedAccount("client", SYSTEM_CLIENT, SYSTEM_CLIENT, "Hệ thống (mọi quyền, để kiểm thử)"),
    ]


def resources() -> list[Resource]:
    """The health department, the hospital, and the staff's Practitioners and roles."""
    found = [health_department(), marked(hospital_organization(HOSPITAL, HOSPITAL_NAME))]
    for person in _people():
        found.append(marked(practitioner(person.id, person.name, person.sex)))
        if person.ward:
            found.append(practitioner_role(person.id, person.id, person.ward, person.title))
    return found


def _people() -> Iterator[_Person]:
    for ward in all_wards():
        yield _person(clinician_id(ward), f"clinician.{ward.code}", "", _CLINICIAN_ROLES, ward)
        admin = (str(Role.ADMIN),)
        yield _person(f"admin-{ward.code}", f"admin.{ward.code}", "Trưởng trạm", admin, ward)
    yield _person("analyst-city", "analyst.city", "Chuyên viên", (str(Role.ANALYST),), None)
    yield _person("auditor", "auditor", "Kiểm tra viên", (str(Role.AUDITOR),), None)


def _person(
    id: str, login: str, title: str, roles: tuple[str, ...], ward: SeedWard | None
) -> _Person:
    chance = stream(0, _STAFF, login)
    sex: Sex = "female" if chance.random() < 0.62 else "male"
    born = chance.randint(1970, 1996)
    name = f"{names.family(chance)} {names.given(chance, sex, born)}"
    shown = title or chance.choice(("Bác sĩ", "Bác sĩ", "Y sĩ", "Điều dưỡng"))
    return _Person(id, login, name, sex, shown, roles, ward)
