"""The grammar of `_filter`: a text becomes a tree, without a look at what its names mean.

http://hl7.org/fhir/R4/search_filter.html. `and` and `or` have no precedence and are read from left
to right; a string in quotes is JSON's and differs from a bare token only in what it can hold. What
is refused names the character, counted from 1.
"""

import json
import re
from dataclasses import dataclass
from typing import Literal, Never

from ehr.errors import EhrError, InvalidQuery, TooCostly

LONGEST = 4000
"""Characters of one filter."""
MOST_TESTS = 30
"""Tests of one filter."""
DEEPEST = 10
"""Parentheses and brackets inside each other."""

Word = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class Step:
    """A name of a path, with the filter in brackets behind it; `at` is where it begins."""

    name: str
    at: int
    where: "Expression | None" = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`subject.name co "a"`."""

    path: tuple[Step, ...]
    operator: str
    value: str
    at: int
    """Where the operator begins."""
    value_at: int


@dataclass(frozen=True, slots=True)
class Group:
    """All of its parts, or any of them."""

    word: Word
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not its part."""

    part: "Expression"


Expression = Comparison | Group | Not

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[_A-Za-z][A-Za-z0-9_\-]*", re.ASCII)
_WORD = re.compile(r"(and|or)(?=[\s(])")
_NOT = re.compile(r"not\s*\(")
_OPERATOR = re.compile(r"[A-Za-z]+", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_TOKEN = re.compile(r"[^\s)\]]+")


def refused(
    at: int, text: str, kind: type[EhrError] = InvalidQuery, code: str | None = None
) -> Never:
    """Raises an error that names the character; `at` counts from 0."""
    raise kind(f"_filter, character {at + 1}: {text}", code=code)


def parsed(text: str) -> Expression:
    """The tree of a filter; raises InvalidQuery with the place, TooCostly over a limit."""
    if len(text) > LONGEST:
        raise TooCostly(f"_filter: at most {LONGEST} characters.")
    reading = _Reading(text)
    found = reading.expression(0)
    if reading.at < len(text):
        refused(reading.at, f"{_shown(text, reading.at)} was not expected here.")
    return found


def _shown(text: str, at: int) -> str:
    return repr(text[at : at + 20]) if at < len(text) else "the end"


class _Reading:
    """A text, and how far it has been read: always up to a character that is no space."""

    __slots__ = ("_tests", "_text", "at")

    def __init__(self, text: str) -> None:
        self._text = text
        self._tests = 0
        self.at = 0
        self._skip()

    def expression(self, depth: int) -> Expression:
        """Tests joined by words, from left to right."""
        if depth > DEEPEST:
            refused(self.at, f"at most {DEEPEST} parentheses inside each other.", TooCostly)
        left = self._one(depth)
        while (word := self._take(_WORD)) is not None:
            right = self._one(depth)
            left = _joined("and" if word == "and" else "or", left, right)
        return left

    def _one(self, depth: int) -> Expression:
        if self._take(_NOT) is not None:
            return Not(self._closed(")", depth))
        if self._text.startswith("(", self.at):
            self._go(1)
            return self._closed(")", depth)
        return self._test(depth)

    def _closed(self, sign: str, depth: int) -> Expression:
        found = self.expression(depth + 1)
        if not self._text.startswith(sign, self.at):
            refused(self.at, f"expected {sign!r}, not {_shown(self._text, self.at)}.")
        self._go(1)
        return found

    def _test(self, depth: int) -> Comparison:
        self._tests += 1
        if self._tests > MOST_TESTS:
            refused(self.at, f"at most {MOST_TESTS} tests.", TooCostly)
        path = self._path(depth)
        operator_at = self.at
        operator = self._take(_OPERATOR)
        if operator is None or not self._after_space(operator_at):
            refused(operator_at, f"expected an operator, not {_shown(self._text, operator_at)}.")
        value_at = self.at
        if not self._after_space(value_at):
            refused(value_at, f"{operator[:20]} needs a space and a value behind it.")
        return Comparison(path, operator, self._value(), operator_at, value_at)

    def _path(self, depth: int) -> tuple[Step, ...]:
        steps = []
        while True:
            at = self.at
            match = _NAME.match(self._text, at)
            if match is None:
                refused(
                    at, f"expected the name of a search parameter, not {_shown(self._text, at)}."
                )
            self.at = match.end()
            where = None
            if self._text.startswith("[", self.at):
                self._go(1)
                where = self._closed("]", depth)
            steps.append(Step(match[0], at, where))
            if not self._text.startswith(".", self.at):
                if where is not None:
                    refused(self.at, "a filter in brackets is followed by a dot and a name.")
                self._skip()
                return tuple(steps)
            self.at += 1

    def _value(self) -> str:
        at = self.at
        if self._text.startswith('"', at):
            text = self._take(_STRING)
            if text is None:
                refused(at, "a string that does not end, or has an escape that JSON does not have.")
            return _unquoted(text, at)
        token = self._take(_TOKEN)
        if token is None:
            refused(at, f"expected a value, not {_shown(self._text, at)}.")
        return token

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        """What matches here; it and the spaces behind it are read."""
        match = pattern.match(self._text, self.at)
        if match is None:
            return None
        self._go(len(match[0]))
        return match[0]

    def _go(self, length: int) -> None:
        self.at += length
        self._skip()

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self.at)
        self.at = match.end() if match else self.at

    def _after_space(self, at: int) -> bool:
        return self._text[at - 1 : at].isspace()


def _joined(word: Word, left: Expression, right: Expression) -> Group:
    if isinstance(left, Group) and left.word == word:
        return Group(word, (*left.parts, right))
    return Group(word, (left, right))


def _unquoted(text: str, at: int) -> str:
    value: str = json.loads(text)
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        refused(at, "a string that holds U+0000, or half a character.")
    return value
