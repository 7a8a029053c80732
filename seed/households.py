"""Households: who lives together, how they are kin, and when each was born.

Shapes and ages are set so that the whole looks like Hanoi: 3.4 people a household and the age
pyramid of the census of 2019 carried to today (General Statistics Office; the tolerances are in
tests/seed/test_households.py). A household is drawn from its own stream, apart from all others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from seed.chance import Weighted, between
from seed.names import Sex

Kin = Literal["head", "spouse", "child", "parent"]

_SHAPES = Weighted(
    {"alone": 10, "couple": 14, "family": 46, "one parent": 6, "three generations": 24}
)
_CHILDREN = Weighted({1: 26, 2: 55, 3: 19})
_OLDEST = 97
_BOYS = 0.525
"""Hanoi's sex ratio at birth is about 111 boys to 100 girls."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member; `mother` and `father` are places in the household's list."""

    kin: Kin
    sex: Sex
    born: date
    mother: int | None = None
    father: int | None = None


@dataclass(frozen=True, slots=True)
class _Couple:
    woman: float
    man: float


def household(chance: Random, today: date) -> list[Member]:
    """The members of one household, the head first."""
    shape = _SHAPES.draw(chance)
    if shape == "alone":
        return [_member(chance, today, "head", _sex_of_one(chance), _age_alone(chance))]
    if shape == "couple":
        return _couple(chance, today, _couple_without_children(chance))
    if shape == "one parent":
        mother = _member(chance, today, "head", "female", chance.uniform(28, 55))
        return [mother, *_children(chance, today, mother.born, 0, None)]
    ages = _parents(chance, 36, 50) if shape == "three generations" else _parents(chance, 39, 59)
    members = _couple(chance, today, ages)
    members += _children(chance, today, members[1].born, 1, 0)
    if shape == "three generations":
        members += _grandparents(chance, today, ages.man)
    return members


def _sex_of_one(chance: Random) -> Sex:
    return "female" if chance.random() < 0.55 else "male"


def _age_alone(chance: Random) -> float:
    drawn = chance.random()
    if drawn < 0.5:
        return chance.uniform(19, 34)
    return chance.uniform(35, 60) if drawn < 0.65 else between(chance, 72, 11, 60, _OLDEST)


def _couple_without_children(chance: Random) -> _Couple:
    woman = chance.uniform(22, 33) if chance.random() < 0.25 else between(chance, 60, 11, 46, 92)
    return _Couple(woman, min(_OLDEST, woman + chance.gauss(2.5, 2)))


def _parents(chance: Random, usual: float, oldest: float) -> _Couple:
    woman = between(chance, usual, 9.5, 22, oldest)
    return _Couple(woman, between(chance, woman + 2.5, 2, 21, 70))


def _couple(chance: Random, today: date, ages: _Couple) -> list[Member]:
    return [
        _member(chance, today, "head", "male", ages.man),
        _member(chance, today, "spouse", "female", ages.woman),
    ]


def _children(
    chance: Random, today: date, mother_born: date, mother: int, father: int | None
) -> Iterator[Member]:
    """Children at home: born after their mother was twenty, gone when they are grown."""
    mother_age = (today - mother_born).days / 365.25
    at_birth = between(chance, 27, 4.5, 19, 39)
    for _ in range(_CHILDREN.draw(chance)):
        age = mother_age - at_birth
        at_birth += between(chance, 4, 1.6, 1.2, 9)
        if age < 0 or at_birth > 44:
            return
        if age < 20 or chance.random() < 2.2 - age / 15:
            sex: Sex = "male" if chance.random() < _BOYS else "female"
            born = _birthday(today, age)
            yield Member("child", sex, born, mother, father)


def _grandparents(chance: Random, today: date, son_age: float) -> Iterator[Member]:
    age = min(_OLDEST - 3, son_age + between(chance, 27, 4.5, 19, 44))
    if chance.random() < 0.9:
        yield _member(chance, today, "parent", "female", age)
    if chance.random() < 0.66:
        yield _member(chance, today, "parent", "male", min(_OLDEST, age + chance.gauss(2, 2)))


def _member(chance: Random, today: date, kin: Kin, sex: Sex, age: float) -> Member:
    return Member(kin, sex, _birthday(today, age))


def _birthday(today: date, age: float) -> date:
    return today - timedelta(days=int(age * 365.25))
