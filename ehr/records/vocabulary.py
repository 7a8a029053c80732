"""The code systems, value sets and concept maps that one question needs.

They are shared resources, read under the caller's own access like any other: who may not read them
has what is shipped. `Library` tells which comes first.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import InvalidQuery, NotFound, TooCostly
from ehr.fhir.resource import parse
from ehr.records.running import of_row, run
from ehr.remembered import remembered
from ehr.search import compile
from ehr.search.filters import filter_of
from ehr.search.hashing import installed
from ehr.search.query import SearchQuery
from ehr.terminology import shipped
from ehr.terminology.concepts import CodeSystem
from ehr.terminology.implicit import implicit
from ehr.terminology.kept import KEPT
from ehr.terminology.library import Key, Library, Resource, named_by

MOST = 400
"""Urls that one question may lead to."""
_RELATIVE = "ValueSet/"
_AT_ONCE = 50
"""Urls of one query."""
_FOUND = 200
"""Resources of one query: several versions of a url are several."""
_ROUNDS = 14
"""How deep definitions that name others are followed; deeper ones are refused where they meet."""


async def library(source: Database | Tx, wanted: Iterable[Key], *, access: Access) -> Library:
    """What is stored under the urls `wanted`, and under those that they name in turn.

    Raises TooCostly for more than `MOST` urls, or too many resources under them.
    """
    stored: dict[Key, Resource] = {}
    made: dict[int, tuple[Resource, CodeSystem]] = {}
    asked: set[Key] = set()
    waiting = _with_shipped(wanted)
    for _ in range(_ROUNDS):
        new = waiting - asked
        if not new:
            break
        asked |= new
        _require_few(asked)
        own: set[Key] = set()
        for kind in sorted({kind for kind, _ in new}):
            urls = sorted(url for of, url in new if of == kind and url)
            for content in await _found(source, kind, urls, access):
                if kind == "CodeSystem":
                    one, system = KEPT.of(content)
                    made[id(one)] = one, system
                else:
                    one = parse(content)
                    own |= named_by(one)
                _put(stored, kind, one)
        waiting = _with_shipped(own)
    return Library(stored, made=made)


def _require_few(found: Collection[Key]) -> None:
    if len(found) > MOST:
        raise TooCostly(f"The definition leads to more than {MOST} others.")


def _with_shipped(wanted: Iterable[Key]) -> set[Key]:
    """The urls and those that shipped definitions lead to, which are all asked for at once."""
    found: set[Key] = set()
    waiting = set(wanted)
    while waiting:
        found |= waiting
        _require_few(found)
        waiting = {key for one in waiting for key in _named_by_shipped(*one)} - found
    return found


@remembered(4096)
def _named_by_shipped(kind: str, url: str) -> frozenset[Key]:
    if kind == "ValueSet":
        return frozenset(named_by(shipped.value_set(url) or implicit(url) or {}))
    return frozenset(named_by(shipped.concept_map(url) or {}) if kind == "ConceptMap" else ())


def _put(stored: dict[Key, Resource], kind: str, one: Resource) -> None:
    """Of several under one url the newest counts that is not retired, by its version each."""
    url, version = one["url"], one.get("version")
    if version is not None:
        stored.setdefault((kind, f"{url}|{version}"), one)
    kept = stored.get((kind, url))
    if kept is None or (kept.get("status") == "retired" != one.get("status")):
        stored[kind, url] = one


async def _found(
    source: Database | Tx, kind: str, urls: Sequence[str], access: Access
) -> list[bytes]:
    """What is stored under urls, the newest first."""
    found: list[bytes] = []
    for start in range(0, len(urls), _AT_ONCE):
        found += await _read(source, kind, "url", urls[start : start + _AT_ONCE], access)
    return found


async def _read(
    source: Database | Tx, kind: str, parameter: str, values: Sequence[str], access: Access
) -> list[bytes]:
    """The newest matches; without `find`, which itself asks for value sets."""
    if not access.may(kind, Verb.SEARCH):
        return []
    text = ",".join(map(_escaped, values))
    query = SearchQuery((kind,), (filter_of(kind, parameter, text),), count=_FOUND)
    rows = await run(source, compile.page(query, access), access)
    if len(rows) > _FOUND:
        raise TooCostly(f"More than {_FOUND} {kind} resources are stored under the urls asked.")
    return [of_row(row).content for row in rows]


def _escaped(url: str) -> str:
    """A url as one value of a search."""
    return "".join(f"\\{letter}" if letter in "\\,|$" else letter for letter in url)


def id_here(text: str) -> str | None:
    """The id in a relative or literal address of a ValueSet of this service; None for a url."""
    bases = (f"{base}/" for base in installed().bases)
    path = next((text.removeprefix(base) for base in bases if text.startswith(base)), text)
    return path.removeprefix(_RELATIVE) if path.startswith(_RELATIVE) else None


async def value_set_at(source: Database | Tx, id: str, *, access: Access) -> Resource:
    """The ValueSet stored under an id; raises NotFound."""
    with suppress(InvalidQuery):  # what is no id names nothing
        for found in await _read(source, "ValueSet", "_id", [id], access):
            return parse(found)
    raise NotFound(f"The value set {id[:64]!r} is not known here.")


async def maps_of(
    source: Database | Tx, systems: Iterable[str], *, access: Access
) -> list[Resource]:
    """Every concept map that may have something of the code systems, stored ones first.

    A retired one only counts for who names it. Raises TooCostly.
    """
    asked = sorted(set(systems))
    read = [
        parse(content)
        for parameter in ("source-system", "target-system")
        for content in await _read(source, "ConceptMap", parameter, asked, access)
    ]
    read.sort(key=lambda one: one["meta"]["lastUpdated"], reverse=True)
    found: dict[str, Resource] = {}
    for one in read:
        if one.get("status") != "retired":
            found.setdefault(one.get("url") or one["id"], one)
    return [*found.values(), *(one for one in shipped.concept_maps() if one["url"] not in found)]
