"""Chains and `_has` as SQL: joins inside the one statement, over one state of the data.

http://hl7.org/fhir/R4/search.html#chaining, #has. The rows at the other end are read under the
caller's own predicate, so a result never depends on what another ward holds or a label hides. The
patient is joined by `pat`, the visit by `enc`, others by what references are made from, `self`
(docs/decisions/search-chains.md). Inner rows are `i` again, in a scope of their own.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ehr.access import Access, Verb
from ehr.errors import Forbidden
from ehr.fhir.definitions import type_number
from ehr.search.caller import tested
from ehr.search.hashing import TOKEN_BITS, TOKEN_MASK, installed
from ehr.search.kinds.reference import only_named_patient
from ehr.search.numbers import SUBJECT
from ehr.search.parameter import Parameter
from ehr.search.query import Chained, Condition, Has
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import TRUE, Branches, Scope, Sql, either, every, negated

Inner = Callable[[Condition, str], Branches]
"""The conditions on rows of a type, for the same caller."""

_KEYS = "index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid AND k.ward = i.ward"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one type that the caller sees and that meet one of disjoint conditions."""

    kind: str
    access: Access
    branches: Branches

    def select(self, column: str, params: tuple[object, ...] = (), more: Sql = TRUE) -> Sql:
        """`column` of each row for which `more` holds, without brackets."""
        parts = [self._select(column, params, more, branch) for branch in self.branches]
        return Sql(
            " UNION ALL ".join(part.text for part in parts),
            tuple(param for part in parts for param in part.params),
        )

    def _select(self, column: str, params: tuple[object, ...], more: Sql, branch: Sql) -> Sql:
        where = every([self._seen, more, branch])
        text = f"SELECT {column} FROM resource_index i WHERE {where.text}"
        return Sql(text, (*params, *where.params))

    def found_from(self, column: str, relation: str, link: Sql) -> Sql:
        """Whether a row is linked to the outer row's `column`, which `link` calls `o.v`."""
        where = every([link, self._seen, either(self.branches)])
        return Sql(
            f"EXISTS (SELECT FROM (SELECT {column}) AS o(v), {relation} WHERE {where.text})",
            where.params,
        )

    @property
    def _seen(self) -> Sql:
        of_kind = Sql("i.rtype = %s", (type_number(self.kind),))
        return every([tested(self.access, self.kind), of_kind])


def chained(chain: Chained, access: Access, scope: Scope, inner: Inner) -> Branches:
    """Rows whose reference leads to one that the caller sees and that meets the condition."""
    allowed = [(kind, one) for kind, one in chain.targets if access.may(kind, Verb.SEARCH)]
    if not allowed:
        raise Forbidden(f"You are not allowed to search what {chain.parameter.code} leads to.")
    found = [
        each
        for kind, condition in allowed
        for each in _leading_to(chain.parameter, _Rows(kind, access, inner(condition, kind)), scope)
    ]
    return (either(found),)


def _leading_to(parameter: Parameter, rows: _Rows, scope: Scope) -> Iterator[Sql]:
    """Conditions on rows whose `parameter` names one of `rows`."""
    if parameter.storage == "pat" and rows.kind == "Patient":
        yield from _patients(parameter, rows, scope)
    elif parameter.storage == "enc":
        targets = rows.select("i.enc" if rows.kind == "Encounter" else "i.self")
        yield Sql(f"i.enc IN ({targets.text})", targets.params)
    elif rows.kind in SHARED_TYPES:
        column = "(i.tok || i.code)" if scope.bound else "i.tok"
        for stored in parameter.stored:
            tokens = rows.select("%s::bigint | (i.self & %s::bigint)", _token_of(stored))
            yield Sql(f"{column} && ARRAY({tokens.text})", tokens.params)
    else:
        for stored in parameter.stored:
            yield _by_key(stored.number, rows)


def _patients(parameter: Parameter, rows: _Rows, scope: Scope) -> Iterator[Sql]:
    named = only_named_patient(parameter)
    targets = rows.select("i.bucket, i.rid")
    here = Sql(f"((i.pat >> 48)::int, i.pat) IN ({targets.text})", targets.params)
    yield every([here, named])
    if scope.dangling:
        yield every([Sql("i.pat IS NULL"), _by_key(SUBJECT, rows)])


def _by_key(number: int, rows: _Rows) -> Sql:
    keys = rows.select("i.self # %s::bigint", (installed().hasher.salt(number),))
    return Sql(f"EXISTS (SELECT FROM {_KEYS} AND k.v = ANY (ARRAY({keys.text})))", keys.params)


def _token_of(parameter: Parameter) -> tuple[int, int]:
    return parameter.number << TOKEN_BITS, TOKEN_MASK


def has(reverse: Has, resource_type: str, access: Access, scope: Scope, inner: Inner) -> Branches:
    """Rows that a source which the caller sees refers to, and which meets the condition."""
    if not access.may(reverse.source, Verb.SEARCH):
        raise Forbidden(f"You are not allowed to search {reverse.source}.")
    rows = _Rows(reverse.source, access, inner(reverse.condition, reverse.source))
    parameter = reverse.parameter
    if parameter.storage == "pat" and resource_type == "Patient":
        return _as_patient(parameter, rows, scope)
    if parameter.storage == "enc":
        visits = rows.select("i.enc")
        column = "i.enc" if resource_type == "Encounter" else "i.self"
        return (Sql(f"{column} IN ({visits.text})", visits.params),)
    return (either(_named_by(parameter, rows, resource_type)),)


def _named_by(parameter: Parameter, rows: _Rows, resource_type: str) -> Iterator[Sql]:
    for stored in parameter.stored:
        if resource_type in SHARED_TYPES:
            link = Sql("i.tok @> ARRAY[%s::bigint | (o.v & %s::bigint)]", _token_of(stored))
            yield rows.found_from("i.self", "resource_index i", link)
        else:
            yield _linked_by_key(stored.number, rows)


def _linked_by_key(number: int, rows: _Rows, more: Sql = TRUE) -> Sql:
    link = Sql(
        "k.v = o.v # %s::bigint AND i.bucket = k.bucket AND i.rid = k.rid",
        (installed().hasher.salt(number),),
    )
    return rows.found_from("i.self", "index_key k, resource_index i", every([link, more]))


def _as_patient(parameter: Parameter, rows: _Rows, scope: Scope) -> Branches:
    """Patients by `pat`; for who sees such, also those stored after what refers to them.

    The second branch is not walked at all when there is nothing that came before its patient.
    """
    named = every([Sql("i.pat IS NOT NULL"), only_named_patient(parameter)])
    patients = rows.select("(i.pat >> 48)::int, i.pat", more=named)
    first = Sql(f"(i.bucket, i.rid) IN ({patients.text})", patients.params)
    if not scope.dangling:
        return (first,)
    early = Sql("i.pat IS NULL")
    any_early = rows.select("true", more=early)
    by_pat = rows.found_from("i.rid", "resource_index i", every([Sql("i.pat = o.v"), named]))
    second = every(
        [
            Sql(f"(SELECT EXISTS ({any_early.text}))", any_early.params),
            _linked_by_key(SUBJECT, rows, early),
            negated(by_pat),
        ]
    )
    return first, second
