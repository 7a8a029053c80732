"""What makes people of an age and sex ill, how often, and when in the year.

The table and its source: `data/conditions.json`.
"""

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from seed.chance import Weighted
from seed.names import Sex

BANDS = (1, 5, 15, 60)
"""The ages at which a band ends: <1, 1-4, 5-14, 15-59, 60 and over."""


class Condition(msgspec.Struct, frozen=True):
    """One acute condition and what the clinic does about it.

    `fever`, `refer`: probabilities; `revisit`: after how many days, and how probable.
    """

    code: str
    rates: tuple[float, float, float, float, float]
    season: str
    reasons: list[str]
    adult: list[list[str]]
    child: list[list[str]]
    advice: list[str]
    also: str | None = None
    sex: Sex | None = None
    fever: float = 0.0
    cough: bool = False
    refer: float = 0.0
    revisit: tuple[int, float] | None = None


class _File(msgspec.Struct):
    source: str
    seasons: dict[str, tuple[float, ...]]
    conditions: list[Condition]


@dataclass(frozen=True, slots=True)
class Risk:
    """What someone of a band and sex meets: `yearly` visits on the mean, and for what."""

    yearly: float
    conditions: Weighted[int]


@cache
def _table() -> _File:
    content = (files("seed") / "data" / "conditions.json").read_bytes()
    return msgspec.json.decode(content, type=_File)


def conditions() -> list[Condition]:
    """Every condition."""
    return _table().conditions


@cache
def pneumonia() -> Condition:
    """The condition with short breath and low saturation, for which people go to hospital."""
    return next(condition for condition in conditions() if condition.code == "J18.9")


def season(name: str) -> tuple[float, ...]:
    """The weights of January to December."""
    return _table().seasons[name]


def band(age: int) -> int:
    """The number of the age band, 0 to 4."""
    return sum(age >= end for end in BANDS)


@cache
def risk(band: int, sex: Sex) -> Risk:
    """The risk of a band and sex over a year."""
    rates = {
        at: condition.rates[band]
        for at, condition in enumerate(conditions())
        if condition.sex in (None, sex) and condition.rates[band]
    }
    return Risk(sum(rates.values()) / 1000, Weighted(rates))


@cache
def risk_in_month(band: int, sex: Sex, month: int) -> Weighted[int]:
    """What someone of a band and sex has in a month, as places in `conditions()`."""
    return Weighted(
        {
            at: condition.rates[band] * season(condition.season)[month - 1]
            for at, condition in enumerate(conditions())
            if condition.sex in (None, sex) and condition.rates[band]
        }
    )


def count(chance: Random, mean: float) -> int:
    """A Poisson draw (Knuth's method; means here are small)."""
    limit, product, drawn = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        drawn += 1
    return drawn
