"""Criteria whose meaning depends on other resources, put as plain values before they are compiled.

Value sets and hierarchies of codes (`ehr.records.code_sets`), hierarchies of resources
(`ehr.records.hierarchies`) and Lists (`ehr.records.lists`), each read as the caller may see it; the
phrases of a text (`ehr.records.phrases`). Last, `ehr.records.probed` looks at the other ends of
chains.
"""

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.records.code_sets import with_codes
from ehr.records.hierarchies import widened
from ehr.records.lists import named_in
from ehr.records.phrases import asks_for_phrases, with_phrases
from ehr.records.probed import probed
from ehr.records.rewriting import parts, rewritten
from ehr.search.hierarchies import RELATIONS
from ehr.search.query import Condition, Filter, Listed, SearchQuery
from ehr.search.values import CodesAsked


async def resolved(source: Database | Tx, query: SearchQuery, access: Access) -> SearchQuery:
    """`query` with plain values; raises InvalidQuery, TooCostly."""
    if not all(access.may(kind, Verb.SEARCH) for kind in query.types):
        return query  # who may not ask is told so, and not what is known here
    if any(map(_is_open, parts(query))):
        query = await rewritten(query, _Reading(source, access).condition)
    return await probed(source, query, access)


def _is_open(one: Condition) -> bool:
    if not isinstance(one, Filter):
        return isinstance(one, Listed)
    return _is_recursive(one) or _asks_for_codes(one) or asks_for_phrases(one)


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

    async def condition(self, one: Condition) -> Condition:
        """A criterion with plain values."""
        if isinstance(one, Listed):
            return await named_in(self._source, one, self._access)
        if not isinstance(one, Filter):
            return one
        if _is_recursive(one):
            return await widened(self._source, one, self._access)
        if _asks_for_codes(one):
            return await with_codes(self._source, one, self._access)
        if asks_for_phrases(one):
            return await with_phrases(self._source, one, self._access)
        return one
