"""The measurements of one code as a series of numbers in one unit, for `$stats`.

http://hl7.org/fhir/R4/observation-operation-stats.html. What counts is a quantity without a
comparator, in the unit of the newest one or in one that UCUM converts to it; an observation
entered in error never counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ehr.fhir import ucum
from ehr.fhir.dates import bounds
from ehr.fhir.resource import Resource

UCUM = "http://unitsofmeasure.org"

Coding = tuple[str | None, str]
"""(system or None for any, code)"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value: from when it is, and how much of which unit."""

    at: datetime | None
    value: Fraction
    unit: str
    text: str
    """The unit as people read it."""


@dataclass(frozen=True, slots=True)
class Series:
    """The measurements of one code; `total` counts also what has no value that can be used."""

    values: tuple[Measurement, ...]
    total: int

    @property
    def unit(self) -> str:
        """The UCUM code of all values."""
        return self.values[0].unit if self.values else "1"


def series_of(observations: Iterable[Resource], code: Coding) -> Series:
    """The series of a code among observations that are newest first, its components too."""
    found: list[Measurement | None] = []
    for one in observations:
        if one.get("status") == "entered-in-error":
            continue
        for holder in (one, *one.get("component", ())):
            if _is_of(holder, code):
                found.append(_measured(holder, beginning(one)))
    known = [one for one in found if one is not None]
    same = [each for one in known if (each := _converted(one, known[0])) is not None]
    return Series(tuple(same), len(found))


def _is_of(holder: Resource, code: Coding) -> bool:
    return any(
        coding.get("code") == code[1] and code[0] in (None, coding.get("system", ""))
        for coding in holder.get("code", {}).get("coding", ())
    )


def _measured(holder: Resource, at: datetime | None) -> Measurement | None:
    quantity = holder.get("valueQuantity", {})
    value, unit = quantity.get("value"), quantity.get("code")
    if value is None or unit is None or "comparator" in quantity:
        return None
    if quantity.get("system") != UCUM:
        return None
    return Measurement(at, Fraction(value), unit, quantity.get("unit", unit))


def _converted(one: Measurement, first: Measurement) -> Measurement | None:
    """`one` in the unit of `first`; None when there is no way."""
    if one.unit == first.unit:
        return one
    source, target = ucum.unit(one.unit), ucum.unit(first.unit)
    if source is None or target is None or source.code != target.code:
        return None
    value = (one.value * source.factor + source.offset - target.offset) / target.factor
    return Measurement(one.at, value, first.unit, first.text)


def beginning(observation: Resource) -> datetime | None:
    """When an observation is from: the beginning of what `effective[x]` says."""
    text = observation.get("effectiveDateTime") or observation.get("effectiveInstant")
    text = text or observation.get("effectivePeriod", {}).get("start")
    return bounds(text)[0] if text else None
