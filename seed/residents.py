"""Residents of a ward, household by household, until there are as many as were asked for.

Household n of a ward is always the same people, however many others are made. About one in
twenty-five is a special case that software must bear: a newborn without a personal id, a birth
date of which only the year or month is known, a name of one word, another people than Kinh.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from ehr.care.documents import Address, RegisterPatient
from seed import names
from seed.addresses import Home, home
from seed.chance import stable_id, stream
from seed.households import Kin, Member, household
from seed.names import Sex
from seed.numbers import PersonalIds, insurance_card, insurance_number, phone
from seed.wards import SeedWard


@dataclass(frozen=True, slots=True)
class Papers:
    """What a resident's papers say: as much of the birth date as is known, and numbers."""

    birth_date: str
    cccd: str | None
    bhyt: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A resident; `mother` is a place in the household, `ordinal` the place in the ward."""

    id: str
    ordinal: int
    kin: Kin
    name: str
    sex: Sex
    born: date
    """The true day, though the papers may know less of it."""
    papers: Papers
    home: Home
    ethnicity: str
    mother: int | None
    mother_name: str | None

    def age(self, day: date) -> int:
        """Completed years on a day."""
        before = (day.month, day.day) < (self.born.month, self.born.day)
        return day.year - self.born.year - before


@dataclass(frozen=True, slots=True)
class Household:
    """People who live together; the head first."""

    number: int
    ward: SeedWard
    people: tuple[Person, ...]


class _Ward:
    """What is counted while the residents of one ward are made."""

    def __init__(self, seed: int, ward: SeedWard, today: date) -> None:
        self.seed, self.ward, self.today = seed, ward, today
        self.ids = PersonalIds(ward.id)
        self.made = 0


def residents(seed: int, ward: SeedWard, count: int, today: date) -> Iterator[Household]:
    """Households of `ward` with exactly `count` people in all."""
    state = _Ward(seed, ward, today)
    number = 0
    while state.made < count:
        found = _household(state, number)
        kept = found.people[: count - (state.made - len(found.people))]
        yield found if len(kept) == len(found.people) else Household(number, ward, kept)
        number += 1


def document(person: Person, ward: SeedWard) -> RegisterPatient:
    """The registration of a resident, as ward staff would send it."""
    return RegisterPatient(
        id=person.id,
        name=person.name,
        sex=person.sex,
        birth_date=person.papers.birth_date,
        cccd=person.papers.cccd,
        bhyt=person.papers.bhyt,
        phone=person.papers.phone,
        ward=ward.code,
        address=Address(line=person.home.line, hamlet=person.home.hamlet),
        ethnicity=person.ethnicity,
        mother_name=person.mother_name,
    )


def _household(state: _Ward, number: int) -> Household:
    chance = stream(state.seed, "household", state.ward.code, number)
    members = household(chance, state.today)
    place = home(chance, state.ward)
    ethnicity = names.people(chance) if chance.random() < 0.013 else names.KINH
    family_names = _family_names(chance, members, ethnicity)
    people: list[Person] = []
    for at, member in enumerate(members):
        papers = _papers(state, chance, member)
        person = Person(
            id=stable_id(state.seed, "patient", state.ward.code, number, at),
            ordinal=state.made,
            kin=member.kin,
            name=_name(chance, member, family_names[at], ethnicity),
            sex=member.sex,
            born=member.born,
            papers=papers,
            home=place,
            ethnicity=ethnicity,
            mother=member.mother,
            mother_name=_mother_name(member, people, state.today),
        )
        people.append(person)
    return Household(number, state.ward, tuple(people))


def _mother_name(member: Member, people: list[Person], today: date) -> str | None:
    """A small child is found by its mother's name."""
    if member.mother is None or (today - member.born).days > 6 * 365:
        return None
    return people[member.mother].name


def _family_names(chance: Random, members: list[Member], ethnicity: str) -> list[str]:
    """Everyone's own; children and the head's parents share the father's."""
    found: list[str] = []
    for member in members:
        source = member.father if member.father is not None else member.mother
        if member.kin == "parent" and member.sex == "male":
            source = 0
        own = found[source] if source is not None else names.family(chance, ethnicity)
        found.append(own)
    return found


def _name(chance: Random, member: Member, family: str, ethnicity: str) -> str:
    if ethnicity != names.KINH and chance.random() < 0.2:
        return family  # some peoples' elders have a name of one word
    return f"{family} {names.given(chance, member.sex, member.born.year)}"


def _papers(state: _Ward, chance: Random, member: Member) -> Papers:
    state.made += 1
    months = (state.today - member.born).days / 30.4
    number = state.ids.next(member.sex, member.born)
    return Papers(
        birth_date=_known_birth_date(chance, member.born, months / 12),
        cccd=number if months > 1.5 and chance.random() > 0.004 else None,
        bhyt=_insurance(chance, state, months),
        phone=phone(chance) if months > 180 and chance.random() < 0.88 else None,
    )


def _known_birth_date(chance: Random, born: date, age: float) -> str:
    """Some of the old know the year of their birth only, a few the month."""
    drawn = chance.random()
    if age > 70 and drawn < 0.12:
        return f"{born.year}"
    return f"{born:%Y-%m}" if age > 60 and drawn < 0.14 else born.isoformat()


def _insurance(chance: Random, state: _Ward, months: float) -> str | None:
    """About 94 % have a number; a few still show the card of fifteen characters."""
    drawn = chance.random()
    if drawn < 0.058 or months < 0.5:
        return None
    number = insurance_number(state.ward.id, state.made)
    if drawn < 0.16:
        return insurance_card(_card_kind(months / 12), number)
    return number


def _card_kind(age: float) -> str:
    if age < 6:
        return "TE"
    return "HT" if age >= 60 else "DN" if age >= 22 else "GD"
