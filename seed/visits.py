"""A year of a household: what each of its members comes to the ward clinic for.

The order of draws is fixed, each kind of visit has its own stream, and what lies after the last
moment of the plan is dropped, so a person's year depends on nothing but the plan and the person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ehr.care.documents import RecordImmunization
from seed.attendance import Attendance, Subject
from seed.body import body
from seed.calendar import Year, latest
from seed.chance import stream
from seed.checkups import checkups
from seed.childhood import TETANUS, dose, doses, growth_checks
from seed.chronic import follow_ups
from seed.illness import acute_visits, caller
from seed.motherhood import mother_visits, pregnancies, tetanus_days
from seed.plan import Plan, WardPlan
from seed.residents import Household

REFERRED_TODAY = 2
"""Callers who are sent to hospital, so that the hospital finds somebody."""


@dataclass(frozen=True, slots=True)
class PersonYear:
    """What is recorded for one person, in the order of time."""

    subject: Subject
    visits: tuple[Attendance, ...]
    doses: tuple[RecordImmunization, ...]


def household_year(plan: Plan, callers: dict[int, int], household: Household) -> list[PersonYear]:
    """The year of each member; `callers` is what `callers_of` says of the ward."""
    return [_person_year(plan, callers, household, place) for place in range(len(household.people))]


def callers_of(plan: Plan, ward: WardPlan) -> dict[int, int]:
    """Who certainly comes on the last day that is open: ordinals of residents → 0, 1, 2 …"""
    wanted = min(8, ward.residents // 40)
    chance = stream(plan.number, "callers", ward.code)
    chosen = chance.sample(range(1, ward.residents + 1), wanted)
    return {ordinal: place for place, ordinal in enumerate(chosen)}


def _person_year(
    plan: Plan, callers: dict[int, int], household: Household, place: int
) -> PersonYear:
    person, year = household.people[place], plan.year
    subject = Subject(person, body(stream(plan.number, "body", person.id)), plan.number)
    children = [other.born for other in household.people if other.mother == place]
    visits = [*_ordinary(plan, subject, year)]
    given = [*doses(stream(plan.number, "doses", person.id), subject, year)]
    chance = stream(plan.number, "motherhood", person.id)
    for pregnancy in pregnancies(chance, subject, children, year):
        visits += mother_visits(chance, subject, pregnancy)
        days = [day for day in tetanus_days(chance, pregnancy) if year.first <= day <= year.last]
        given += [dose(subject, TETANUS, n, day) for n, day in enumerate(days, start=1)]
    if person.ordinal in callers:
        visits.append(_call(plan, subject, callers[person.ordinal]))
    seen = [visit for visit in visits if year.holds(visit.at) and visit.at.date() >= person.born]
    seen = _one_a_day(sorted(seen, key=lambda visit: visit.at))
    return PersonYear(subject, tuple(seen), tuple(sorted(given, key=lambda each: each.date)))


def _ordinary(plan: Plan, subject: Subject, year: Year) -> Iterator[Attendance]:
    person = subject.person
    yield from acute_visits(stream(plan.number, "acute", person.id), subject, year)
    yield from follow_ups(stream(plan.number, "chronic", person.id), subject, year)
    yield from checkups(stream(plan.number, "checkup", person.id), subject, year)
    if person.age(year.last) < 6:
        yield from growth_checks(stream(plan.number, "growth", person.id), subject, year)


def _one_a_day(visits: list[Attendance]) -> list[Attendance]:
    """Nobody comes twice on a day; the caller's visit, if any, is the one that stays."""
    kept: dict[date, Attendance] = {}
    for visit in visits:
        day = visit.at.date()
        if day not in kept or visit.key == ("caller",):
            kept[day] = visit
    return list(kept.values())


def _call(plan: Plan, subject: Subject, place: int) -> Attendance:
    chance = stream(plan.number, "caller", subject.person.id)
    at = latest(chance.random(), plan.year.until)
    return caller(chance, subject, at, referred=place < REFERRED_TODAY)
