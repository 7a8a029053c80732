"""Which long-term diseases a person is followed for, and with what.

Shares of an age that come to the ward clinic are judgement, after the STEPS survey of 2021
(hypertension in a quarter to a third of adults, half of them known, not all cared for here).
The rarer diseases: `data/programmes.json`.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from seed.chance import Weighted
from seed.names import Sex
from seed.residents import Person

Step = tuple[str, ...]

_PRESSURE_LADDERS: Weighted[tuple[Step, Step]] = Weighted(
    {
        (("amlodipin-5-mg",), ("amlodipin-10-mg",)): 46,
        (("losartan-50-mg",), ("losartan-50-mg", "hydroclorothiazid-25-mg")): 18,
        (("enalapril-5-mg",), ("enalapril-10-mg",)): 12,
        (("amlodipin-5-mg", "losartan-50-mg"), ("amlodipin-10-mg", "losartan-50-mg")): 16,
        (("telmisartan-40-mg",), ("telmisartan-40-mg", "amlodipin-5-mg")): 8,
    }
)
_SUGAR_DRUGS: Weighted[Step] = Weighted(
    {
        ("metformin-500-mg",): 40,
        ("metformin-850-mg",): 30,
        ("metformin-850-mg", "gliclazid-30-mg"): 30,
    }
)
_DIET = ("Ăn nhạt, giảm mỡ, tập thể dục 30 phút mỗi ngày", "Uống thuốc đều, đo huyết áp tại nhà")
_SUGAR_DIET = ("Ăn giảm tinh bột, không bỏ bữa", "Kiểm tra bàn chân hằng ngày, uống thuốc đều")


class Programme(msgspec.Struct, frozen=True):
    """One series of visits: codes (the main one first), drugs by step, days between."""

    name: str
    codes: tuple[str, ...]
    ladder: tuple[Step, ...]
    reason: str
    advice: tuple[str, ...]
    every: int = 28
    first_reason: str = "Khám, phát hiện bệnh lần đầu"
    pressure: bool = False
    sugar: bool = False
    lungs: bool = False


class _Rare(msgspec.Struct, frozen=True):
    """A disease that a share of an age (from, until) and sex is followed for."""

    share: float
    ages: tuple[int, int]
    programme: Programme
    sex: Sex | None = None


class _File(msgspec.Struct):
    source: str
    rows: tuple[_Rare, ...]


@cache
def _rare() -> tuple[_Rare, ...]:
    content = (files("seed") / "data" / "programmes.json").read_bytes()
    return msgspec.json.decode(content, type=_File).rows


def programmes(chance: Random, person: Person, day: date) -> Iterator[Programme]:
    """What a person is followed for: heart and sugar at one visit, the others apart."""
    age = person.age(day)
    high = chance.random() < _pressure_share(age)
    sweet = chance.random() < _sugar_share(age) * (2.2 if high else 0.6)
    if high or sweet:
        yield _with_company(chance, age, _metabolic(chance, high, sweet))
    for rare in _rare():
        fits = rare.ages[0] <= age < rare.ages[1] and rare.sex in (None, person.sex)
        if fits and chance.random() < rare.share:
            yield rare.programme


def _pressure_share(age: int) -> float:
    shares = ((75, 0.30), (65, 0.29), (55, 0.20), (45, 0.09), (35, 0.025))
    return next((share for since, share in shares if age >= since), 0.0)


def _sugar_share(age: int) -> float:
    shares = ((65, 0.075), (55, 0.06), (40, 0.02))
    return next((share for since, share in shares if age >= since), 0.0)


def _metabolic(chance: Random, high: bool, sweet: bool) -> Programme:
    pressure = _PRESSURE_LADDERS.draw(chance) if high else ((), ())
    sugar = _SUGAR_DRUGS.draw(chance) if sweet else ()
    codes = ("I10",) * high + ("E11.9",) * sweet
    names = "tăng huyết áp" if high else ""
    names += (", " if high and sweet else "") + ("đái tháo đường" if sweet else "")
    return Programme(
        "metabolic",
        codes,
        tuple((*step, *sugar) for step in pressure),
        f"Khám lại, lĩnh thuốc {names}",
        _SUGAR_DIET if sweet else _DIET,
        first_reason=f"Đau đầu, mệt mỏi; phát hiện {names}",
        pressure=high,
        sugar=sweet,
    )


def _with_company(chance: Random, age: int, programme: Programme) -> Programme:
    """High lipids in a third of them; an old stroke or a weak heart in some of the old."""
    codes = programme.codes
    extra: Step = ()
    if chance.random() < 0.32:
        codes, extra = (*codes, "E78.5"), ("atorvastatin-10-mg",)
    if age >= 60 and chance.random() < 0.13:
        codes = (*codes, chance.choice(("I69.4", "I25.9")))
        extra = (*extra, "acid-acetylsalicylic-81-mg")
    ladder = tuple((*step, *extra) for step in programme.ladder)
    return msgspec.structs.replace(programme, codes=codes, ladder=ladder)
