"""Residents: as many as asked for, the same every time, all plainly test data."""

from collections import Counter
from datetime import date

import pytest

from ehr.care import checks
from ehr.care.build.patient import patient
from seed.records import TEST_DATA, marked
from seed.residents import Household, Person, document, residents
from seed.wards import ward

TODAY = date(2026, 11, 23)
BA_DINH, COMMUNE = ward("00004"), ward("00376")


def people_of(households: list[Household]) -> list[Person]:
    return [person for household in households for person in household.people]


@pytest.fixture(scope="module")
def thousand() -> list[Household]:
    return list(residents(1954, BA_DINH, 4000, TODAY))


def test_there_are_exactly_as_many_as_asked_for(thousand: list[Household]) -> None:
    assert len(people_of(thousand)) == 4000
    assert sum(len(h.people) for h in residents(1, COMMUNE, 7, TODAY)) == 7
    assert list(residents(1, COMMUNE, 0, TODAY)) == []


def test_a_household_does_not_depend_on_how_many_there_are(thousand: list[Household]) -> None:
    few = list(residents(1954, BA_DINH, 100, TODAY))
    assert few[:-1] == thousand[: len(few) - 1]


def test_every_personal_id_begins_with_099_and_is_unique(thousand: list[Household]) -> None:
    ids = [person.papers.cccd for person in people_of(thousand) if person.papers.cccd]
    assert all(each.startswith("099") for each in ids)
    assert len(set(ids)) == len(ids)
    assert len(ids) > 3900


def test_every_person_is_marked_as_test_data(thousand: list[Household]) -> None:
    for person in people_of(thousand)[:200]:
        resource = marked(patient(document(person, BA_DINH), BA_DINH))
        assert resource["meta"]["security"] == [TEST_DATA]
        assert resource["id"] == person.id


def test_every_registration_passes_the_checks_of_ward_staff(thousand: list[Household]) -> None:
    for person in people_of(thousand):
        assert list(checks.registration(document(person, BA_DINH), TODAY)) == []


def test_a_few_are_special_cases(thousand: list[Household]) -> None:
    people = people_of(thousand)
    special = Counter(
        kind
        for person in people
        for kind, holds in (
            ("no personal id", person.papers.cccd is None),
            ("partial date", len(person.papers.birth_date) < 10),
            ("one word", " " not in person.name),
            ("another people", person.ethnicity != "01"),
        )
        if holds
    )
    assert all(special[kind] for kind in ("no personal id", "partial date", "one word"))
    assert 0.01 < sum(special.values()) / len(people) < 0.06
    insured = sum(person.papers.bhyt is not None for person in people) / len(people)
    assert insured == pytest.approx(0.935, abs=0.02)


def test_children_bear_the_family_name_of_the_father(thousand: list[Household]) -> None:
    for household in thousand:
        head = household.people[0]
        for person in household.people:
            if person.kin == "child" and head.sex == "male":
                assert person.name.split()[0] == head.name.split()[0]


def test_a_small_child_names_its_mother(thousand: list[Household]) -> None:
    for household in thousand:
        for person in household.people:
            if person.mother is not None and person.age(TODAY) < 5:
                assert person.mother_name == household.people[person.mother].name


def test_communes_have_villages_where_wards_have_streets(thousand: list[Household]) -> None:
    assert "phố" in people_of(thousand)[0].home.line
    (rural, *_) = residents(1954, COMMUNE, 1, TODAY)
    assert rural.people[0].home.hamlet.startswith("Thôn")
