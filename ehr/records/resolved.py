"""Criteria whose meaning depends on other resources, put as plain values before they are compiled.

Value sets and hierarchies of codes (`ehr.records.code_sets`), hierarchies of resources
(`ehr.records.hierarchies`) and Lists (`ehr.records.lists`), each read as the caller may see it; the
phrases of a text (`ehr.records.phrases`). Last, `ehr.records.probed` looks at the other ends of
chains.
"""

from dataclasses import replace

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.records.code_sets import with_codes
from ehr.records.hierarchies import widened
from ehr.records.lists import named_in
from ehr.records.phrases import asks_for_phrases, with_phrases
from ehr.records.probed import probed
from ehr.search.hierarchies import RELATIONS
from ehr.search.query import (
    Chained,
    Combined,
    Condition,
    Each,
    Filter,
    Has,
    Listed,
    Negated,
    SearchQuery,
)
from ehr.search.values import CodesAsked


async def resolved(source: Database | Tx, query: SearchQuery, access: Access) -> SearchQuery:
    """`query` with plain values; raises InvalidQuery, TooCostly."""
    if not all(access.may(kind, Verb.SEARCH) for kind in query.types):
        return query  # who may not ask is told so, and not what is known here
    of_each = [condition for one in query.each for _, condition in one.conditions]
    if any(map(_is_open, (*query.filters, *of_each))):
        reading = _Reading(source, access)
        filters = [await reading.condition(one) for one in query.filters]
        each = [Each(await reading.conditions(one.conditions)) for one in query.each]
        query = replace(query, filters=tuple(filters), each=tuple(each))
    return await probed(source, query, access)


def _is_open(condition: Condition) -> bool:
    if isinstance(condition, Chained):
        return any(_is_open(one) for _, one in condition.targets)
    if isinstance(condition, Has):
        return _is_open(condition.condition)
    if isinstance(condition, Combined):
        return any(map(_is_open, condition.parts))
    if isinstance(condition, Negated):
        return _is_open(condition.part)
    if isinstance(condition, Listed):
        return True
    return _is_recursive(condition) or _asks_for_codes(condition) or asks_for_phrases(condition)


def _is_recursive(criterion: Filter) -> bool:
    """Whether it climbs through resources; `:below` of a canonical is about its version."""
    parameter = criterion.parameter
    climbs = parameter.kind == "reference" and not parameter.types & {"canonical", "uri"}
    return climbs and criterion.modifier in RELATIONS


def _asks_for_codes(criterion: Filter) -> bool:
    return any(isinstance(one, CodesAsked) for one in criterion.values)


class _Reading:
    """What is read for one query."""

    def __init__(self, source: Database | Tx, access: Access) -> None:
        self._source = source
        self._access = access

    async def conditions(
        self, by_type: tuple[tuple[str, Condition], ...]
    ) -> tuple[tuple[str, Condition], ...]:
        """The condition of each type with plain values."""
        return tuple([(kind, await self.condition(one)) for kind, one in by_type])

    async def condition(self, one: Condition) -> Condition:
        """`one` with plain values."""
        if isinstance(one, Chained):
            return replace(one, targets=await self.conditions(one.targets))
        if isinstance(one, Has):
            return replace(one, condition=await self.condition(one.condition))
        if isinstance(one, Combined):
            return replace(one, parts=tuple([await self.condition(each) for each in one.parts]))
        if isinstance(one, Negated):
            return Negated(await self.condition(one.part))
        if isinstance(one, Listed):
            return await named_in(self._source, one, self._access)
        return await self._filter(one)

    async def _filter(self, one: Filter) -> Filter:
        if _is_recursive(one):
            return await widened(self._source, one, self._access)
        if _asks_for_codes(one):
            return await with_codes(self._source, one, self._access)
        if asks_for_phrases(one):
            return await with_phrases(self._source, one, self._access)
        return one
