"""What a value of a number or quantity parameter measures: a point, or an interval.

http://hl7.org/fhir/R4/search.html#quantity. A Range is the interval between its ends, a Quantity
with a comparator (`< 5`) all that it may be, a SampledData from its least to its greatest sample.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import inf, nextafter
from typing import Any

from ehr.search.numeric import as_float

_MOST_CHARACTERS = 500_000
"""Of the samples of one value; the bounds of a longer one are those of its beginning."""

Amount = int | float | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Measured:
    """From `low` to `high`, None where it is open; a point when they are one.

    `low_open`, `high_open`: the end itself is not part of it. `unit` has the unit's names.
    """

    low: Amount | None
    high: Amount | None
    unit: Mapping[str, Any]
    low_open: bool = False
    high_open: bool = False


def measured(value: Any, kind: str) -> Iterable[Measured]:
    """What `value` measures; nothing when it has no number."""
    if kind == "Range":
        yield from _range(value)
    elif kind == "SampledData":
        yield from _samples(value)
    elif type(value) is dict:
        yield from _quantity(value)
    elif (number := _number(value)) is not None:
        yield Measured(number, number, {})


def rows(
    one: Measured, ends: tuple[Amount | None, Amount | None]
) -> list[tuple[float, float | None]]:
    """(v, far) of a measure whose ends are `ends` in the unit of the rows."""
    low = -inf if ends[0] is None else as_float(ends[0])
    high = inf if ends[1] is None else as_float(ends[1])
    if one.low_open:
        low = nextafter(low, inf)
    if one.high_open:
        high = nextafter(high, -inf)
    return [(low, None)] if low == high else [(low, high), (high, low)]


def _number(value: Any) -> Amount | None:
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return value if is_number else None


def _quantity(value: dict[str, Any]) -> Iterable[Measured]:
    number = _number(value.get("value"))
    if number is None:
        return
    comparator = value.get("comparator")
    if comparator in ("<", "<="):
        yield Measured(None, number, value, high_open=comparator == "<")
    elif comparator in (">", ">="):
        yield Measured(number, None, value, low_open=comparator == ">")
    else:
        yield Measured(number, number, value)


def _range(value: Any) -> Iterable[Measured]:
    """Between ends of one unit; ends of two units are two points."""
    low, high = (value.get(end) or {} for end in ("low", "high"))
    first, last = _number(low.get("value")), _number(high.get("value"))
    if first is None and last is None:
        return
    if first is not None and last is not None and _names(low) != _names(high):
        yield from (Measured(first, first, low), Measured(last, last, high))
    else:
        yield Measured(first, last, low if first is not None else high)


def _names(quantity: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(quantity.get(name) for name in ("system", "code", "unit"))


def _samples(value: dict[str, Any]) -> Iterable[Measured]:
    """The bounds of the samples; without any, the origin. E, L and U are no numbers:
    an error, and below or above what was measured."""
    origin = value.get("origin") or {}
    start = _number(origin.get("value"))
    if start is None:
        return
    words = str(value.get("data", ""))[:_MOST_CHARACTERS].split(" ")
    found = [number for word in words if (number := _sample(word)) is not None]
    factor = Fraction(_number(value.get("factor")) or 1)
    low, high = (
        (Fraction(start) + factor * Fraction(repr(one)) for one in (min(found), max(found)))
        if found
        else (start, start)
    )
    yield Measured(
        _number(value.get("lowerLimit")) if "L" in words else min(low, high),
        _number(value.get("upperLimit")) if "U" in words else max(low, high),
        origin,
    )


def _sample(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if abs(number) < inf else None
