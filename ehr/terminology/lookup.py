"""One code at a time: what it means, or None. Lists come in the order of their files.

The files are `data/*.json`: a note on the source, then rows. Each is read at first use.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

Row = TypeVar("Row")


class Entry(msgspec.Struct, frozen=True):
    """A code and its Vietnamese name."""

    code: str
    name: str


class Named(msgspec.Struct, frozen=True):
    """A code with its names in English and Vietnamese."""

    code: str
    display: str
    vi: str


class VitalSign(msgspec.Struct, frozen=True):
    """`name` is the field of the visit document, `unit` UCUM, `shown` the unit people read.

    A value below `low` or above `high` is impossible and refused.
    """

    name: str
    loinc: str
    display: str
    vi: str
    unit: str
    shown: str
    low: float
    high: float
    category: Literal["vital-signs", "laboratory"]


class Dose(msgspec.Struct, frozen=True):
    """When a dose of the programme is due: "0d", "2m", "12m14d", "7y" after birth."""

    age: str
    dose: int


class Vaccine(msgspec.Struct, frozen=True):
    """A vaccine by its CVX code; an empty schedule: not of the programme, or on an occasion."""

    cvx: str
    display: str
    vi: str
    schedule: tuple[Dose, ...]


class _File(msgspec.Struct):
    source: str
    rows: msgspec.Raw


def read(name: str, row: type[Row]) -> tuple[Row, ...]:
    """The rows of `data/<name>.json`; ValidationError if the file does not fit `row`."""
    content = (files("ehr.terminology") / "data" / f"{name}.json").read_bytes()
    rows = msgspec.json.decode(content, type=_File).rows
    return tuple(msgspec.json.decode(rows, type=list[row]))  # type: ignore[valid-type] # the row type given


@cache
def ethnicities() -> dict[str, str]:
    """Code of the 54 dân tộc (and 55 foreigner, 99 unknown) → name."""
    return {row.code: row.name for row in read("ethnicities", Entry)}


@cache
def visit_kinds() -> dict[str, str]:
    """MA_LOAI_KCB → name."""
    return {row.code: row.name for row in read("visit_kinds", Entry)}


@cache
def vital_signs() -> dict[str, VitalSign]:
    """Field of the visit document → what it measures, in the order of the form."""
    return {row.name: row for row in read("vital_signs", VitalSign)}


@cache
def vaccines() -> dict[str, Vaccine]:
    """CVX code → vaccine."""
    return {row.cvx: row for row in read("vaccines", Vaccine)}


class Drug(msgspec.Struct, frozen=True, rename="camel"):
    """A drug as it is prescribed; `dose` `unit`, `times_per_day`, `days` are what is proposed.

    `verb` begins the instruction ("Uống 1 viên …").
    """

    code: str
    name: str
    strength: str
    form: str
    unit: str
    route: str
    verb: str
    atc: str
    group: str
    dose: float
    times_per_day: int
    days: int

    @property
    def label(self) -> str:
        """Name and strength: "Amlodipin 5 mg"."""
        return f"{self.name} {self.strength}"


class Diagnosis(msgspec.Struct, frozen=True, omit_defaults=True):
    """An ICD-10 code; `unusable`: finer codes exist, `never_main`: cannot be a main diagnosis.

    `sex` is the only one it can be given to. The columns are those of Thông tư 06/2026/TT-BYT.
    """

    code: str
    vi: str
    en: str
    also: str = ""
    """Words that people use for the same."""
    unusable: bool = False
    never_main: bool = False
    sex: Literal["female", "male"] | None = None


@cache
def drugs() -> dict[str, Drug]:
    """Code → drug, by therapeutic group."""
    return {row.code: row for row in read("drugs", Drug)}


@cache
def diagnoses() -> dict[str, Diagnosis]:
    """ICD-10 code → diagnosis, for the codes a ward clinic uses, in the order of ICD-10."""
    return {row.code: row for row in read("icd10", Diagnosis)}


@cache
def atc_groups() -> dict[str, str]:
    """ATC code of the first or second level → name."""
    return {row.code: row.name for row in read("atc", Entry)}


@cache
def loinc_codes() -> tuple[Named, ...]:
    """The LOINC codes that are written beside those of vital signs."""
    return read("loinc", Named)


def ward_rows() -> list[dict[str, str]]:
    """The 126 wards and communes of Hanoi since 2025-07-01, as `data/hanoi_wards.csv` has them."""
    text = (files("ehr.terminology") / "data" / "hanoi_wards.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _chronic() -> frozenset[str]:
    return frozenset(read("chronic", str))


def is_chronic(code: str | None) -> bool:
    """Whether an ICD-10 code names a problem that stays: "I10", "E11.9"; not "J00"."""
    return (code or "")[:3] in _chronic()
