"""A query as parts: the types that are asked alike, with what is asked of them.

A search of one type is one part. Of several types, those whose rows meet the same conditions are
read together; shared types lie in a ward of their own and are never with others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ehr.access import Access
from ehr.search import compartment
from ehr.search.criteria import EVERY_ROW, Criteria, criteria_of
from ehr.search.query import SearchQuery
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import Sql


@dataclass(frozen=True, slots=True)
class Part:
    """Types of which the same is asked."""

    types: tuple[str, ...]
    criteria: Criteria


def parts_of(query: SearchQuery, access: Access) -> list[Part]:
    """The parts of a query for a caller; no resource is in two."""
    relation = _relation(query)
    if len(query.types) == 1:
        return [Part(query.types, criteria_of(query, access, relation))]
    parts: list[Part] = []
    for types in _alike(query):
        new = Part(types, criteria_of(query.of(types), access, relation))
        for n, known in enumerate(parts):
            if known.criteria == new.criteria and _are_shared(known.types) == _are_shared(types):
                parts[n] = replace(known, types=known.types + types)
                break
        else:
            parts.append(new)
    return parts


def _relation(query: SearchQuery) -> Sql:
    within = query.compartment
    if within is None or not compartment.is_of_records(within):
        return EVERY_ROW
    return compartment.members(within, query.types)


def _alike(query: SearchQuery) -> Iterator[tuple[str, ...]]:
    """Types of which the same is asked, as far as the query itself tells."""
    within = query.compartment
    if query.each or (within is not None and not compartment.is_of_records(within)):
        yield from ((one,) for one in query.types)
        return
    for shared in (True, False):
        found = tuple(one for one in query.types if (one in SHARED_TYPES) is shared)
        if found:
            yield found


def _are_shared(types: tuple[str, ...]) -> bool:
    return types[0] in SHARED_TYPES
