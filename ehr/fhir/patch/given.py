"""One operation of a FHIRPath Patch as it was sent: its type, path, name, numbers and value.

A value is a `value[x]` or a resource; what has no type of its own comes as parts, one an element.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ehr.errors import Invalid, Unprocessable
from ehr.fhir.patch.places import Budget, Place

_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Value:
    """What is written: JSON, what stands beside a primitive, and the type as it was said."""

    content: Any
    beside: Any = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """An element without a type of its own, as (name, value) of each of its elements."""

    elements: tuple[tuple[str, Value], ...]


_NONE = Value(None)


@dataclass(frozen=True, slots=True)
class Given:
    """An operation; `number` counts from 0."""

    number: int
    type: str
    path: str
    parts: dict[str, dict[str, Any]]
    budget: Budget

    @property
    def name(self) -> str | None:
        """The element that `add` makes."""
        name = self.parts.get("name", {}).get("valueString")
        return name if isinstance(name, str) else None

    def whole(self, name: str) -> int:
        """A position; raises Invalid without one."""
        value = self.parts.get(name, {}).get("valueInteger")
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.invalid(f"{name} is a valueInteger, 0 or more", "value")
        return value

    @property
    def value(self) -> Value:
        """What is added, inserted or put in place; raises Invalid without it."""
        part = self.parts.get("value")
        if part is None:
            raise self.invalid("there is no value", "required")
        return self._value(part, 0)

    def of(self, place: Place) -> Value:
        """What stands at a place."""
        content, kind, beside = place.node
        return Value(content, beside, kind)

    def _value(self, part: dict[str, Any], depth: int) -> Value:
        if "resource" in part:
            return Value(deepcopy(part["resource"]))
        if "part" in part:
            return Value(self._parts(part["part"], depth))
        found, kind = _NONE, ""
        for key, value in part.items():
            plain = key.removeprefix("_")
            if not plain.startswith("value") or plain == "value":
                continue
            kind = _type(plain.removeprefix("value"))
            if key.startswith("_"):
                found = Value(found.content, deepcopy(value), kind)
            else:
                found = Value(deepcopy(value), found.beside, kind)
        if found.content is None and found.beside is None:
            raise self.invalid("the value is a value[x], a resource or parts", "required")
        return found

    def _parts(self, parts: Any, depth: int) -> Parts:
        if depth > _DEEPEST or not isinstance(parts, list):
            raise self.invalid("parts are a list, not too deep", "structure")
        found = []
        for part in parts:
            name = part.get("name") if isinstance(part, dict) else None
            if not isinstance(name, str):
                raise self.invalid("a part has a name", "required")
            found.append((name, self._value(part, depth + 1)))
        return Parts(tuple(found))

    def invalid(self, what: str, code: str) -> Invalid:
        """The refusal of an operation that is none."""
        place = f"Parameters.parameter[{self.number}]"
        return Invalid(f"Operation {self.number}: {what}.", code=code, expression=place)

    def unprocessable(self, what: str) -> Unprocessable:
        """The refusal of an operation that cannot be carried out here."""
        return Unprocessable(
            f"Operation {self.number} at {self.path[:200]!r}: {what}.",
            code="processing",
            expression=f"Parameters.parameter[{self.number}]",
        )


def _type(suffix: str) -> str:
    """The type in `value<suffix>`: primitives begin small."""
    small = suffix[:1].lower() + suffix[1:]
    return small if small in _PRIMITIVES else suffix


_PRIMITIVES = frozenset(
    {
        *("base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id"),
        *("instant", "integer", "markdown", "oid", "positiveInt", "string", "time", "unsignedInt"),
        *("uri", "url", "uuid"),
    }
)


def given(entry: Any, number: int, budget: Budget) -> Given:
    """The operation in `Parameters.parameter[number]`; raises Invalid."""
    parts = entry.get("part") if isinstance(entry, dict) else None
    bare = Given(number, "", "", {}, budget)
    if not isinstance(parts, list) or entry.get("name") != "operation":
        raise bare.invalid("a parameter is an operation with parts", "structure")
    if not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in parts):
        raise bare.invalid("every part has a name", "required")
    named = {one["name"]: one for one in parts}
    kind, path = named.get("type", {}), named.get("path", {}).get("valueString")
    if not isinstance(path, str) or not path:
        raise bare.invalid("there is no path", "required")
    text = kind.get("valueCode") or kind.get("valueString")
    return Given(number, text if isinstance(text, str) else "", path, named, budget)
