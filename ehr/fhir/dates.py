"""FHIR dates as half-open intervals of UTC instants: `2026-03` is [1 March, 1 April).

A date, dateTime or instant (http://hl7.org/fhir/R4/datatypes.html#dateTime) states no more than
it says, so it is an interval; search compares intervals (http://hl7.org/fhir/R4/search.html#date).
Without a zone it is Hanoi's: UTC+7 always, also before 1975 when the zone database has +8 and +9,
because a day read back in a zone further east still begins on that day.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ehr.remembered import remembered

BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The lower bound of what has no beginning."""
END = datetime.max.replace(tzinfo=UTC)
"""The upper bound of what has no end."""

_HANOI = timezone(timedelta(hours=7))
_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)

Bounds = tuple[datetime, datetime]


@remembered(4096)
def bounds(text: str) -> Bounds:
    """UTC [lower, upper) of a date, dateTime or instant; minutes alone are allowed, as in search.

    Raises ValueError for anything else, and for days and hours that do not exist.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:64]!r} is not a FHIR date or time")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if hour is not None:
        lower = datetime(int(year), int(month), int(day), tzinfo=_zone(zone)) + _time_of_day(
            hour, minute, second, fraction
        )
        return _utc(lower), _utc(_plus(lower, _precision(second, fraction)))
    lower = datetime(int(year), int(month or 1), int(day or 1), tzinfo=_HANOI)
    if day is not None:
        return _utc(lower), _utc(_plus(lower, timedelta(days=1)))
    return _utc(lower), _utc(_next_month(lower) if month else _next_year(lower))


def asked_bounds(text: str) -> Bounds:
    """The same of a date in a URL, where a plus sign that was not escaped came as a space."""
    return bounds(text.strip().replace(" ", "+"))


def period_bounds(period: Mapping[str, Any]) -> Bounds:
    """UTC [lower, upper) of a Period; a missing end is open. ValueError as for `bounds`."""
    start, end = period.get("start"), period.get("end")
    return (
        bounds(start)[0] if isinstance(start, str) else BEGINNING,
        bounds(end)[1] if isinstance(end, str) else END,
    )


def _zone(text: str | None) -> timezone:
    if text is None:
        return _HANOI
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours * 60 + minutes > 14 * 60 or minutes > 59:
        raise ValueError(f"no place has the zone {text}")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _time_of_day(hour: str, minute: str, second: str | None, fraction: str | None) -> timedelta:
    """The time since midnight; second 60 is a leap second, as FHIR allows."""
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 60:
        raise ValueError(f"no day has the time {hour}:{minute}:{second or '00'}")
    return timedelta(
        hours=int(hour),
        minutes=int(minute),
        seconds=int(second or 0),
        microseconds=int((fraction or "0")[:6].ljust(6, "0")),
    )


def _precision(second: str | None, fraction: str | None) -> timedelta:
    if second is None:
        return timedelta(minutes=1)
    return timedelta(microseconds=10 ** max(0, 6 - len(fraction or "")))


def _next_month(lower: datetime) -> datetime:
    if lower.month == 12:
        return _next_year(lower.replace(month=1))
    return lower.replace(month=lower.month + 1)


def _next_year(lower: datetime) -> datetime:
    return lower.replace(year=lower.year + 1) if lower.year < 9999 else END


def _plus(lower: datetime, length: timedelta) -> datetime:
    try:
        return lower + length
    except OverflowError:
        return END


def _utc(instant: datetime) -> datetime:
    """The instant in UTC; the first hours of year 1 and the last of 9999 are cut off."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return BEGINNING if instant.year == 1 else END
