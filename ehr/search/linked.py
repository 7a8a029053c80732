"""Chains and `_has` as SQL: joins inside the one statement, over one state of the data.

http://hl7.org/fhir/R4/search.html#chaining, #has. The rows at the other end are read under the
caller's own predicate, so a result never depends on what another ward holds or a label hides. The
patient is joined by `pat`, the visit by `enc`, others by what references are made from, `self`
(docs/decisions/search-chains.md). Inner rows are `i` again, in a scope of their own; from which
end a search begins is told in `ehr.search.ends`.
"""

from collections.abc import Callable, Iterator

from ehr.access import Access, Verb
from ehr.errors import Forbidden
from ehr.search.ends import Ends, Rows
from ehr.search.hashing import TOKEN_BITS, TOKEN_MASK, installed
from ehr.search.kinds.reference import only_named_patient
from ehr.search.numbers import SUBJECT
from ehr.search.parameter import Parameter
from ehr.search.query import Chained, Condition, Has
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import Branches, Scope, Sql, either, every, negated

Inner = Callable[[Condition, str], Ends]
"""The conditions on rows of a type, for the same caller."""

_KEYS = "index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid AND k.ward = i.ward"
_EARLY = Sql("i.pat IS NULL")
"""Stored before the patient that it names."""


def chained(chain: Chained, access: Access, scope: Scope, inner: Inner) -> Branches:
    """Rows whose reference leads to one that the caller sees and that meets the condition."""
    parameter = chain.parameter
    ends = [_end(chain, kind, access, inner) for kind, _ in _allowed(chain, access)]
    # One reference leads to one type; several may meet the condition twice.
    is_disjoint = parameter.storage in ("pat", "enc") or len(ends) == 1
    where = scope if is_disjoint else scope.testing
    found = [each for rows in ends for each in _leading_to(parameter, rows, where)]
    return tuple(found) if is_disjoint else (either(found),)


def ends_of(link: Chained | Has, access: Access, inner: Inner) -> Iterator[Rows]:
    """The rows at the other end, of each type that may be searched."""
    if isinstance(link, Has):
        yield _source(link, access, inner)
        return
    yield from (_end(link, kind, access, inner) for kind, _ in _allowed(link, access))


def _allowed(chain: Chained, access: Access) -> list[tuple[str, Condition]]:
    found = [(kind, one) for kind, one in chain.targets if access.may(kind, Verb.SEARCH)]
    if not found:
        raise Forbidden(f"You are not allowed to search what {chain.parameter.code} leads to.")
    return found


def _end(chain: Chained, kind: str, access: Access, inner: Inner) -> Rows:
    condition = dict(chain.targets)[kind]
    return Rows(kind, access, inner(condition, kind), kind in chain.many)


def _source(reverse: Has, access: Access, inner: Inner) -> Rows:
    if not access.may(reverse.source, Verb.SEARCH):
        raise Forbidden(f"You are not allowed to search {reverse.source}.")
    ends = inner(reverse.condition, reverse.source)
    return Rows(reverse.source, access, ends, reverse.many)


def _leading_to(parameter: Parameter, rows: Rows, scope: Scope) -> Branches:
    """Conditions on rows whose `parameter` names one of `rows`."""
    if parameter.storage == "pat" and rows.kind == "Patient":
        return _patients(parameter, rows, scope)
    if parameter.storage == "enc":
        there = rows.any_is("i.enc", "i.self")
        return (rows.begun(scope, there, rows.found_from("i.enc", Sql("i.self = o.a"))),)
    if rows.kind in SHARED_TYPES:
        return (either(_by_token(parameter, rows, scope)),)
    numbers = [stored.number for stored in parameter.stored]
    there = either(_among_keys(number, rows) for number in numbers)
    here = either(_with_key_of(number, rows) for number in numbers)
    return (rows.begun(scope, there, here),)


def _by_token(parameter: Parameter, rows: Rows, scope: Scope) -> Iterator[Sql]:
    column = "(i.tok || i.code)" if scope.bound else "i.tok"
    for stored in parameter.stored:
        tokens = rows.array("%s::bigint | (i.self & %s::bigint)", _token_of(stored))
        yield Sql(f"{column} && {tokens.text}", tokens.params)


def _patients(parameter: Parameter, rows: Rows, scope: Scope) -> Branches:
    """By `pat`; for who sees such, also what was stored before the patient."""
    named = only_named_patient(parameter)
    there = every([rows.any_is("i.pat", "i.rid"), named])
    by_row = rows.found_from("i.pat", Sql("i.bucket = (o.a >> 48)::int AND i.rid = o.a"))
    found = rows.begun(scope, there, every([by_row, named]))
    if not scope.dangling:
        return (found,)
    early = rows.begun(scope, _among_keys(SUBJECT, rows), _with_key_of(SUBJECT, rows))
    return found, every([_EARLY, early])


def _among_keys(number: int, rows: Rows) -> Sql:
    """Rows that have the key of any of `rows`, found by these keys."""
    keys = rows.array("i.self # %s::bigint", (_salt(number),))
    return Sql(f"EXISTS (SELECT FROM {_KEYS} AND k.v = ANY ({keys.text}))", keys.params)


def _with_key_of(number: int, rows: Rows) -> Sql:
    """Rows one of whose keys is that of one of `rows`, each key tried."""
    link = Sql(
        "k.bucket = o.a AND k.rid = o.b AND i.self = k.v # %s::bigint",
        (_salt(number),),
    )
    return rows.found_from("i.bucket, i.rid", link, "index_key k, ")


def _salt(number: int) -> int:
    return installed().hasher.salt(number)


def _token_of(parameter: Parameter) -> tuple[int, int]:
    return parameter.number << TOKEN_BITS, TOKEN_MASK


def has(reverse: Has, resource_type: str, access: Access, scope: Scope, inner: Inner) -> Branches:
    """Rows that a source which the caller sees refers to, and which meets the condition."""
    rows, parameter = _source(reverse, access, inner), reverse.parameter
    if parameter.storage == "pat" and resource_type == "Patient":
        return _as_patient(parameter, rows, scope)
    if parameter.storage == "enc":
        there = rows.any_is("i.self", "i.enc")
        return (rows.begun(scope, there, rows.found_from("i.self", Sql("i.enc = o.a"))),)
    numbers = [stored.number for stored in parameter.stored]
    if resource_type in SHARED_TYPES:
        link = "i.tok @> ARRAY[%s::bigint | (o.a & %s::bigint)]"
        tokens = [Sql(link, _token_of(stored)) for stored in parameter.stored]
        return (either(rows.found_from("i.self", one) for one in tokens),)
    there = either(_named_in_keys(number, rows) for number in numbers)
    here = either(_named_by_key(number, rows) for number in numbers)
    return (rows.begun(scope, there, here),)


def _as_patient(parameter: Parameter, rows: Rows, scope: Scope) -> Branches:
    """Patients by `pat`; for who sees such, also those stored after what refers to them.

    What came before its patient is not looked for when there is no such row.
    """
    named = every([Sql("i.pat IS NOT NULL"), only_named_patient(parameter)])
    there = rows.that(named).any_is("i.pat", "i.pat")
    by_pat = rows.found_from("i.rid", every([Sql("i.pat = o.a"), named]))
    first = rows.begun(scope, there, by_pat)
    if not scope.dangling:
        return (first,)
    early = rows.that(_EARLY)
    second = rows.begun(scope, _named_in_keys(SUBJECT, early), _named_by_key(SUBJECT, early))
    return first, every([early.any, second, negated(by_pat)])


def _named_in_keys(number: int, rows: Rows) -> Sql:
    """Rows that a key of one of `rows` is made from, found by these keys."""
    keyed = "index_key k JOIN resource_index i ON i.bucket = k.bucket AND i.rid = k.rid"
    return rows.any_is("i.self", "k.v # %s::bigint", (_salt(number),), keyed)


def _named_by_key(number: int, rows: Rows) -> Sql:
    """Rows whose key one of `rows` has."""
    link = Sql("k.v = o.a # %s::bigint AND i.bucket = k.bucket AND i.rid = k.rid", (_salt(number),))
    return rows.found_from("i.self", link, "index_key k, ")
