"""Dates, numbers and ages as Vietnamese readers write them.

`web/src/i18n/formats.ts` is the twin; `tests/fixtures/formats.json` holds the vectors that
both must pass. Partial dates are FHIR's (http://hl7.org/fhir/R4/datatypes.html#date).
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from ehr.clock import HANOI

_WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_SWAP = str.maketrans(",.", ".,")
CHILD_YEARS = 6
"""Below this age clinics count months, and below two months days."""


def date(iso: str) -> str:
    """ "1958-02-01" → "01/02/1958", "1958-02" → "02/1958", "1958" → "1958"."""
    return "/".join(reversed(iso[:10].split("-")))


def date_with_weekday(day: dt.date) -> str:
    """ "T2 21/12/2026"; Sunday is "CN"."""
    return f"{_WEEKDAYS[day.weekday()]} {date(day.isoformat())}"


def _in_hanoi(instant: dt.datetime) -> dt.datetime:
    return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(HANOI)


def time(instant: dt.datetime) -> str:
    """The time of day in Hanoi: "08:05"."""
    return _in_hanoi(instant).strftime("%H:%M")


def day_of(instant: dt.datetime) -> dt.date:
    """The day in Hanoi of an instant."""
    return _in_hanoi(instant).date()


def years(birth_date: str, today: dt.date) -> int:
    """Whole years; with a year or month alone, the difference of years."""
    whole = today.year - int(birth_date[:4])
    later = len(birth_date) == 10 and today.isoformat()[5:] < birth_date[5:]
    return whole - 1 if later else whole


def age(birth_date: str, today: dt.date) -> str:
    """ "68 tuổi", "59 tháng tuổi" under six years, "12 ngày tuổi" under two months."""
    whole = years(birth_date, today)
    if whole >= CHILD_YEARS or len(birth_date) < 10:
        return f"{max(0, whole)} tuổi"
    born = dt.date.fromisoformat(birth_date)
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months >= 2:
        return f"{months} tháng tuổi"
    return f"{max(0, (today - born).days)} ngày tuổi"


def number(value: float, digits: int = 1) -> str:
    """36.8 → "36,8", 12345 → "12.345"; at most `digits` decimals, halves away from zero."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,f}".translate(_SWAP)
    return text.rstrip("0").rstrip(",") if "," in text else text
