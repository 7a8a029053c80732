"""What is made of a year is FHIR R4, and refers to nothing that is not made."""

from datetime import datetime

import pytest

from ehr.clock import HANOI
from ehr.fhir.reference import walk
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check
from seed import staff, wards
from seed.plan import Plan, WardPlan
from seed.records import resources
from seed.residents import residents
from seed.visits import callers_of, household_year

PLAN = Plan(1954, datetime(2026, 11, 23, 10, 30, tzinfo=HANOI), (WardPlan("00592", 160),))


@pytest.fixture(scope="module")
def made() -> list[Resource]:
    ward = wards.ward("00592")
    callers = callers_of(PLAN, PLAN.wards[0])
    return [
        resource
        for household in residents(PLAN.number, ward, 160, PLAN.year.last)
        for person in household_year(PLAN, callers, household)
        for resource in resources(person, ward)
    ]


def test_every_resource_is_valid(made: list[Resource]) -> None:
    everything = [*made, *wards.resources(), *staff.resources()]
    found = {resource["id"]: issues for resource in everything if (issues := check(resource))}
    assert found == {}


def test_every_type_a_ward_writes_is_there(made: list[Resource]) -> None:
    kinds = {resource["resourceType"] for resource in made}
    assert kinds == {
        "Patient", "Encounter", "Observation", "Condition", "MedicationRequest", "CarePlan",
        "Appointment", "Immunization", "ServiceRequest",
    }  # fmt: skip


def test_every_reference_leads_to_something_that_is_made(made: list[Resource]) -> None:
    everything = [*made, *wards.resources(), *staff.resources()]
    known = {f"{each['resourceType']}/{each['id']}" for each in everything}
    for resource in everything:
        for path, holder, key in walk(resource):
            assert holder[key] in known, path


def test_visits_are_the_work_of_the_wards_clinician(made: list[Resource]) -> None:
    for resource in made:
        if resource["resourceType"] == "Encounter":
            (who,) = resource["participant"]
            assert who["individual"]["reference"] == "Practitioner/clinician-00592"
            assert resource["serviceProvider"]["reference"] == "Organization/ward-00592"


def test_what_is_made_survives_being_written_and_read(made: list[Resource]) -> None:
    for resource in made[:300]:
        assert dump(parse(dump(resource))) == dump(resource)
