"""Bodies: heights, weights, blood pressures and the other vital signs that go with an age.

Children follow the medians of the WHO growth standards (https://www.who.int/tools/child-growth-standards)
with a deviation of their own that stays; adults the means of the General nutrition survey 2019-2020
(men 168 cm, women 156 cm when young, a centimetre less for each ten years of age).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from ehr.care.documents import Measure
from seed.chance import between
from seed.residents import Person

_MONTHS = (0, 1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144)
_HEIGHTS = (
    49.5, 54.2, 57.8, 60.7, 66.6, 71.1, 74.9, 81.5, 87.0, 95.6, 103.0, 109.7, 115.5, 121.3,
    127.0, 132.5, 138.0, 143.8, 150.0,
)  # fmt: skip
_WEIGHTS = (
    3.3, 4.3, 5.3, 6.1, 7.6, 8.6, 9.3, 10.6, 11.8, 14.1, 16.2, 18.3, 20.6, 23.0, 25.8, 28.8,
    32.2, 36.2, 41.0,
)  # fmt: skip
_GROWN = 17.5
"""The age at which height and weight are an adult's."""


@dataclass(frozen=True, slots=True)
class Body:
    """What of a person does not change: deviations from the mean, in standard deviations."""

    tall: float
    heavy: float
    pressure: float
    frailty: float
    """How often this person falls ill against others of the age; the mean is 1."""


def body(chance: Random) -> Body:
    """One body."""
    return Body(
        between(chance, 0, 1, -2.4, 2.4),
        between(chance, 0, 1, -2.0, 2.6),
        between(chance, 0, 1, -2.2, 2.2),
        min(4.0, chance.gammavariate(1.6, 1 / 1.6)),
    )


def height(person: Person, own: Body, day: date) -> float:
    """Centimetres."""
    age = _years(person, day)
    adult = _adult_height(person, own, day)
    if age >= _GROWN:
        return adult
    if age >= 12:
        start = _HEIGHTS[-1] * (1 + 0.038 * own.tall)
        return start + (max(adult, start) - start) * (age - 12) / (_GROWN - 12)
    return _interpolated(_HEIGHTS, age) * (1 + 0.038 * own.tall)


def weight(person: Person, own: Body, day: date) -> float:
    """Kilograms; a person's weight wanders a little through the year."""
    age = _years(person, day)
    if age < 12:
        deviation = 1 + 0.11 * own.heavy + 0.02 * own.tall
        return _interpolated(_WEIGHTS, age) * max(0.72, deviation)
    settled = 22.2 + 2.7 * own.heavy + (0.9 if 40 <= age < 70 else 0)
    growing = 18.2 + 2.4 * own.heavy
    share = min(1.0, (age - 12) / (_GROWN - 12))
    index = max(15.0, growing + (settled - growing) * share)
    return index * (height(person, own, day) / 100) ** 2


def pressure(chance: Random, person: Person, own: Body, day: date) -> tuple[int, int]:
    """Systolic and diastolic of someone without treatment, in mmHg."""
    age = _years(person, day)
    usual = (
        84 + 2.0 * age if age < 15 else 108 + 0.32 * max(0.0, age - 20) + 3 * (person.sex == "male")
    )
    systolic = usual + (5 + 0.07 * age) * own.pressure + chance.gauss(0, 4) + winter(day)
    return paired(chance, systolic)


def paired(chance: Random, systolic: float) -> tuple[int, int]:
    """A systolic pressure with a diastolic one that fits it."""
    diastolic = 72 + 0.42 * (systolic - 118) + chance.gauss(0, 4)
    upper = round(max(76.0, systolic))
    return upper, round(min(upper - 18, max(44.0, diastolic)))


def winter(day: date) -> float:
    """What the cold adds to a blood pressure, in mmHg."""
    return {12: 3.0, 1: 4.0, 2: 3.0, 6: -2.0, 7: -3.0, 8: -2.0}.get(day.month, 0.0)


def temperature(chance: Random, *, fever: bool) -> float:
    """Degrees Celsius."""
    if fever:
        return tidy(between(chance, 38.4, 0.6, 37.6, 40.3), 1)
    return tidy(between(chance, 36.7, 0.2, 36.2, 37.2), 1)


def pulse(chance: Random, age: float, fever: float = 36.8) -> int:
    """Beats a minute; ten more for each degree of fever."""
    usual = 126 if age < 1 else 108 if age < 5 else 92 if age < 10 else 84 if age < 15 else 76
    return round(usual + chance.gauss(0, 6) + 10 * max(0.0, fever - 37))


def respiration(chance: Random, age: float, *, short: bool = False) -> int:
    """Breaths a minute."""
    usual = 36 if age < 1 else 28 if age < 5 else 22 if age < 12 else 17
    return round(usual + chance.gauss(0, 1.5) + (usual * 0.35 if short else 0))


def saturation(chance: Random, *, short: bool) -> int:
    """SpO₂ in per cent."""
    return chance.randint(92, 96) if short else chance.choice((97, 98, 98, 99))


def tidy(value: float, digits: int = 0) -> Measure:
    """A number as someone writes it down: 58 and not 58.0."""
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def _years(person: Person, day: date) -> float:
    return max(0.0, (day - person.born).days / 365.25)


def _adult_height(person: Person, own: Body, day: date) -> float:
    mean = 167.0 if person.sex == "male" else 156.0
    return mean - 0.11 * max(0.0, _years(person, day) - 25) + 5.4 * own.tall


def _interpolated(curve: Sequence[float], age: float) -> float:
    months = age * 12
    at = min(bisect_right(_MONTHS, months), len(_MONTHS) - 1)
    low, high = _MONTHS[at - 1], _MONTHS[at]
    share = (months - low) / (high - low)
    return curve[at - 1] + (curve[at] - curve[at - 1]) * share
