"""The one JSON parser and writer of resources: what came in goes out (docs/api/fhir.md).

FHIR's JSON is stricter than what most parsers take and finer than what most keep: a property
occurs once, the precision of a decimal counts (http://hl7.org/fhir/R4/json.html,
http://hl7.org/fhir/R4/datatypes.html#decimal), and a string holds no NUL and no half character.
Numbers with a fraction or an exponent, and whole ones beyond 64 bits, become `Number`, which
keeps its literal; other whole numbers are `int`.
"""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from ehr.errors import InvalidJson, TooLarge
from ehr.fhir import json_fault
from ehr.fhir.json_fault import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, MAX_PROPERTIES

Resource = dict[str, Any]
"""A FHIR resource as JSON: str, bool, int, Number, list and dict, in the order they came."""

MAX_VALUES = 100_000
"""Values of one resource: to read, check and index them takes a second, in which nobody else is
answered. The largest records have some thousands; a terminology server's lists come in parts."""
MAX_BUNDLE_VALUES = 500_000
"""Values of a Bundle: 5,000 entries of a hundred each."""

_INT64 = range(-(2**63), 2**63)


class Number(Decimal):
    """A JSON number that is written back as it was read: `Number("1.10").literal == "1.10"`."""

    __slots__ = ("literal",)

    literal: str

    def __new__(cls, literal: str) -> "Number":
        """The number that `literal` spells; `decimal.InvalidOperation` when it spells none."""
        number = Decimal.__new__(cls, literal)
        number.literal = literal
        return number


def _whole(literal: str) -> int | Number:
    if literal == "-0":
        return Number(literal)
    if len(literal) < 19:
        return int(literal)
    if len(literal) > MAX_DIGITS:
        raise _Fault
    value = int(literal)
    return value if value in _INT64 else Number(literal)


def _fraction(literal: str) -> Number:
    if len(literal) > MAX_DIGITS:
        raise _Fault
    number = Number(literal)
    if not -MAX_EXPONENT <= number.adjusted() <= MAX_EXPONENT:
        raise _Fault
    return number


class _Fault(Exception):
    """Something FHIR refuses was met; a second, slower pass finds the words and the place."""


def _constant(_name: str) -> NoReturn:
    raise _Fault


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Fault
    if len(members) > MAX_PROPERTIES:
        raise InvalidJson(f"An object has more than {MAX_PROPERTIES} properties.")
    return members


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant
).decode


_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string, or all that is left behind a quotation mark without another: it is read once."""


def _has_more(body: bytes, most: int) -> bool:
    """Whether more than `most` commas stand between values; those in strings do not count."""
    return body.count(b",") > most and _STRING.sub(b"", body).count(b",") > most


def parse(body: bytes) -> Resource:
    """The resource in `body` (UTF-8 JSON, one object).

    Raises InvalidJson, naming the place, and TooLarge for more values than can be checked in time.
    """
    if _has_more(body, MAX_BUNDLE_VALUES):
        raise TooLarge(f"A body has at most {MAX_BUNDLE_VALUES} values here.")
    try:
        text = body.decode()
        value = _decode(text)
        if type(value) is not dict:
            raise InvalidJson(f"The body must be one JSON object, not {json_fault.kind(value)}.")
        if value.get("resourceType") != "Bundle" and _has_more(body, MAX_VALUES):
            raise TooLarge(f"A resource has at most {MAX_VALUES} values here.")
        if _is_deep(body, value) or ("\\u" in text and not _is_text(value)):
            raise _Fault
    except InvalidJson:
        raise
    except (_Fault, ValueError, ArithmeticError, RecursionError):
        raise json_fault.explain(body) from None
    return value


def _is_deep(body: bytes, value: Any) -> bool:
    """Whether containers lie more than MAX_DEPTH deep; counts brackets before it walks."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _is_text(value: Any) -> bool:
    """Whether no string in `value` holds half a surrogate pair or a NUL (escapes can)."""
    try:
        return b"\\u0000" not in dump(value).replace(b"\\\\", b"")
    except TypeError:
        return False


def _literal(value: Any) -> orjson.Fragment:
    if isinstance(value, Number):
        return orjson.Fragment(value.literal)
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(f"not JSON: {type(value).__name__}")


def dump(value: Any) -> bytes:
    """`value` as compact UTF-8 JSON in its own order; a `Number` is written as it was read."""
    return orjson.dumps(value, default=_literal)
