"""Homes: a house in a lane of a street and its tổ dân phố, or a house in a village."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from seed.wards import SeedWard


class _File(msgspec.Struct):
    source: str
    streets: dict[str, list[str]]
    anywhere: list[str]
    villages: list[str]


@dataclass(frozen=True, slots=True)
class Home:
    """`line` is house, lane and street; `hamlet` the tổ dân phố or thôn."""

    line: str
    hamlet: str


@cache
def _places() -> _File:
    content = (files("seed") / "data" / "places.json").read_bytes()
    return msgspec.json.decode(content, type=_File)


def home(chance: Random, ward: SeedWard) -> Home:
    """A home in a ward; communes have villages where wards have streets."""
    if ward.kind == "xa":
        village = chance.choice(_places().villages)
        return Home(f"Số nhà {chance.randint(1, 180)}", village)
    streets = _places().streets.get(ward.code) or _places().anywhere
    street, hamlet = chance.choice(streets), f"Tổ dân phố số {chance.randint(1, 24)}"
    return Home(_house(chance, street), hamlet)


def _house(chance: Random, street: str) -> str:
    number, depth = chance.randint(1, 190), chance.random()
    if depth < 0.4:
        return f"Số {number} phố {street}"
    lane = chance.randint(2, 260)
    if depth < 0.8:
        return f"Số {number}, ngõ {lane}, phố {street}"
    return f"Số {number}, ngách {lane}/{chance.randint(2, 40)}, phố {street}"
