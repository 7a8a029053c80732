"""Units of measure by UCUM: what is a unit, which are one dimension, and how much.

https://ucum.org/ucum: a unit is atoms with prefixes, exponents, `.` and `/`. `unit("mg")` tells
that 5.4 mg is 5.4e-6 of the dimension's representative, so that quantities in different units
can be compared exactly. What is no unit of UCUM is compared as it is written.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from ehr.fhir.ucum.atoms import AFFINE, ATOMS, BASES, METRIC, PREFIXES, REPRESENTATIVES
from ehr.remembered import remembered

_TOKEN = re.compile(
    r"(?P<note>\{[^{}]*\})|(?P<sign>[./()])|10[*^](?P<power>[+-]?\d{1,2})?"
    r"|(?P<factor>\d{1,9})(?![*^])|(?P<atom>(?:\[[^\[\]]+\]|[A-Za-z%'_])+)(?P<exponent>[+-]?\d)?"
)
_LONGEST = 80
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """`value` of a unit is `value * factor + offset` of its representative `code`.

    Two units are commensurable when their codes are equal.
    """

    code: str
    factor: Fraction
    offset: Fraction = Fraction(0)


Dimensions = tuple[tuple[str, int], ...]
_Measure = tuple[Fraction, Dimensions]
"""How much of which base units: (1/1000, (("g", 1), ("m", -3)))."""


@remembered(4096)
def unit(code: str) -> Unit | None:
    """The unit that a UCUM code names; None when it names none."""
    if len(code) > _LONGEST:
        return None
    if code in AFFINE:
        factor, offset, target = AFFINE[code]
        return Unit(target, factor, offset)
    try:
        factor, dimensions = _parsed(code)
    except _NotUnderstood:
        return None
    return _in_representative(factor, dimensions)


def _in_representative(factor: Fraction, dimensions: Dimensions) -> Unit:
    representative = _representatives().get(dimensions)
    if representative is not None:
        return Unit(representative[0], factor / representative[1])
    return Unit(".".join(f"{base}{power}" for base, power in dimensions) or "1", factor)


@cache
def _representatives() -> dict[Dimensions, tuple[str, Fraction]]:
    parsed = {code: _parsed(code) for code in REPRESENTATIVES}
    return {dimensions: (code, factor) for code, (factor, dimensions) in parsed.items()}


class _NotUnderstood(ValueError):
    """The code is no UCUM."""


def _parsed(code: str) -> _Measure:
    reader = _Reader(code)
    found = reader.term(0)
    if not reader.at_end:
        raise _NotUnderstood
    return found


class _Reader:
    """One code, read from left to right: `a/b.c` is `(a/b).c`."""

    def __init__(self, code: str) -> None:
        self.tokens: list[re.Match[str]] = []
        position = 0
        while position < len(code):
            match = _TOKEN.match(code, position)
            if match is None:
                raise _NotUnderstood
            self.tokens.append(match)
            position = match.end()
        self.next = 0

    @property
    def at_end(self) -> bool:
        return self.next == len(self.tokens)

    def _sign(self, signs: str) -> str | None:
        """The next token if it is one of `signs`, and past it."""
        sign = None if self.at_end else self.tokens[self.next]["sign"]
        if sign is None or sign not in signs:
            return None
        self.next += 1
        return sign

    def term(self, depth: int) -> _Measure:
        if depth > _DEEPEST:
            raise _NotUnderstood
        first = Fraction(1), ()
        operator = self._sign("/")
        found = _combined(first, self._component(depth), -1 if operator else 1)
        while operator := self._sign("./"):
            found = _combined(found, self._component(depth), -1 if operator == "/" else 1)
        return found

    def _component(self, depth: int) -> _Measure:
        if self._sign("("):
            found = self.term(depth + 1)
            if not self._sign(")"):
                raise _NotUnderstood
        else:
            found = self._simple()
        if not self.at_end and self.tokens[self.next]["note"] is not None:
            self.next += 1
        return found

    def _simple(self) -> _Measure:
        if self.at_end:
            raise _NotUnderstood
        token = self.tokens[self.next]
        if token["sign"]:
            raise _NotUnderstood
        if token["note"]:  # taken by _component: {score} alone is 1
            return Fraction(1), ()
        self.next += 1
        if token["factor"]:
            return Fraction(int(token["factor"])), ()
        if token["atom"]:
            return _power(_atom(token["atom"]), int(token["exponent"] or 1))
        return Fraction(10) ** int(token["power"] or 1), ()


def _combined(one: _Measure, other: _Measure, sign: int) -> _Measure:
    powers = dict(one[1])
    for base, power in other[1]:
        powers[base] = powers.get(base, 0) + sign * power
    dimensions = tuple(sorted((base, power) for base, power in powers.items() if power))
    if other[0] == 0:
        raise _NotUnderstood
    return one[0] * other[0] ** sign, dimensions


def _power(measure: _Measure, exponent: int) -> _Measure:
    return measure[0] ** exponent, tuple((base, power * exponent) for base, power in measure[1])


@lru_cache(maxsize=1024)
def _atom(name: str) -> _Measure:
    """An atom, or a prefix and a metric atom; the whole name first, as UCUM says."""
    if name in BASES:
        return Fraction(1), ((name, 1),)
    if name in ATOMS:
        factor, definition = ATOMS[name]
        return _combined((factor, ()), _parsed(definition), 1)
    for length in (2, 1):
        prefix, rest = name[:length], name[length:]
        if prefix in PREFIXES and rest in METRIC:
            return _combined((PREFIXES[prefix], ()), _atom(rest), 1)
    raise _NotUnderstood
