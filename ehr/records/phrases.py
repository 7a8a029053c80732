"""`code:text=viem`: the phrases that have the words, looked up before the search.

`ehr.search.full_text` tells what a phrase is. With its tokens in hand the planner knows from its
statistics how many records have one; with a sub-select in their place it took every word for rare,
and read the records of all wards for one of them (docs/decisions/search-full-text.md).
"""

from dataclasses import replace

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.records.running import run
from ehr.search import compile
from ehr.search.query import Filter
from ehr.search.values import PhrasedText, TextValue, Value

MOST = 2000
"""Phrases of one text; of more the statement looks for itself."""


def asks_for_phrases(criterion: Filter) -> bool:
    """Whether it asks for texts that go with codes."""
    return criterion.parameter.kind == "token" and criterion.modifier == "text"


async def with_phrases(source: Database | Tx, criterion: Filter, access: Access) -> Filter:
    """The criterion with the phrases that its texts stand for."""
    values = [await _value(source, criterion, one, access) for one in criterion.values]
    return replace(criterion, values=tuple(values))


async def _value(source: Database | Tx, criterion: Filter, value: Value, access: Access) -> Value:
    if not isinstance(value, TextValue):
        return value
    statement = compile.phrases(criterion.parameter, value.text, MOST + 1)
    found = tuple(row[0] for row in await run(source, statement, access))
    return value if len(found) > MOST else PhrasedText(value.text, found)
