"""A page in an order that only documents tell: matches are collected, read and put in order here.

What a search may collect is bounded (`MAX_COLLECTED`); the documents are read in portions, so that
neither memory nor the other requests feel how many they are. The page is cut by the same cursor
as any other: the values of all keys, and the rid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ehr.access import Access
from ehr.db import Database, Row, Tx
from ehr.errors import TooCostly
from ehr.records.running import run
from ehr.search import compile
from ehr.search.document_keys import document_key
from ehr.search.page import Window, window
from ehr.search.query import MAX_COLLECTED, MAX_COUNT, SearchQuery
from ehr.search.sortable import is_of_document

_PORTION = 250
Keys = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands."""

    rid: int
    keys: Keys
    is_cursor: bool = False


async def collected_page(source: Database | Tx, query: SearchQuery, access: Access) -> Window:
    """The page; raises TooCostly for more matches than can be collected."""
    rows = await run(source, compile.collected(query, access), access)
    if len(rows) > MAX_COLLECTED:
        raise TooCostly(
            f"More than {MAX_COLLECTED:,} resources would have to be read to sort them by"
            f" {_named(query)}: ask for fewer, or sort by a date, a text or a quantity."
        )
    places = [
        place
        for first in range(0, len(rows), _PORTION)
        for place in await _placed(source, query, rows[first : first + _PORTION], access)
    ]
    places = _from(query, places)
    shown = await _shown(source, places, access)
    return window(query, shown, len(places))


def _named(query: SearchQuery) -> str:
    return ", ".join(one.key for one in query.sort if is_of_document(one.parameter))


async def _placed(
    source: Database | Tx, query: SearchQuery, rows: Sequence[Row], access: Access
) -> list[_Place]:
    """The places of some rows, their documents read and forgotten."""
    found = await run(source, compile.chosen([row[0] for row in rows], access), access)
    documents = {row[5]: orjson.loads(row[4]) for row in found}
    return [
        _Place(rid, tuple(_keys(query, documents[rid], keys)))
        for rid, *keys in rows
        if rid in documents
    ]


def _keys(query: SearchQuery, document: dict[str, Any], keys: Sequence[Any]) -> Iterable[Any]:
    for sort, known in zip(query.sort, keys, strict=False):
        if is_of_document(sort.parameter):
            yield document_key(sort.parameter, document, descending=sort.descending)
        else:
            yield known


def _from(query: SearchQuery, places: list[_Place]) -> list[_Place]:
    """The places of the page and one more, in the order to show."""
    limit = min(query.count, MAX_COUNT) + 1
    cursor = query.cursor
    if cursor is None:
        return _in_order(query, places)[:limit]
    here = _Place(cursor.rid, cursor.keys, is_cursor=True)
    others = [one for one in places if (one.rid, one.keys) != (here.rid, here.keys)]
    ordered = _in_order(query, [*others, here])
    at = ordered.index(here)
    return ordered[max(0, at - limit) : at] if cursor.backward else ordered[at + 1 :][:limit]


def _in_order(query: SearchQuery, places: list[_Place]) -> list[_Place]:
    """By each key, the last first: Python's sort keeps what was in order before."""
    ordered = sorted(places, key=lambda one: one.rid, reverse=query.sort[0].descending)
    width = len(places[0].keys) if places else 0
    for n, sort in reversed(list(enumerate(query.sort[:width]))):
        present = [one for one in ordered if one.keys[n] is not None]
        missing = [one for one in ordered if one.keys[n] is None]
        present.sort(key=lambda one, n=n: one.keys[n], reverse=sort.descending)  # type: ignore[misc] # mypy infers no lambda with a default
        ordered = present + missing
    return ordered


async def _shown(source: Database | Tx, places: Sequence[_Place], access: Access) -> list[Row]:
    rows = await run(source, compile.chosen([one.rid for one in places], access), access)
    by_rid = {row[5]: row for row in rows}
    found = [(by_rid[one.rid], one.keys) for one in places if one.rid in by_rid]
    return [(*row[:6], keys[0], *row[7:9], *keys[1:]) for row, keys in found]
