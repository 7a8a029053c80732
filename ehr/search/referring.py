"""`_revinclude`: what refers to the resources of a page (http://hl7.org/fhir/R4/search.html#revinclude).

`Observation:subject` is the search `Observation?subject=<the page>`, so it compiles as that search
does, with the caller's predicate and rights. `*` looks in every parameter at once: for the keys
and tokens that references to the page have in the index.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ehr.access import Access, Verb
from ehr.errors import TooCostly
from ehr.fhir.definitions import resource_types, type_number
from ehr.search import compile
from ehr.search.caller import tested_any_type
from ehr.search.compile import Statement
from ehr.search.hashing import installed
from ehr.search.minimum import must_name_patient
from ehr.search.numbers import NO_PATIENT
from ehr.search.parameter import Parameter
from ehr.search.query import MAX_INCLUDED, MAX_SOUGHT, Filter, Include, SearchQuery
from ehr.search.registry import derived, parameters
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import Sql, every
from ehr.search.values import ReferenceValue, Value

_CANONICAL = frozenset({"canonical", "uri"})


@dataclass(frozen=True, slots=True)
class Named:
    """A resource of the page, as references name it."""

    type: str
    id: str
    rid: int
    url: str | None = None
    """The canonical URL of a definition."""


def referring(include: Include, page: Sequence[Named], access: Access) -> Statement | None:
    """The statement for what refers to the page, rows as a page's; None when nothing can.

    Raises Forbidden, TooCostly.
    """
    named = [one for one in page if include.target in (None, one.type)]
    if not named:
        return None
    if include.parameter is None:
        return _in_any_parameter(include.source, named, access)
    source = include.parameter.resource_type
    values = tuple(_values(include.parameter, named))
    if not values or not _may(source, access):
        return None
    criterion = Filter(include.parameter, None, values)
    return compile.page(SearchQuery((source,), (criterion,), count=MAX_INCLUDED), access)


def _may(source: str, access: Access) -> bool:
    return access.may(source, Verb.SEARCH) and access.may(source, Verb.READ)


def _values(parameter: Parameter, named: Iterable[Named]) -> Iterator[Value]:
    for one in named:
        if leads_to(parameter, one.type):
            yield ReferenceValue(one.type, one.id)
            if one.url is not None and parameter.types & _CANONICAL:
                yield ReferenceValue(None, None, one.url)


def leads_to(parameter: Parameter, resource_type: str) -> bool:
    """Whether a parameter may refer to a type."""
    anything = not parameter.targets or "Resource" in parameter.targets
    return anything or resource_type in parameter.targets


def _in_any_parameter(
    source: str | None, named: Sequence[Named], access: Access
) -> Statement | None:
    """Up to MAX_INCLUDED rows and one more that refer to the page, however they do."""
    if must_name_patient(access):
        named = [one for one in named if one.type not in SHARED_TYPES]
    sources = [source] if source is not None else resource_types()
    types = [type_number(one) for one in sources if _may(one, access)]
    branches = list(_branches(source, named)) if named and types else []
    if not branches:
        return None
    seen = every([tested_any_type(access), Sql("i.rtype = ANY (%s::smallint[])", (types,))])
    found = [
        f"(SELECT i.bucket, i.rid FROM {one.text} AND {seen.text} LIMIT %s)" for one in branches
    ]
    params = [each for one in branches for each in (*one.params, *seen.params, MAX_INCLUDED + 1)]
    return Statement(
        "SELECT r.rtype, r.id, r.version, r.lu, r.content, r.rid, NULL, r.pat, r.label"
        f" FROM (SELECT u.bucket, u.rid FROM ({' UNION '.join(found)}) u LIMIT %s) m"
        " JOIN resource r ON r.bucket = m.bucket AND r.rid = m.rid ORDER BY r.rid",
        (*params, MAX_INCLUDED + 1),
    )


def _branches(source: str | None, named: Sequence[Named]) -> Iterator[Sql]:
    """The ways to refer to the page: as the patient, as the visit, by a key, by a token."""
    hasher = installed().hasher
    patients = [one.rid for one in named if one.type == "Patient"]
    if patients:
        marker = hasher.token(NO_PATIENT, None, None)
        yield Sql(
            "resource_index i WHERE i.pat = ANY (%s::bigint[]) AND i.rid <> i.pat"
            " AND NOT (%s = ANY (i.tok))",
            (patients, marker),
        )
    visits = [hasher.own(f"{one.type}/{one.id}") for one in named if one.type == "Encounter"]
    if visits:
        yield Sql(
            "resource_index i WHERE i.enc = ANY (%s::bigint[]) AND i.rtype <> %s",
            (visits, type_number("Encounter")),
        )
    keys, tokens = _hashes(source, named)
    if keys:
        yield Sql(
            # OFFSET 0: each key leads to few rows, which the planner cannot know of thousands.
            "index_key k CROSS JOIN LATERAL (SELECT * FROM resource_index o"
            " WHERE o.bucket = k.bucket AND o.rid = k.rid OFFSET 0) i"
            " WHERE k.v = ANY (%s::bigint[])",
            (keys,),
        )
    if tokens:
        yield Sql("resource_index i WHERE i.tok && %s::bigint[]", (tokens,))


def _hashes(source: str | None, named: Sequence[Named]) -> tuple[list[int], list[int]]:
    """The keys and tokens of references to the page in every parameter that leads there."""
    hasher = installed().hasher
    keys: list[int] = []
    tokens: list[int] = []
    for one in named:
        name = f"{one.type}/{one.id}"
        numbers = _leading(source, one.type)
        if one.type in SHARED_TYPES:
            tokens += [hasher.reference_token(number, name) for number in numbers]
        else:
            keys += [hasher.reference_key(number, name) for number in numbers]
        if len(keys) + len(tokens) > MAX_SOUGHT:
            raise TooCostly("_revinclude=* of so many matches is too much; lower _count.")
    return keys, tokens


@derived
def _leading(source: str | None, target: str) -> tuple[int, ...]:
    """The numbers of the parameters, of one type or all, whose references may lead to `target`."""
    kinds = resource_types() if source is None else (source,)
    return tuple(
        {
            part.number: None
            for kind in kinds
            for one in parameters(kind).values()
            if one.kind == "reference" and one.searchable and leads_to(one, target)
            for part in one.stored
        }
    )
