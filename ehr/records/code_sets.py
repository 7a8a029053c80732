"""Value sets and code systems that are stored here, for `:in`, `:not-in`, `:above` and `:below`.

http://hl7.org/fhir/R4/search.html#token. What the definitions and ICD-10 know is resolved when a
query is read; what clients have stored needs the database, and is resolved here before it is
compiled. Both are directory types: whoever may search them sees them all.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import InvalidQuery
from ehr.fhir.definitions.expansion import Expansion, NotEnumerable
from ehr.fhir.resource import Resource, parse
from ehr.records.running import of_row, run
from ehr.search import compile
from ehr.search.code_sets import few
from ehr.search.filters import filter_of
from ehr.search.hashing import installed
from ehr.search.query import Filter, SearchQuery
from ehr.search.values import CodesAsked, TokenValue, Value
from ehr.terminology.hierarchy import above, below
from ehr.terminology.membership import Code, expand_codes

_MOST_SETS = 20
"""Value sets and code systems that one criterion may lead to."""
_RELATIVE = "ValueSet/"


class CodeSets:
    """What is fetched for one query, as its caller may see it."""

    def __init__(self, source: Database | Tx, access: Access) -> None:
        self._source = source
        self._access = access
        self._found: dict[tuple[str, str], Resource | None] = {}

    async def put_into(self, criterion: Filter) -> Filter:
        """The criterion with the codes it asks for; raises InvalidQuery, TooCostly."""
        values = [await self._value(criterion, one) for one in criterion.values]
        return replace(criterion, values=tuple(values))

    async def _value(self, criterion: Filter, value: Value) -> Value:
        if not isinstance(value, CodesAsked):
            return value
        codes = await self._codes(value)
        if codes is None:
            raise InvalidQuery(f"{criterion.key}: {value.url[:200]!r} is not known here.")
        tokens = (TokenValue(system, code) for system, code in sorted(codes))
        return few(criterion.parameter, tokens, value.most)

    async def _codes(self, asked: CodesAsked) -> set[Code] | None:
        if asked.code is None:
            return await self._of_value_set(asked.url)
        system = await self._stored("CodeSystem", asked.url)
        if system is None:
            return None
        found = (below if asked.relation == "below" else above)(system, asked.code)
        return None if found is None else {(asked.url, code) for code in found}

    async def _of_value_set(self, url: str) -> set[Code] | None:
        value_set = await self._stored("ValueSet", url)
        if value_set is None:
            return None
        if "expansion" in value_set:
            return set(_contained(value_set["expansion"].get("contains", ())))
        sets, systems = await self._reachable(value_set)
        try:
            codes = Expansion(sets, systems).codes(value_set.get("url", url))
        except (NotEnumerable, KeyError, RecursionError):  # a filter, no codes, a circle
            return None
        return {(system, code) for system, listed in codes.items() for code in listed}

    async def _reachable(self, first: Resource) -> tuple[list[Any], list[Any]]:
        """The value sets that `first` leads to, itself among them, and the code systems."""
        sets: dict[str, Resource] = {first.get("url", ""): first}
        systems: dict[str, Resource] = {}
        pending = [first]
        while pending:
            for part in _parts(pending.pop()):
                system = part.get("system")
                if system and "concept" not in part and system not in systems:
                    stored = await self._stored("CodeSystem", system)
                    systems |= {system: stored} if stored else {}
                for url in part.get("valueSet", ()):
                    if url not in sets:
                        found = await self._stored("ValueSet", url) or _of_definitions(url)
                        if found is not None:
                            sets[url] = found
                            pending.append(found)
        return list(sets.values()), list(systems.values())

    async def _stored(self, kind: str, url: str) -> Resource | None:
        """The resource last changed with this canonical URL, or of this relative reference."""
        if (kind, url) not in self._found:
            if len(self._found) >= _MOST_SETS:
                raise InvalidQuery(f"A set leads to more than {_MOST_SETS} others.")
            self._found[kind, url] = await self._fetch(kind, url)
        return self._found[kind, url]

    async def _fetch(self, kind: str, url: str) -> Resource | None:
        if not self._access.may(kind, Verb.SEARCH):
            return None
        bare, _, version = _here(url).partition("|")
        relative = bare.removeprefix(_RELATIVE) if bare.startswith(_RELATIVE) else None
        criteria = [filter_of(kind, "_id", relative) if relative else _by_url(kind, bare)]
        criteria += [filter_of(kind, "version", version)] if version else []
        query = SearchQuery((kind,), tuple(criteria), count=1)
        rows = await run(self._source, compile.page(query, self._access), self._access)
        return parse(of_row(rows[0]).content) if rows else None


def _here(url: str) -> str:
    """A literal address of this service as a relative reference."""
    bases = (f"{base}/" for base in installed().bases)
    return next((url.removeprefix(base) for base in bases if url.startswith(base)), url)


def _by_url(kind: str, url: str) -> Filter:
    escaped = url.replace("\\", "\\\\").replace(",", "\\,")
    return filter_of(kind, "url", escaped)


def _parts(value_set: Resource) -> Iterable[dict[str, Any]]:
    compose = value_set.get("compose", {})
    return (*compose.get("include", ()), *compose.get("exclude", ()))


def _of_definitions(url: str) -> Resource | None:
    """A value set of the specification as its codes."""
    codes = expand_codes(url)
    if codes is None:
        return None
    by_system: dict[str, list[dict[str, str]]] = {}
    for system, code in sorted(codes):
        by_system.setdefault(system, []).append({"code": code})
    include = [{"system": system, "concept": listed} for system, listed in by_system.items()]
    return {"resourceType": "ValueSet", "url": url, "compose": {"include": include}}


def _contained(contains: Iterable[dict[str, Any]]) -> Iterable[Code]:
    for one in contains:
        if "code" in one and not one.get("abstract", False):
            yield one.get("system", ""), one["code"]
        yield from _contained(one.get("contains", ()))
