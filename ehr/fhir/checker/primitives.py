"""The formats of the primitive types (http://hl7.org/fhir/R4/datatypes.html#primitive).

Each function takes a JSON value and returns None when it is a value of the type, else what is
wrong with it: `structure` for another kind of JSON, `value` for what breaks the format. The
expressions are those of the specification, made linear: none can be led to backtrack.
"""

import binascii
import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ehr.fhir.json_fault import kind

Wrong = tuple[str, str]
"""(issue code, end of a sentence)."""
Format = Callable[[Any], Wrong | None]

LONGEST_STRING = 1_048_576
"""Characters; the specification says one megabyte."""

_EMPTY: Wrong = ("value", "must not be empty")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CODE = re.compile(r"\S+(?:\s\S+)*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_URI = re.compile(r"\S+")
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_YEAR = r"(?!0000)[0-9]{4}"
_DATE = re.compile(rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DAY = rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_INSTANT = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}")
_TIME = re.compile(_CLOCK)


def _not_a(value: Any, wanted: str) -> Wrong:
    return "structure", f"must be {wanted}, not {kind(value)}"


def boolean(value: Any) -> Wrong | None:
    """True or false, never a string."""
    return None if value is True or value is False else _not_a(value, "true or false")


def _whole(low: int, high: int) -> Format:
    def check(value: Any) -> Wrong | None:
        if type(value) is int:
            if low <= value <= high:
                return None
            return "value", f"must lie between {low} and {high}"
        if isinstance(value, Decimal) or type(value) is float:
            return "value", "must be a whole number, without fraction or exponent"
        return _not_a(value, "a whole number")

    return check


def decimal(value: Any) -> Wrong | None:
    """Any JSON number."""
    if isinstance(value, (Decimal, int, float)) and type(value) is not bool:
        return None
    return _not_a(value, "a number")


def string(value: Any) -> Wrong | None:
    """Not empty, and no control characters but tab, line feed and carriage return."""
    if type(value) is not str:
        return _not_a(value, "a string")
    if not value:
        return _EMPTY
    if len(value) > LONGEST_STRING:
        return "value", f"has {len(value)} characters; the limit is {LONGEST_STRING}"
    if not value.isprintable() and _CONTROL.search(value):
        return "value", "holds a control character"
    return None


def _matching(pattern: re.Pattern[str], wanted: str) -> Format:
    matches = pattern.fullmatch

    def check(value: Any) -> Wrong | None:
        if type(value) is not str:
            return _not_a(value, "a string")
        if matches(value) is not None:
            return None
        return ("value", f"must be {wanted}, which {quoted(value)} is not") if value else _EMPTY

    return check


def quoted(value: str) -> str:
    """`value` in quotes, cut off where it gets long."""
    return repr(value if len(value) <= 60 else f"{value[:60]}…")


_date = _matching(_DATE, "a date such as 2026, 2026-03 or 2026-03-05")
_instant = _matching(_INSTANT, "an instant such as 2026-03-05T08:30:00+07:00")
_moment = _matching(_INSTANT, "a date, or a time with its zone such as 2026-03-05T08:30:00+07:00")


def _of_the_calendar(check: Format) -> Format:
    """`check`, and the day must be in the calendar."""

    def checked(value: Any) -> Wrong | None:
        wrong = check(value)
        if wrong is not None or len(value) < 10 or value[8:10] <= "28":
            return wrong
        days = monthrange(int(value[:4]), int(value[5:7]))[1]
        if int(value[8:10]) <= days:
            return None
        return "value", f"names a day that is not in {value[:7]}"

    return checked


def _date_or_time(value: Any) -> Wrong | None:
    return _date(value) if type(value) is str and len(value) <= 10 else _moment(value)


def base64_binary(value: Any) -> Wrong | None:
    """Base64 with padding; white space between the characters is allowed."""
    if type(value) is not str:
        return _not_a(value, "a string")
    if not value:
        return _EMPTY
    try:
        binascii.a2b_base64("".join(value.split()).encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return "value", "must be base64"
    return None


_uri = _matching(_URI, "a URI without white space")

FORMATS: dict[str, Format] = {
    "base64Binary": base64_binary,
    "boolean": boolean,
    "canonical": _uri,
    "code": _matching(_CODE, "a code without white space around it"),
    "date": _of_the_calendar(_date),
    "dateTime": _of_the_calendar(_date_or_time),
    "decimal": decimal,
    "id": _matching(_ID, "an id of 1 to 64 letters, digits, '-' and '.'"),
    "instant": _of_the_calendar(_instant),
    "integer": _whole(-(2**31), 2**31 - 1),
    "markdown": string,
    "oid": _matching(_OID, "an OID such as urn:oid:1.2.840"),
    "positiveInt": _whole(1, 2**31 - 1),
    "string": string,
    "time": _matching(_TIME, "a time such as 08:30:00"),
    "unsignedInt": _whole(0, 2**31 - 1),
    "uri": _uri,
    "url": _uri,
    "uuid": _matching(_UUID, "a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
}
"""Type → its check; `xhtml` is `ehr.fhir.checker.narrative`."""
