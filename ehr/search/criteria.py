"""The criteria of a query as conditions on resource_index, without order or caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from ehr.access import Access, Power
from ehr.errors import NotSupported
from ehr.fhir.definitions import type_number
from ehr.search import compartment, linked
from ehr.search.ends import Ends, Rows
from ehr.search.kind import kind_of
from ehr.search.kinds import reference
from ehr.search.missing import missing, present
from ehr.search.query import Chained, Combined, Condition, Filter, Has, Listed, Negated, SearchQuery
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import FALSE, TRUE, Branches, Scope, Sql, either, every, negated, untrue
from ehr.search.values import Missing, TokenValue, UriValue, Value

EVERY_ROW = Sql("resource_index i")
_MOST_BRANCHES = 4
"""More parts of a UNION ALL would cost more to plan than their indexes save."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is asked, as disjoint branches; `bound` when they choose few rows by themselves."""

    branches: tuple[Sql, ...]
    bound: bool
    has_main_date: bool
    """Whether only rows with a main date are left."""
    relation: Sql = EVERY_ROW
    """What `i` is a row of."""


def criteria_of(query: SearchQuery, access: Access, relation: Sql = EVERY_ROW) -> Criteria:
    """The conditions of a query for a caller, on rows of `relation`.

    Of several types only what means the same in each.
    """
    within = query.compartment
    bound = relation is not EVERY_ROW or any(map(chooses, query.filters))
    scope = _scope(access, bound=bound)
    found = [_branches(one, query.types, access, scope) for one in query.filters]
    if within is not None and relation is EVERY_ROW:
        found.insert(0, (compartment.belongs(within, query.types[0], scope),))
    return Criteria(
        branches=_multiplied(found),
        bound=bound,
        has_main_date=any(map(_needs_main_date, query.filters)),
        relation=relation,
    )


def _scope(access: Access, *, bound: bool = False) -> Scope:
    dangling = access.every_ward or Power.DANGLING_REFERENCES in access.powers
    return Scope(bound=bound, dangling=dangling)


def is_bound(query: SearchQuery) -> bool:
    """Whether a patient, an id or a key chooses the rows, so that the rest only tests them."""
    within = query.compartment
    of_records = within is not None and compartment.is_of_records(within)
    return of_records or any(map(chooses, query.filters))


def chooses(criterion: Condition) -> bool:
    """Whether the criterion is met by few rows, which an index of its own finds."""
    if isinstance(criterion, Has):
        return chooses(criterion.condition)
    if isinstance(criterion, Chained):
        # Few rows refer to a record, and many to what is in the directory.
        return all(kind not in SHARED_TYPES and chooses(one) for kind, one in criterion.targets)
    if isinstance(criterion, Combined):
        return (all if criterion.word == "or" else any)(map(chooses, criterion.parts))
    return isinstance(criterion, Listed) or (
        isinstance(criterion, Filter) and _is_narrow(criterion)
    )


def _is_narrow(criterion: Filter) -> bool:
    if criterion.modifier in ("missing", "not", "not-in"):
        return False
    if criterion.parameter.kind == "reference":
        return reference.chooses(criterion)
    if criterion.parameter.storage == "key":
        return all(isinstance(one, UriValue) or _has_code(one) for one in criterion.values)
    return criterion.parameter.storage == "id"


def _has_code(value: Value) -> bool:
    return isinstance(value, TokenValue) and value.code is not None


def _needs_main_date(criterion: Condition) -> bool:
    if not isinstance(criterion, Filter):
        return False
    value = criterion.values[0]
    is_there = not (isinstance(value, Missing) and value.missing)
    return criterion.parameter.storage == "date" and is_there


def _branches(
    condition: Condition, types: tuple[str, ...], access: Access, scope: Scope
) -> Branches:
    if isinstance(condition, Filter):
        return _filtered(condition, types, scope)
    if isinstance(condition, Combined):
        return _combined(condition, types, access, scope)
    if isinstance(condition, Negated):
        parts = _branches(condition.part, types, access, scope.testing)
        return (untrue(either(parts)),)

    if isinstance(condition, Listed):
        raise NotSupported("_list was not resolved.")
    inner = _inner(access, scope)
    if isinstance(condition, Chained):
        return linked.chained(condition, access, scope, inner)
    return linked.has(condition, types[0], access, scope, inner)


def _inner(access: Access, scope: Scope) -> linked.Inner:
    def inner(one: Condition, kind: str) -> Ends:
        branches = _branches(one, (kind,), access, Scope(dangling=scope.dangling))
        return Ends(branches, few=chooses(one))

    return inner


def uncounted(link: Chained | Has, access: Access) -> list[Rows]:
    """The rows at the other end of a link whose number tells something: not where they are few.

    In the directory nothing may be there, of what few rows could meet.
    """
    ends = linked.ends_of(link, access, _inner(access, _scope(access)))
    return [one for one in ends if not one.ends.few or one.kind in SHARED_TYPES]


def _combined(
    condition: Combined, types: tuple[str, ...], access: Access, scope: Scope
) -> Branches:
    parts = condition.parts
    if condition.word == "and" and any(map(chooses, parts)):
        scope = scope.testing
    found = [_branches(one, types, access, scope) for one in parts]
    if condition.word == "and":
        return _multiplied(found)
    if sum(map(len, found)) > _MOST_BRANCHES:
        tested = [_branches(one, types, access, scope.testing) for one in parts]
        return (either(either(branches) for branches in tested),)
    branches: list[Sql] = []
    earlier: list[Sql] = []
    for one, options in zip(parts, found, strict=True):
        # What an earlier alternative finds is found there alone.
        branches += [every([each, *earlier]) for each in options]
        earlier.append(untrue(either(_branches(one, types, access, scope.testing))))
    return tuple(branches) or (FALSE,)


def _filtered(criterion: Filter, types: tuple[str, ...], scope: Scope) -> Branches:
    value = criterion.values[0]
    if isinstance(value, Missing):
        condition = missing if value.missing else present
        return (condition(criterion.parameter),)
    if criterion.parameter.storage == "id":
        found = _with_ids(criterion, types)
        return (negated(found) if criterion.modifier == "not" else found,)
    return kind_of(criterion.parameter).where(criterion, scope)


def _with_ids(criterion: Filter, types: tuple[str, ...]) -> Sql:
    """`_id`: the directory knows the row of an id, whoever may see it."""
    ids = [one.code for one in criterion.values if isinstance(one, TokenValue)]
    kinds = of_types("d.rtype", types)
    return Sql(
        "(i.bucket, i.rid) IN (SELECT (d.rid >> 48)::int, d.rid FROM resource_directory d"  # noqa: S608 - constants
        f" WHERE {kinds.text} AND d.id = ANY (%s::text[]))",
        (*kinds.params, ids),
    )


def of_types(column: str, types: Sequence[str]) -> Sql:
    """Whether a row is of one of these types."""
    numbers = [type_number(one) for one in types]
    if len(numbers) == 1:
        return Sql(f"{column} = %s", (numbers[0],))
    return Sql(f"{column} = ANY (%s::smallint[])", (numbers,))


def _multiplied(found: Sequence[Branches]) -> Branches:
    """Every combination of a branch of each criterion, while they are few."""
    branches: Branches = (TRUE,)
    for options in found:
        few = len(branches) * len(options) <= _MOST_BRANCHES
        chosen = options if few else (either(options),)
        branches = tuple(every(pair) for pair in product(branches, chosen))
    return branches
