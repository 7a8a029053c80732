"""Each condition that a query asks, within others too, and the query with each put otherwise."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from ehr.search.query import Chained, Combined, Condition, Each, Has, Negated, SearchQuery

Change = Callable[[Condition], Awaitable[Condition]]
ByType = tuple[tuple[str, Condition], ...]


def parts(query: SearchQuery) -> Iterator[Condition]:
    """Each condition of a query, those within others too."""
    for one in query.filters:
        yield from _within(one)
    for each in query.each:
        yield from _within_types(each.conditions)


def _within(one: Condition) -> Iterator[Condition]:
    yield one
    if isinstance(one, Chained):
        yield from _within_types(one.targets)
    elif isinstance(one, Has):
        yield from _within(one.condition)
    elif isinstance(one, Combined):
        for part in one.parts:
            yield from _within(part)
    elif isinstance(one, Negated):
        yield from _within(one.part)


def _within_types(by_type: ByType) -> Iterator[Condition]:
    for _, one in by_type:
        yield from _within(one)


async def rewritten(query: SearchQuery, change: Change) -> SearchQuery:
    """The query with each of its `parts` as `change` puts it, the innermost first."""
    filters = [await _rewritten(one, change) for one in query.filters]
    each = [Each(await _of_types(one.conditions, change)) for one in query.each]
    return replace(query, filters=tuple(filters), each=tuple(each))


async def _rewritten(one: Condition, change: Change) -> Condition:
    if isinstance(one, Chained):
        one = replace(one, targets=await _of_types(one.targets, change))
    elif isinstance(one, Has):
        one = replace(one, condition=await _rewritten(one.condition, change))
    elif isinstance(one, Combined):
        one = replace(one, parts=tuple([await _rewritten(part, change) for part in one.parts]))
    elif isinstance(one, Negated):
        one = Negated(await _rewritten(one.part, change))
    return await change(one)


async def _of_types(by_type: ByType, change: Change) -> ByType:
    return tuple([(kind, await _rewritten(one, change)) for kind, one in by_type])
