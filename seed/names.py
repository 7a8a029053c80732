"""Names as Hanoi has them: họ by frequency, đệm and tên by sex and decade of birth.

The lists and their source: `data/names.json`. A child takes the father's family name.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Literal

import msgspec

from seed.chance import Weighted, falling

Sex = Literal["male", "female"]
KINH = "01"


class _Era(msgspec.Struct):
    until: int
    middle: dict[str, float]
    given: list[str]


class _People(msgspec.Struct):
    weight: float
    family: list[str]


class _File(msgspec.Struct):
    source: str
    family: dict[str, float]
    peoples: dict[str, _People]
    female: list[_Era]
    male: list[_Era]


@dataclass(frozen=True, slots=True)
class _Fashion:
    until: int
    middle: Weighted[str]
    given: Weighted[str]


@cache
def _lists() -> _File:
    content = (files("seed") / "data" / "names.json").read_bytes()
    return msgspec.json.decode(content, type=_File)


@cache
def _families() -> Weighted[str]:
    return Weighted(_lists().family)


@cache
def _peoples() -> Weighted[str]:
    return Weighted({code: people.weight for code, people in _lists().peoples.items()})


@cache
def _fashions(sex: Sex) -> tuple[_Fashion, ...]:
    eras = _lists().female if sex == "female" else _lists().male
    return tuple(_Fashion(era.until, Weighted(era.middle), falling(era.given)) for era in eras)


def people(chance: Random) -> str:
    """The code of a people (dân tộc) other than Kinh, as often as they live in Hanoi."""
    return _peoples().draw(chance)


def family(chance: Random, ethnicity: str = KINH) -> str:
    """A family name of a people."""
    known = _lists().peoples.get(ethnicity)
    return chance.choice(known.family) if known else _families().draw(chance)


def given(chance: Random, sex: Sex, birth_year: int) -> str:
    """Đệm and tên of someone born in a year, such as "Thị Thu Hà" or "Minh Khôi"."""
    fashion = next(era for era in _fashions(sex) if birth_year < era.until)
    middle, name = fashion.middle.draw(chance), fashion.given.draw(chance)
    if middle == name:
        return given(chance, sex, birth_year)
    second = _second(chance, sex, middle)
    return " ".join(word for word in (middle, "" if second == name else second, name) if word)


def _second(chance: Random, sex: Sex, middle: str) -> str:
    """Nearly half of the women called Thị have a second middle name."""
    if sex == "female" and middle == "Thị" and chance.random() < 0.4:
        return chance.choice(("Thu", "Thanh", "Minh", "Ngọc", "Kim", "Bích", "Hồng", "Phương"))
    return ""
