"""Staff and clients: who there is, and what each may do at most."""

from collections import Counter

from ehr.access import EVERY_LABEL, Label, Power
from seed import staff
from seed.records import TEST_DATA
from seed.wards import ward


def test_every_ward_has_a_clinician_and_an_admin() -> None:
    logins = Counter(account.login.split(".")[0] for account in staff.accounts())
    assert logins == {
        "clinician": 126, "admin": 126, "analyst": 1, "auditor": 1, "hospital": 1, "system": 1,
    }  # fmt: skip


def test_a_clinician_is_known_by_practitioner_and_works_in_one_ward() -> None:
    (found,) = (each for each in staff.accounts() if each.login == "clinician.00004")
    assert found.kind == "person"
    assert found.external_id == found.practitioner == "Practitioner/clinician-00004"
    assert {place for _, place in found.roles} == {ward("00004").id}
    assert "ward-clinician" in {role for role, _ in found.roles}


def test_the_analyst_works_for_the_city_and_nowhere_else() -> None:
    (found,) = (each for each in staff.accounts() if each.login == "analyst.city")
    assert found.roles == (("city-analyst", None),)


def test_names_do_not_change_from_run_to_run() -> None:
    assert staff.accounts() == staff.accounts()
    assert all(len(each.name.split()) >= 2 for each in staff.accounts())


def test_only_the_machine_for_conformance_suites_has_every_ward() -> None:
    hospital, system = staff.PARTNERS
    assert (hospital.client, hospital.organization) == ("hospital.bachmai", "bachmai")
    assert not hospital.every_ward
    assert hospital.labels == Label.NONE
    assert hospital.powers == ()
    assert "*" not in hospital.types
    assert (system.every_ward, system.types, system.labels) == (True, ("*",), EVERY_LABEL)
    assert set(system.powers) == set(Power)


def test_people_and_the_hospital_are_marked_as_test_data() -> None:
    for resource in staff.resources():
        made_up = resource["resourceType"] == "Practitioner" or resource["id"] == "bachmai"
        security = resource.get("meta", {}).get("security", [])
        assert (security == [TEST_DATA]) == made_up
