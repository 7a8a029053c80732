"""Numbers as search understands them: implicit precision and the nine prefixes.

http://hl7.org/fhir/R4/search.html#number: `100` is [99.5, 100.5) and `100.00` is
[99.995, 100.005) for eq and ne; the other prefixes compare with the number itself. What is
compared with is a point, or an interval (a Range, a Quantity with a comparator) by its two ends.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import get_args

from ehr.errors import InvalidQuery
from ehr.fhir.ucum import Unit
from ehr.search.sql import Sql
from ehr.search.values import NumberValue, Prefix

_NUMBER = re.compile(
    rf"({'|'.join(get_args(Prefix))})?([+-]?\d{{1,40}}(?:\.\d{{1,40}})?(?:[eE][+-]?\d{{1,3}})?)",
    re.ASCII,
)
_TENTH = Fraction(1, 10)


def read_number(code: str, text: str) -> NumberValue:
    """The number in `text`, such as `ge5.40`; raises InvalidQuery."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidQuery(f"{code}: {text[:64]!r} is not a number with an optional prefix.")
    number = Decimal(match[2])
    last_digit = Fraction(10) ** _last_place(number, match[2])
    prefix: Prefix = match[1] or "eq"  # type: ignore[assignment] # one of the nine
    exact = Fraction(number)
    margin = abs(exact * _TENTH) if prefix == "ap" else last_digit / 2
    return NumberValue(prefix, exact, margin)


def _last_place(number: Decimal, text: str) -> int:
    """The power of ten that the number is exact to: 5.40e-3 to -5, 100 to 0, but 1e2 to 1.

    R4 gives 1e2 as [95, 105), a digit more than it says; so is any whole number with an exponent.
    """
    exponent = number.as_tuple().exponent
    last = exponent if isinstance(exponent, int) else 0
    return last - 1 if "e" in text.lower() and "." not in text else last


def converted(value: NumberValue, unit: Unit) -> NumberValue:
    """`value` of a unit in the unit's representative."""
    number = value.number * unit.factor + unit.offset
    return replace(value, number=number, margin=value.margin * unit.factor)


def as_float(number: Fraction | Decimal | float) -> float:
    """What the index holds of a number; beyond a float's range it is infinite."""
    try:
        return float(number)
    except OverflowError:
        return inf if number > 0 else -inf


_WITHIN = "({v} >= %s AND {v} < %s OR {v} = %s)"
_PREFIXES: Mapping[Prefix, tuple[str, str]] = {
    "eq": (
        f"({_WITHIN} AND ({{far}} IS NULL OR {_WITHIN.format(v='{far}', far='')}))",
        "lunlun",
    ),
    "ne": ("(({v} < %s OR {v} >= %s) AND {v} <> %s)", "lun"),
    "gt": ("{v} > %s", "n"),
    "sa": ("({v} > %s AND ({far} IS NULL OR {far} > %s))", "nn"),
    "lt": ("{v} < %s", "n"),
    "eb": ("({v} < %s AND ({far} IS NULL OR {far} < %s))", "nn"),
    "ge": ("{v} >= %s", "n"),
    "le": ("{v} <= %s", "n"),
    "ap": ("({v} >= %s AND {v} <= %s OR {v} < %s AND {far} > %s)", "lulu"),
}
"""Prefix → condition on a row; l and u are the ends of the interval asked for, n the number.

An interval has a row for each end, `far` being the other: so "any of it is greater" is "an end is
greater", and an index on `v` serves it.
"""


def compare(value: NumberValue, alias: str) -> Sql:
    """The condition on a row (v, far) of index_quantity."""
    ends = {
        "l": as_float(value.number - value.margin),
        "u": as_float(value.number + value.margin),
        "n": as_float(value.number),
    }
    text, names = _PREFIXES[value.prefix]
    condition = text.format(v=f"{alias}.v", far=f"{alias}.far")
    return Sql(condition, tuple(ends[name] for name in names))
