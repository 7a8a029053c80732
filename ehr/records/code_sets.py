"""Value sets and code systems that are stored here, for `:in`, `:not-in`, `:above` and `:below`.

http://hl7.org/fhir/R4/search.html#token. What is shipped is resolved when a query is read
(`ehr.search.code_sets`); what clients have stored needs the database, and is resolved here before
the query is compiled, as its caller may see it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import InvalidQuery, NotFound, NotSupported
from ehr.fhir.resource import parse
from ehr.records.running import of_row, run
from ehr.records.vocabulary import library
from ehr.search import compile
from ehr.search.code_sets import few
from ehr.search.filters import filter_of
from ehr.search.hashing import installed
from ehr.search.query import Filter, SearchQuery
from ehr.search.values import CodesAsked, TokenValue, Value
from ehr.terminology.expand import expand
from ehr.terminology.library import named_by
from ehr.terminology.membership import Code

_RELATIVE = "ValueSet/"


async def with_codes(source: Database | Tx, criterion: Filter, access: Access) -> Filter:
    """The criterion with the codes it asks for; raises InvalidQuery, TooCostly."""
    values = [await _value(source, criterion, one, access) for one in criterion.values]
    return replace(criterion, values=tuple(values))


async def _value(source: Database | Tx, criterion: Filter, value: Value, access: Access) -> Value:
    if not isinstance(value, CodesAsked):
        return value
    try:
        codes = await _codes(source, value, access)
    except (NotFound, NotSupported) as error:
        raise InvalidQuery(f"{criterion.key}: {error}") from None
    tokens = (TokenValue(system, code) for system, code in sorted(codes))
    return few(criterion.parameter, tokens, value.most)


async def _codes(source: Database | Tx, asked: CodesAsked, access: Access) -> set[Code]:
    if asked.code is None:
        return await _of_value_set(source, asked.url, access)
    known = await library(source, [("CodeSystem", asked.url)], access=access)
    system = known.code_system(asked.url)
    if system is None or not system.find(asked.code):
        raise NotFound(f"{asked.code[:64]!r} of {asked.url[:200]!r} is not known here.")
    reached = system.descendants if asked.relation == "below" else system.ancestors
    return {(asked.url, code) for code in reached(asked.code)}


async def _of_value_set(source: Database | Tx, canonical: str, access: Access) -> set[Code]:
    url = _here(canonical)
    if url.startswith(_RELATIVE):
        value_set = await _by_id(source, url.removeprefix(_RELATIVE), access)
        known = await library(source, named_by(value_set), access=access)
    else:
        known = await library(source, [("ValueSet", url.partition("|")[0])], access=access)
        value_set = known.value_set(url)
    return {one.key for one in expand(known, value_set).members}


def _here(url: str) -> str:
    """A literal address of this service as a relative reference."""
    bases = (f"{base}/" for base in installed().bases)
    return next((url.removeprefix(base) for base in bases if url.startswith(base)), url)


async def _by_id(source: Database | Tx, id: str, access: Access) -> Mapping[str, Any]:
    if access.may("ValueSet", Verb.SEARCH):
        query = SearchQuery(("ValueSet",), (filter_of("ValueSet", "_id", id),), count=1)
        for row in await run(source, compile.page(query, access), access):
            found: Mapping[str, Any] = parse(of_row(row).content)
            return found
    raise NotFound(f"The value set {id[:64]!r} is not known here.")
