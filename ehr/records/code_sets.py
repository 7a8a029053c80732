"""Value sets and hierarchies of codes, for `:in`, `:not-in`, `:above` and `:below`.

http://hl7.org/fhir/R4/search.html#token. What they stand for is asked of the terminology, stored
and shipped, as the caller may see it, before the query is compiled.
"""

from collections.abc import Collection
from dataclasses import replace

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import InvalidQuery, NotFound, NotSupported
from ehr.records.vocabulary import id_here, library, value_set_at
from ehr.search.code_sets import few
from ehr.search.query import Filter
from ehr.search.values import CodesAsked, TokenValue, Value
from ehr.terminology.expand import expand
from ehr.terminology.library import named_by
from ehr.terminology.membership import Code, of_value_set, related


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


async def _codes(source: Database | Tx, asked: CodesAsked, access: Access) -> Collection[Code]:
    if asked.code is None or asked.relation == "in":
        return await _of_value_set(source, asked.url, access)
    known = await library(source, [("CodeSystem", asked.url)], access=access)
    return related(known, asked.relation, asked.url, asked.code)


async def _of_value_set(source: Database | Tx, canonical: str, access: Access) -> Collection[Code]:
    id = id_here(canonical)
    if id is None:
        key = ("ValueSet", canonical.partition("|")[0])
        return of_value_set(await library(source, [key], access=access), canonical)
    value_set = await value_set_at(source, id, access=access)
    known = await library(source, named_by(value_set), access=access)
    return {one.key for one in expand(known, value_set).members}
