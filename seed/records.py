"""A person's year as FHIR resources, built by the same code that ward staff's documents go through.

Everyone is marked as test data (http://terminology.hl7.org/CodeSystem/v3-ActReason, HTEST).
"""

from datetime import datetime, time

from ehr.care.build.context import Setting
from ehr.care.build.immunization import immunization
from ehr.care.build.patient import patient
from ehr.care.build.referral import service_request
from ehr.care.build.visit import visit
from ehr.clock import HANOI
from ehr.fhir.resource import Resource
from seed.attendance import Attendance, Subject, referral_document, visit_document
from seed.residents import document
from seed.visits import PersonYear
from seed.wards import SeedWard

TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_DOSES_AT = time(9, 0, tzinfo=HANOI)


def marked(resource: Resource) -> Resource:
    """`resource` with the mark of test data."""
    head = {key: resource[key] for key in ("resourceType", "id")}
    return {**head, "meta": {"security": [TEST_DATA]}, **resource}


def resources(year: PersonYear, ward: SeedWard) -> list[Resource]:
    """The Patient, then visits and doses with all that belongs to them."""
    found = [marked(patient(document(year.subject.person, ward), ward))]
    for seen in year.visits:
        found += _visit(year.subject, seen, _setting(ward, seen.at))
    for given in year.doses:
        day = datetime.fromisoformat(given.date)
        found.append(immunization(given, _setting(ward, datetime.combine(day, _DOSES_AT))))
    return found


def _visit(subject: Subject, seen: Attendance, setting: Setting) -> list[Resource]:
    """A visit, with its referral if there was one."""
    found = visit(visit_document(subject, seen), setting)
    if seen.referral:
        found.append(service_request(referral_document(subject, seen), setting))
    return found


def clinician_id(ward: SeedWard) -> str:
    """Id of the Practitioner who writes the visits of a ward."""
    return f"clinician-{ward.code}"


def _setting(ward: SeedWard, at: datetime) -> Setting:
    return Setting(ward.organization_id, at, f"Practitioner/{clinician_id(ward)}")
