"""The rules for single values: each yields the faults of one field, or nothing.

An `Issue` names the field by its path in the document (`vitals.systolic`) and carries a code
in `details` that docs/api/care.md lists.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta, timezone

from ehr.errors import Issue
from ehr.fhir.dates import bounds

EARLIEST = date(1900, 1, 1)

_HANOI = timezone(timedelta(hours=7))
"""As in `ehr.fhir.dates`: a day is UTC+7's, also before 1975."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFERENCE_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Issues = Iterator[Issue]


def fault(path: str, details: str, message: str) -> Issue:
    """One fault of one field."""
    code = {"required": "required", "duplicate": "duplicate"}.get(details, "value")
    return Issue(code, f"{path} {message}", expression=path, details=details)


def uuid(path: str, value: str) -> Issues:
    """A UUID in small letters, as `crypto.randomUUID()` makes it."""
    if not _UUID.fullmatch(value):
        yield fault(path, "malformed", "must be a UUID in small letters.")


def resource_id(path: str, value: str) -> Issues:
    """A FHIR id: 1 to 64 letters, digits, hyphens and dots."""
    if not _REFERENCE_ID.fullmatch(value):
        yield fault(path, "malformed", "must be the id of a resource.")


def text(path: str, value: str | None, longest: int, *, required: bool = False) -> Issues:
    """Words without control characters, at most `longest` of them characters."""
    if not (value and value.strip()):
        if required:
            yield fault(path, "required", "must not be empty.")
    elif len(value) > longest:
        yield fault(path, "too-long", f"must have at most {longest} characters.")
    elif _CONTROL.search(value):
        yield fault(path, "malformed", "must not contain control characters.")


def pattern(path: str, value: str | None, form: re.Pattern[str], meaning: str) -> Issues:
    """Nothing, or a whole match of `form`; `meaning` completes "must be …"."""
    if value is not None and not form.fullmatch(value):
        yield fault(path, "malformed", f"must be {meaning}.")


def between(path: str, value: float | None, low: float, high: float, unit: str = "") -> Issues:
    """Nothing, or a number from `low` to `high`, both allowed."""
    if value is not None and not low <= value <= high:
        limits = f"must be between {low:g} and {high:g} {unit}".rstrip()
        yield fault(path, "out-of-range", f"{limits}, not {value:g}.")


def partial_date(text: str) -> tuple[date, date] | None:
    """First and last day that "1958", "1958-02" or "1958-02-01" may mean; None if no date."""
    if "T" in text:
        return None
    try:
        lower, upper = bounds(text)
        last = upper - timedelta(microseconds=1)
        return lower.astimezone(_HANOI).date(), last.astimezone(_HANOI).date()
    except (ValueError, OverflowError):
        return None


def born(path: str, value: str, today: date) -> Issues:
    """A partial date since 1900 and not wholly after `today`."""
    span = partial_date(value)
    if span is None:
        yield fault(path, "malformed", "must be a date as YYYY, YYYY-MM or YYYY-MM-DD.")
    elif span[0] < EARLIEST:
        yield fault(path, "out-of-range", "must not be before 1900.")
    elif span[0] > today:
        yield fault(path, "in-the-future", "must not be in the future.")


def day(path: str, value: str, first: date, last: date) -> Issues:
    """A whole date from `first` to `last`, both allowed."""
    span = partial_date(value) if len(value) == 10 else None
    if span is None:
        yield fault(path, "malformed", "must be a date as YYYY-MM-DD.")
    elif not first <= span[0] <= last:
        yield fault(path, "out-of-range", f"must be between {first} and {last}.")
