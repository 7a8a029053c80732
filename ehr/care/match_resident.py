"""Which residents a description is likely to mean, among those whom the caller may see.

Candidates are found by what is rare (a number, a birth date, a whole name, a phone) and then
scored. Nobody outside the caller's wards and grants is looked at, so nothing is told of them
(docs/decisions/care-known-elsewhere.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ehr.access import Access, Power
from ehr.care.duplicates import born_on
from ehr.care.likeness import Grade, Person, likeness, person
from ehr.db import Database, Tx
from ehr.fhir.resource import Resource, parse
from ehr.records.find import find
from ehr.records.stored import Stored
from ehr.search.filters import parameter_of
from ehr.search.query import Filter, SearchQuery
from ehr.search.values import TextValue, TokenValue

CANDIDATES = 100
"""Most residents that are scored for one thing they share."""
_MOST = 10
"""Identifiers, phones or words of a name that are looked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """A resident and how likely the description means him."""

    found: Stored
    score: float
    grade: Grade


async def match_resident(
    source: Database | Tx, described: Resource, *, access: Access
) -> list[Match]:
    """The residents who may be meant, the likeliest first; raises as `find`.

    Callers without a ward must describe whom they mean by identifier and birth date.
    """
    asked = person(described)
    must_name = not (access.wards or access.every_ward or Power.UNFILTERED_SEARCH in access.powers)
    blocks = _named(asked) if must_name else _blocks(asked, described)
    candidates: dict[int, Stored] = {}
    for filters in blocks:
        query = SearchQuery(("Patient",), tuple(filters), count=CANDIDATES)
        page = await find(source, query, access=access)
        candidates |= {one.rid: one for one in page.matches}
    scored = [_scored(asked, one) for one in candidates.values()]
    likely = [one for one in scored if one.grade != "certainly-not"]
    return sorted(likely, key=lambda one: (-one.score, one.found.rid))


def _scored(asked: Person, one: Stored) -> Match:
    found = likeness(asked, person(parse(one.content)))
    return Match(one, found.score, found.grade)


def _named(asked: Person) -> Iterator[Sequence[Filter]]:
    """By a number and the birth date together; without them by nothing, which is refused."""
    born = born_on(asked.born)
    numbers = _identifiers(asked) if born else []
    if not numbers:
        yield ()
    for one in numbers:
        yield tuple(filter(None, (one, born)))


def _blocks(asked: Person, described: Resource) -> Iterator[Sequence[Filter]]:
    for one in _identifiers(asked):
        yield (one,)
    born = born_on(asked.born)
    if born is not None:
        yield (born,)
    name = parameter_of("Patient", "name")
    for words in asked.names[:_MOST]:
        if len(words) > 1:
            yield [Filter(name, None, (TextValue(word),)) for word in words[:_MOST]]
    phone = parameter_of("Patient", "phone")
    for one in described.get("telecom", ())[:_MOST]:
        if one.get("system") == "phone" and "value" in one:
            yield (Filter(phone, None, (TokenValue(None, one["value"]),)),)


def _identifiers(asked: Person) -> list[Filter]:
    parameter = parameter_of("Patient", "identifier")
    return [
        Filter(parameter, None, (TokenValue(system or None, value),))
        for system, value in sorted(asked.identifiers)[:_MOST]
    ]
