"""Numbers as search understands them: implicit precision and the nine prefixes.

http://hl7.org/fhir/R4/search.html#number: `100` is [99.5, 100.5) and `100.00` is
[99.995, 100.005) for eq and ne; the other prefixes compare with the number itself.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import get_args

from ehr.errors import InvalidQuery
from ehr.search.sql import Sql
from ehr.search.values import NumberValue, Prefix

_NUMBER = re.compile(
    rf"({'|'.join(get_args(Prefix))})?([+-]?\d{{1,40}}(?:\.\d{{1,40}})?(?:[eE][+-]?\d{{1,3}})?)",
    re.ASCII,
)
_LARGEST = Decimal("1e300")
_TENTH = Decimal("0.1")


def read_number(code: str, text: str) -> NumberValue:
    """The number in `text`, such as `ge5.40`; raises InvalidQuery."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidQuery(f"{code}: {text[:64]!r} is not a number with an optional prefix.")
    number = Decimal(match[2])
    if abs(number) > _LARGEST:
        raise InvalidQuery(f"{code}: {text[:64]!r} is too large.")
    exponent = number.as_tuple().exponent
    last_digit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return NumberValue(match[1] or "eq", number, last_digit / 2)  # type: ignore[arg-type] # one of the nine


_PREFIXES: Mapping[Prefix, tuple[str, str]] = {
    "eq": ("({v} >= %s AND {v} < %s OR {v} = %s)", "lun"),
    "ne": ("(({v} < %s OR {v} >= %s) AND {v} <> %s)", "lun"),
    "gt": ("{v} > %s", "n"),
    "sa": ("{v} > %s", "n"),
    "lt": ("{v} < %s", "n"),
    "eb": ("{v} < %s", "n"),
    "ge": ("{v} >= %s", "n"),
    "le": ("{v} <= %s", "n"),
    "ap": ("({v} >= %s AND {v} <= %s)", "lu"),
}
"""Prefix → condition on a value; l and u are the ends of the interval asked for, n the number."""


def compare(value: NumberValue, column: str) -> Sql:
    """The condition on a float column."""
    margin = abs(value.number * _TENTH) if value.prefix == "ap" else value.margin
    ends = {"l": value.number - margin, "u": value.number + margin, "n": value.number}
    text, names = _PREFIXES[value.prefix]
    return Sql(text.format(v=column), tuple(float(ends[name]) for name in names))
