"""JSON Patch: a list of operations on places named by JSON Pointers.

https://www.rfc-editor.org/rfc/rfc6902, https://www.rfc-editor.org/rfc/rfc6901
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from ehr.errors import Invalid, Unprocessable
from ehr.fhir.resource import Resource

MAX_OPERATIONS = 1_000
MAX_COPIED = 100_000
"""Values that the copies of one patch make: each could double what the one before made."""
_INDEX = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_BAD_ESCAPE = re.compile(r"~(?![01])")


def apply(resource: Resource, operations: Any) -> Resource:
    """The resource after every operation.

    Raises Invalid for what is no JSON Patch, Unprocessable where a place is not there or a test
    does not hold.
    """
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise Invalid("A JSON Patch is a list of operations.", code="structure")
    if len(operations) > MAX_OPERATIONS:
        raise Invalid(f"A patch has at most {MAX_OPERATIONS} operations.", code="too-long")
    document: Any = deepcopy(resource)
    left = MAX_COPIED
    for number, one in enumerate(operations):
        carry_out = _OPERATIONS.get(str(one.get("op")))
        if carry_out is None:
            known = ", ".join(_OPERATIONS)
            raise Invalid(f"Operation {number}: op is one of {known}.", code="value")
        if carry_out is _copy:
            left -= _size(_get(document, _pointer(one, "from", number), number))
            if left < 0:
                raise Unprocessable("The patch copies too much.", code="too-costly")
        document = carry_out(document, one, number)
    if not isinstance(document, dict):
        raise Unprocessable("The patch leaves no resource.", code="processing")
    return document


def _pointer(one: Mapping[str, Any], name: str, number: int) -> list[str]:
    text = one.get(name)
    if not isinstance(text, str) or (text and text[0] != "/") or _BAD_ESCAPE.search(text):
        raise Invalid(f"Operation {number}: {name} is a JSON Pointer.", code="value")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _value(one: Mapping[str, Any], number: int) -> Any:
    if "value" not in one:
        raise Invalid(f"Operation {number}: there is no value.", code="required")
    return deepcopy(one["value"])


def _nothing(number: int, path: list[str]) -> Unprocessable:
    return Unprocessable(
        f"Operation {number}: there is nothing at /{'/'.join(path)[:200]}.", code="processing"
    )


def _position(holder: list[Any], part: str, number: int, path: list[str]) -> int:
    if _INDEX.fullmatch(part) is None or int(part) >= len(holder):
        raise _nothing(number, path)
    return int(part)


def _get(document: Any, path: list[str], number: int) -> Any:
    for part in path:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list):
            document = document[_position(document, part, number, path)]
        else:
            raise _nothing(number, path)
    return document


def _put(document: Any, path: list[str], value: Any, number: int) -> Any:
    """Add a member, or an item before the place."""
    if not path:
        return value
    holder, last = _get(document, path[:-1], number), path[-1]
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list):
        at = len(holder)
        if last != "-" and last != str(at):
            at = _position(holder, last, number, path)
        holder.insert(at, value)
    else:
        raise _nothing(number, path)
    return document


def _take(document: Any, path: list[str], number: int) -> Any:
    """Remove what is at a place; what it was."""
    if not path:
        raise Unprocessable(f"Operation {number}: a resource is deleted, not patched away.")
    holder, last = _get(document, path[:-1], number), path[-1]
    if isinstance(holder, dict) and last in holder:
        return holder.pop(last)
    if isinstance(holder, list):
        return holder.pop(_position(holder, last, number, path))
    raise _nothing(number, path)


def _add(document: Any, one: Mapping[str, Any], number: int) -> Any:
    return _put(document, _pointer(one, "path", number), _value(one, number), number)


def _remove(document: Any, one: Mapping[str, Any], number: int) -> Any:
    _take(document, _pointer(one, "path", number), number)
    return document


def _replace(document: Any, one: Mapping[str, Any], number: int) -> Any:
    path, value = _pointer(one, "path", number), _value(one, number)
    if not path:
        return value
    _get(document, path, number)
    holder, last = _get(document, path[:-1], number), path[-1]
    holder[int(last) if isinstance(holder, list) else last] = value
    return document


def _move(document: Any, one: Mapping[str, Any], number: int) -> Any:
    source, target = _pointer(one, "from", number), _pointer(one, "path", number)
    if source == target[: len(source)] and source != target:
        raise Unprocessable(f"Operation {number}: nothing is moved into itself.")
    return _put(document, target, _take(document, source, number), number)


def _copy(document: Any, one: Mapping[str, Any], number: int) -> Any:
    value = deepcopy(_get(document, _pointer(one, "from", number), number))
    return _put(document, _pointer(one, "path", number), value, number)


def _test(document: Any, one: Mapping[str, Any], number: int) -> Any:
    path = _pointer(one, "path", number)
    if not equal(_get(document, path, number), _value(one, number)):
        raise Unprocessable(
            f"Operation {number}: the test of /{'/'.join(path)[:200]} does not hold.",
            code="processing",
        )
    return document


def _size(value: Any) -> int:
    """The number of values in a value, itself included."""
    waiting, seen = [value], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return seen


def equal(one: Any, other: Any) -> bool:
    """JSON's equality: numbers by value, and true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and bool(one == other)


_OPERATIONS: Mapping[str, Callable[[Any, Mapping[str, Any], int], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
