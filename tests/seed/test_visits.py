"""A year of a ward: how much, when, of what; every document as ward staff would send it."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ehr.care import checks
from ehr.clock import HANOI
from ehr.fhir.resource import dump
from seed.attendance import Attendance, visit_document
from seed.epidemiology import band
from seed.plan import Plan, WardPlan
from seed.records import resources
from seed.residents import residents
from seed.visits import PersonYear, callers_of, household_year
from seed.wards import ward

UNTIL = datetime(2026, 11, 23, 10, 30, tzinfo=HANOI)
BA_DINH = ward("00004")


def year_of(plan: Plan) -> Iterator[PersonYear]:
    callers = callers_of(plan, plan.wards[0])
    for household in residents(plan.number, BA_DINH, plan.residents, plan.year.last):
        yield from household_year(plan, callers, household)


def plan_of(residents: int, *, until: datetime = UNTIL, number: int = 1954) -> Plan:
    return Plan(number, until, (WardPlan("00004", residents),))


@pytest.fixture(scope="module")
def people() -> list[PersonYear]:
    return list(year_of(plan_of(1500)))


@pytest.fixture(scope="module")
def visits(people: list[PersonYear]) -> list[Attendance]:
    return [visit for person in people for visit in person.visits]


def digest(plan: Plan) -> str:
    content = hashlib.sha256()
    for person in year_of(plan):
        for resource in resources(person, BA_DINH):
            content.update(dump(resource))
    return content.hexdigest()


def test_the_same_number_gives_the_same_records() -> None:
    assert digest(plan_of(60)) == digest(plan_of(60))
    assert digest(plan_of(60)) != digest(plan_of(60, number=1955))


def test_a_person_comes_about_three_times_a_year(
    people: list[PersonYear], visits: list[Attendance]
) -> None:
    assert 2.5 < len(visits) / len(people) < 3.6
    by_band = Counter[int]()
    residents_of = Counter[int]()
    for person in people:
        number = band(person.subject.person.age(UNTIL.date()))
        residents_of[number] += 1
        by_band[number] += len(person.visits)
    rate = {number: by_band[number] / residents_of[number] for number in range(5)}
    assert rate[4] > rate[3] < rate[1]


def test_no_visit_is_after_the_last_moment_or_before_birth(people: list[PersonYear]) -> None:
    for person in people:
        for visit in person.visits:
            assert visit.at <= UNTIL
            assert visit.at.date() >= person.subject.person.born
        assert all(dose.date <= "2026-11-23" for dose in person.doses)
        days = [visit.at.date() for visit in person.visits]
        assert days == sorted(set(days))


def test_every_visit_passes_the_checks_of_ward_staff(people: list[PersonYear]) -> None:
    faults: list[object] = []
    for person in people:
        for visit in person.visits:
            faults += checks.visit(visit_document(person.subject, visit), UNTIL)
    assert faults == []


def test_ids_are_unique(people: list[PersonYear]) -> None:
    ids = Counter(
        (resource["resourceType"], resource["id"])
        for person in people
        for resource in resources(person, BA_DINH)
    )
    assert max(ids.values()) == 1


def test_what_people_have_follows_the_seasons(visits: list[Attendance]) -> None:
    def share(codes: set[str], months: set[int]) -> float:
        those = [visit for visit in visits if visit.codes[0] in codes]
        return sum(visit.at.month in months for visit in those) / len(those)

    assert share({"A97.0", "A97.1"}, {8, 9, 10, 11}) > 0.6
    assert share({"J00", "J06.9", "J11.1"}, {11, 12, 1, 2, 3}) > 0.45


def test_weekends_and_tet_are_quiet(visits: list[Attendance]) -> None:
    days = Counter(visit.at.weekday() for visit in visits)
    assert days[6] < days[2] / 8
    assert days[5] < days[2] / 2
    tet = [v for v in visits if (v.at.month, v.at.day) in {(2, 16), (2, 17), (2, 18), (2, 19)}]
    assert len(tet) < 12


def test_hypertension_is_followed_and_two_in_three_are_controlled(
    visits: list[Attendance],
) -> None:
    pressures = [v.vitals.systolic for v in visits if "I10" in v.codes and v.vitals.systolic]
    controlled = sum(each < 140 for each in pressures) / len(pressures)
    assert 0.5 < controlled < 0.75
    assert len(pressures) / len(visits) > 0.15


def test_treatment_lowers_a_new_patients_pressure(people: list[PersonYear]) -> None:
    falls = []
    for person in people:
        series = [v for v in person.visits if v.key[:2] == ("programme", "metabolic")]
        if len(series) > 4 and "phát hiện tăng" in series[0].reason:
            falls.append((series[0].vitals.systolic or 0) - (series[-1].vitals.systolic or 0))
    assert falls
    assert sum(falls) / len(falls) > 10


def test_who_complains_of_fever_has_one(visits: list[Attendance]) -> None:
    feverish = [v for v in visits if "sốt" in v.reason.lower() and v.key[-1] != "again"]
    assert feverish
    assert all((visit.vitals.temperature or 0) > 37.5 for visit in feverish)


def test_most_visits_are_insured(people: list[PersonYear]) -> None:
    insured = [
        visit_document(person.subject, visit).insurance
        for person in people
        for visit in person.visits
    ]
    assert sum(insured) / len(insured) == pytest.approx(0.93, abs=0.03)


def test_children_get_their_doses_and_mothers_their_visits(people: list[PersonYear]) -> None:
    doses = Counter(dose.vaccine for person in people for dose in person.doses)
    assert {"198", "178", "05", "09", "19"} <= set(doses)
    codes = Counter(visit.codes[0] for person in people for visit in person.visits)
    assert codes["Z34.0"] + codes["Z34.8"] > 40
    assert codes["Z00.1"] > 60


def test_a_few_diagnoses_carry_a_label(visits: list[Attendance]) -> None:
    codes = Counter(visit.codes[0] for visit in visits)
    assert codes["B24"]
    assert codes["F20.9"] + codes["F32.9"]
    assert codes["B24"] / len(visits) < 0.02


@pytest.mark.parametrize(
    ("until", "day", "first", "last"),
    [
        ("2026-11-23T10:30", 23, "07:30", "10:30"),
        ("2026-11-23T12:40", 23, "07:30", "11:29"),
        ("2026-11-23T23:55", 23, "07:30", "16:49"),
        ("2026-11-24T00:00", 23, "07:30", "16:49"),
        ("2026-11-24T07:45", 23, "07:30", "16:49"),
        ("2026-11-21T15:00", 21, "07:30", "11:29"),  # a Saturday
        ("2026-11-22T15:00", 21, "07:30", "11:29"),
        ("2027-02-08T15:00", 3, "07:30", "16:49"),  # Tết
    ],
    ids=["morning", "lunch", "evening", "midnight", "opening", "Saturday", "Sunday", "Tet"],
)
def test_somebody_comes_in_the_last_open_hours(until: str, day: int, first: str, last: str) -> None:
    end = datetime.fromisoformat(until).replace(tzinfo=HANOI)
    callers = [
        visit
        for person in year_of(plan_of(300, until=end))
        for visit in person.visits
        if visit.key == ("caller",)
    ]
    assert len(callers) == 7
    assert {visit.at.day for visit in callers} == {day}
    assert all(first <= f"{visit.at:%H:%M}" <= last for visit in callers)
    assert sum(visit.referral is not None for visit in callers) >= 2


def test_the_last_day_is_hanois() -> None:
    plan = plan_of(10, until=datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    assert plan.year.last.isoformat() == "2026-11-23"
