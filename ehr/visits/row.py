"""A visit row from its Encounter and what belongs to it. Pure: everything read is handed in.

Counting rules (docs/reports.md, "What is counted"): once, when finished, by its main diagnosis, on
the day it began in Hanoi, at the place where it happened, at the age of that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import Any

from ehr.access import Label
from ehr.fhir.dates import bounds
from ehr.fhir.resource import Resource, dump
from ehr.terminology.lookup import vital_signs
from ehr.terminology.systems import INSURANCE_EXTENSION, VISIT_KIND
from ehr.visits import dimensions
from ehr.visits.detail import Detail, detail
from ehr.visits.projected import Part, References

_NOWHERE = 0
"""The place of a visit that happened in no ward of the city."""


@dataclass(frozen=True, slots=True)
class VisitRow:
    """The columns of `visit`, in their order."""

    bucket: int
    rid: int
    id: str
    pat: int
    ward: int
    place: int
    label: int
    day: date
    start: datetime
    counted: bool
    band: int
    sex: int
    chapter: int
    insurance: int
    icd: str | None
    kind: str | None
    systolic: int | None
    diastolic: int | None
    author: int | None
    detail: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """What a visit takes from its Patient."""

    birth_date: object
    gender: object

    @classmethod
    def of(cls, patient: Resource) -> "Person":
        """From a Patient resource."""
        return cls(patient.get("birthDate"), patient.get("gender"))


@dataclass(frozen=True, slots=True)
class Source:
    """A visit's Encounter with what the row repeats of its record."""

    bucket: int
    rid: int
    id: str
    pat: int
    ward: int
    label: Label
    encounter: Resource
    recorded: datetime
    """When this version was written."""
    author: int | None
    author_ward: int | None


def build(
    source: Source,
    parts: Sequence[Part],
    person: Person | None,
    old: VisitRow | None,
    refer: References,
) -> tuple[VisitRow, str | None]:
    """The row, and the Organization whose ward is its place; without one, `row.place` stands.

    `old` keeps what is fixed when first written: author, and place while none is named. Without a
    `person` its age band and sex are kept too.
    """  # fmt: skip
    encounter = source.encounter
    start = _start(source, old)
    day = dimensions.day_of(start)
    shown = detail(encounter, source.rid, parts, refer)
    icd = next((d["code"] for d in shown.get("diagnoses", ()) if d["main"]), None)
    vitals = shown.get("vitals", {})
    row = VisitRow(
        bucket=source.bucket,
        rid=source.rid,
        id=source.id,
        pat=source.pat,
        ward=source.ward,
        place=old.place if old else (source.author_ward or _NOWHERE),
        label=int(reduce(Label.__or__, (part.label for part in parts), source.label)),
        day=day,
        start=start,
        counted=encounter.get("status") == "finished",
        band=old.band if old else dimensions.UNKNOWN,
        sex=old.sex if old else dimensions.UNDETERMINED,
        chapter=dimensions.chapter(icd),
        insurance=dimensions.insurance(_charged(encounter)),
        icd=icd,
        kind=_kind(encounter),
        systolic=_pressure(vitals, "systolic"),
        diastolic=_pressure(vitals, "diastolic"),
        author=old.author if old else source.author,
        detail=dump(shown),
    )
    return aged(row, person) if person else row, _organization(encounter, refer)


def aged(row: VisitRow, person: Person) -> VisitRow:
    """`row` with the age band and sex that `person` gives it."""
    band = dimensions.band(person.birth_date, row.day)
    return replace(row, band=band, sex=dimensions.sex(person.gender))


def _start(source: Source, old: VisitRow | None) -> datetime:
    """When it began; what has no period counts when it was first recorded."""
    period = source.encounter.get("period") or {}
    for text in (period.get("start"), period.get("end")):
        if isinstance(text, str):
            return bounds(text)[0]
    return old.start if old else source.recorded


def _organization(encounter: Resource, refer: References) -> str | None:
    """The id of the serviceProvider; "" for one that is not here, so no ward's."""
    provider = encounter.get("serviceProvider")
    if not isinstance(provider, dict) or "reference" not in provider:
        return None
    return refer.target(provider, "Organization") or ""


def _charged(encounter: Resource) -> object:
    stated = (
        one.get("valueBoolean")
        for one in encounter.get("extension") or ()
        if one.get("url") == INSURANCE_EXTENSION
    )
    return next(stated, None)


def _kind(encounter: Resource) -> str | None:
    """MA_LOAI_KCB."""
    codings = (c for concept in encounter.get("type") or () for c in concept.get("coding", ()))
    return next((c.get("code") for c in codings if c.get("system") == VISIT_KIND), None)


def _pressure(vitals: Detail, name: str) -> int | None:
    """mmHg; None when it is not there or cannot be true."""
    value: Any = vitals.get(name)
    sign = vital_signs()[name]
    return round(value) if value is not None and sign.low <= value <= sign.high else None
