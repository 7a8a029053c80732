"""How likely two descriptions are of one person: the one scorer of `$match`.

Each thing that is known of both speaks for or against, in bits (Fellegi and Sunter, *A Theory for
Record Linkage*, 1969): a birth date that agrees speaks by eight, for one in some hundred residents
of a name is born on a day; a name by seven, few as the family names here are. Against them stands
that any two residents are one person: one in 2¹⁴.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ehr.fhir.identifiers import canonical_system
from ehr.fhir.resource import Resource
from ehr.i18n.names import alike, words

Grade = Literal["certain", "probable", "possible", "certainly-not"]
"""http://hl7.org/fhir/R4/valueset-match-grade.html."""

PRIOR = 14.0
PROBABLE, POSSIBLE = 0.8, 0.2
_NOT_DIGIT = re.compile(r"\D")
_FULL_DATE = 10

Identifier = tuple[str, str]
"""(system as the index knows it, value)"""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person."""

    identifiers: frozenset[Identifier]
    names: tuple[tuple[str, ...], ...]
    """Folded words of each name, y and i as one letter."""
    born: str | None
    gender: str | None
    phones: frozenset[str]
    """Their last nine digits: 0912 345 678 and +84 912 345 678 are one number."""


def person(patient: Resource) -> Person:
    """The person whom a Patient describes."""
    return Person(
        frozenset(
            (canonical_system(one.get("system", "")), one["value"])
            for one in patient.get("identifier", ())
            if "value" in one
        ),
        tuple(found for one in patient.get("name", ()) if (found := _words(one))),
        patient.get("birthDate"),
        patient.get("gender"),
        frozenset(
            _NOT_DIGIT.sub("", one.get("value", ""))[-9:]
            for one in patient.get("telecom", ())
            if one.get("system") == "phone"
        )
        - {""},
    )


def _words(name: dict[str, Any]) -> tuple[str, ...]:
    parts = (name.get("family"), *name.get("given", ()))
    text = name.get("text") or " ".join(part for part in parts if part)
    return tuple(alike(word) for word in words(text))


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` is between 0 and 1; two who share number and birth date, and differ in nothing, are
    certainly one."""

    score: float
    grade: Grade


def likeness(one: Person, other: Person) -> Likeness:
    """How likely both are the same person; the order of the two does not matter."""
    numbers, name = _identifiers(one, other), _names(one.names, other.names)
    born, gender = _born(one.born, other.born), _gender(one, other)
    phone = 6.0 if one.phones & other.phones else 0.0
    bits = numbers + name + born + gender + phone - PRIOR
    score = 1 / (1 + 2.0**-bits)
    if numbers > 0 and born >= 8 and name >= 0 and gender >= 0:
        return Likeness(score, "certain")
    if score >= PROBABLE:
        return Likeness(score, "probable")
    return Likeness(score, "possible" if score >= POSSIBLE else "certainly-not")


def _identifiers(one: Person, other: Person) -> float:
    if one.identifiers & other.identifiers:
        return 13.0
    systems = {system for system, _ in one.identifiers} & {s for s, _ in other.identifiers}
    return -6.0 if systems - {""} else 0.0


def _names(some: Iterable[tuple[str, ...]], others: Iterable[tuple[str, ...]]) -> float:
    """The best of all pairs of names; 0 where either has none."""
    return max((_name(a, b) for a in some for b in others), default=0.0)


def _name(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other:
        return 7.0
    if sorted(one) == sorted(other):
        return 6.0
    shared, every = len({*one} & {*other}), len({*one} | {*other})
    return 2.0 if 2 * shared >= every else -5.0


def _born(one: str | None, other: str | None) -> float:
    if not one or not other:
        return 0.0
    short, long = sorted((one, other), key=len)
    if len(short) < _FULL_DATE:
        return 3.0 if long.startswith(short) else -6.0
    if one == other:
        return 8.0
    year, month, day = one.split("-")
    if other == f"{year}-{day}-{month}":
        return 4.0
    return 2.0 if sum(a != b for a, b in zip(one, other, strict=True)) == 1 else -6.0


def _gender(one: Person, other: Person) -> float:
    if one.gender not in {"male", "female"} or other.gender not in {"male", "female"}:
        return 0.0
    return 1.0 if one.gender == other.gender else -4.0
