"""The code systems, value sets and concept maps that are stored here, for one request.

They are shared resources, read under the caller's own access like any other.
"""

from collections.abc import Iterable
from typing import Any

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.fhir.resource import parse
from ehr.records.running import of_row, run
from ehr.search import compile
from ehr.search.filters import filter_of
from ehr.search.query import SearchQuery
from ehr.terminology.implicit import implicit
from ehr.terminology.library import Key, Library, named_by

_MOST = 100
"""Urls that are looked for in one round, and resources that are taken of it."""
_ROUNDS = 8
"""How deep value sets that name others are followed."""


async def library(source: Database | Tx, wanted: Iterable[Key], *, access: Access) -> Library:
    """What is stored under the urls `wanted` and under those that it names; the newest of each."""
    stored: dict[Key, dict[str, Any]] = {}
    asked: set[Key] = set()
    waiting = set(wanted)
    for _ in range(_ROUNDS):
        new = sorted(_with_implied(waiting) - asked)[:_MOST]
        if not new:
            break
        asked |= set(new)
        waiting = set()
        for kind in sorted({kind for kind, _ in new}):
            urls = [url for of, url in new if of == kind and url]
            for one in await _found(source, kind, urls, access):
                key = (kind, one["url"])
                if key not in stored:
                    stored[key] = one
                    waiting |= named_by(one)
    return Library(stored)


def _with_implied(wanted: set[Key]) -> set[Key]:
    """With the code systems of value sets that a url alone defines."""
    urls = (url for kind, url in wanted if kind == "ValueSet")
    return wanted.union(*(named_by(implicit(url) or {}) for url in urls))


async def _found(
    source: Database | Tx, kind: str, urls: list[str], access: Access
) -> list[dict[str, Any]]:
    if not urls or not access.may(kind, Verb.SEARCH):
        return []
    text = ",".join(_escaped(url) for url in urls)
    query = SearchQuery((kind,), (filter_of(kind, "url", text),), count=_MOST)
    return await _read(source, query, access)


async def _read(source: Database | Tx, query: SearchQuery, access: Access) -> list[dict[str, Any]]:
    """The newest matches; without `find`, which itself asks for value sets."""
    rows = await run(source, compile.page(query, access), access)
    return [parse(of_row(row).content) for row in rows]


def _escaped(url: str) -> str:
    """A url as one value of a search."""
    return "".join(f"\\{letter}" if letter in "\\,|$" else letter for letter in url)


async def stored_maps(
    source: Database | Tx, system: str, *, access: Access
) -> list[dict[str, Any]]:
    """The newest concept maps here that have anything of a code system."""
    if not access.may("ConceptMap", Verb.SEARCH):
        return []
    text = _escaped(system)
    found: list[dict[str, Any]] = []
    for parameter in ("source-system", "target-system"):
        query = SearchQuery(
            ("ConceptMap",), (filter_of("ConceptMap", parameter, text),), count=_MOST
        )
        found += await _read(source, query, access)
    return found
