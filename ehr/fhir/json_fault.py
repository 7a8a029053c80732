"""Why a body is not the JSON that FHIR allows, and where. Slow, and only run on refusal.

`ehr.fhir.resource.parse` notices that something is wrong as fast as it can; this reads the
body again, keeping every property, and looks for the first fault in document order.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ehr.errors import InvalidJson

MAX_DEPTH = 64
"""Objects and arrays inside each other; the deepest official example has 16."""
MAX_PROPERTIES = 50_000
"""Properties of one object."""
MAX_DIGITS = 255
"""Characters of one number."""
MAX_EXPONENT = 308
"""Power of ten of the first digit, either way: what a double can hold."""

_LONGEST_PATH = 200

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "UTF-8", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class _Pairs(list[tuple[str, Any]]):
    """An object with all its properties, the repeated ones too."""


class _Literal(str):
    """A number or constant as it was spelled."""

    __slots__ = ()


def kind(value: Any) -> str:
    """The JSON kind of a Python value, with its article: `an array`, `a string`, `null` …"""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    if isinstance(value, dict):
        return "an object"
    return "an array" if isinstance(value, list) else "a string"


def explain(body: bytes) -> InvalidJson:
    """The error to raise for `body`, which `parse` would not take."""
    try:
        return _explain(body)
    except RecursionError:
        return InvalidJson("Objects and arrays lie too deep inside each other.")


def _explain(body: bytes) -> InvalidJson:
    try:
        text = _decode(body)
        value = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_Literal,
            parse_float=_Literal,
            parse_constant=_Literal,
        )
    except InvalidJson as fault:
        return fault
    except json.JSONDecodeError as fault:
        return InvalidJson(f"{fault.msg} at line {fault.lineno}, column {fault.colno}.")
    for path, message in _faults(value, _root(value), 1):
        place = path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"
        return InvalidJson(f"{message} ({place}).", expression=place)
    return InvalidJson("The body is not valid JSON.")


def _decode(body: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS.items():
        if body.startswith(mark):
            raise InvalidJson(f"The body begins with a {name} byte order mark; send plain UTF-8.")
    if b"\x00" in body:
        raise InvalidJson("The body holds NUL bytes: it must be UTF-8, not UTF-16 or UTF-32.")
    try:
        return body.decode()
    except UnicodeDecodeError as fault:
        raise InvalidJson(f"The body is not UTF-8 at byte {fault.start}.") from None


def _root(value: Any) -> str:
    if isinstance(value, _Pairs):
        for key, content in value:
            if key == "resourceType" and re.fullmatch(r"[A-Za-z]{1,64}", str(content)):
                return str(content)
    return "Resource"


def _faults(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Each (path, message), in document order."""
    if isinstance(value, _Literal):
        yield from ((path, message) for message in _number_faults(value))
    elif isinstance(value, str):
        yield from ((path, message) for message in _text_faults(value))
    elif isinstance(value, list):
        if depth > MAX_DEPTH:
            yield path, f"Objects and arrays lie more than {MAX_DEPTH} deep inside each other"
            return
        if isinstance(value, _Pairs):
            yield from _object_faults(value, path, depth)
            return
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", depth + 1)


def _object_faults(pairs: _Pairs, path: str, depth: int) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for key, content in pairs:
        for message in _text_faults(key):
            yield path, f"In a property name: {message}"
        place = f"{path}.{_printable(key)}"
        if key in seen:
            yield place, f"The property {_printable(key)!r} occurs twice in one object"
        seen.add(key)
        yield from _faults(content, place, depth + 1)


def _number_faults(literal: str) -> Iterator[str]:
    if literal in {"NaN", "Infinity", "-Infinity"}:
        yield f"{literal} is not a JSON number"
    elif len(literal) > MAX_DIGITS:
        yield f"A number has {len(literal)} characters; the limit is {MAX_DIGITS}"
    elif (number := _decimal(literal)) is None or abs(number.adjusted()) > MAX_EXPONENT:
        yield f"A number is beyond 10 to the power of {MAX_EXPONENT}"


def _decimal(literal: str) -> Decimal | None:
    try:
        return Decimal(literal)
    except ArithmeticError:
        return None


def _text_faults(text: str) -> Iterator[str]:
    if "\x00" in text:
        yield "A string holds the character U+0000"
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        yield "A string holds half of a surrogate pair"


def _printable(key: str) -> str:
    return key[:64].encode("ascii", "backslashreplace").decode()
