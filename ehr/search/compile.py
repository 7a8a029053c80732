"""A SearchQuery and the Access of its caller as one SQL statement.

The caller's predicate comes first and is in every branch, so that no search can be built without
it; nothing is filtered afterwards, or totals and page sizes would tell what lies elsewhere.
Values travel as parameters only. Statements are measured in docs/decisions/search-plans.md.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ehr.access import Access, Verb
from ehr.errors import Forbidden, InvalidQuery, TooCostly
from ehr.fhir.definitions import type_number
from ehr.search.caller import tested_any_type
from ehr.search.compartment import types_in
from ehr.search.criteria import Criteria, uncounted
from ehr.search.driven import driver_of, is_frequent
from ehr.search.minimum import require_named_patient
from ehr.search.order import Order, order_of
from ehr.search.parameter import Parameter
from ehr.search.parts import Part, parts_of
from ehr.search.query import (
    MAX_COLLECTED,
    MAX_COUNT,
    MAX_FILTERS,
    MAX_INCLUDED,
    Chained,
    Condition,
    Filter,
    Has,
    SearchQuery,
)
from ehr.search.scan import Scan, rows, total, united
from ehr.search.sortable import Values
from ehr.search.worded import phrases_of


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with `%s` and its parameters, for `db.search(access, text, params)`.

    A page's rows are (rtype, id, version, lu, content, rid, sort key, pat, label, further keys), in
    the order to show.
    """

    text: str
    params: tuple[Any, ...]


def page(query: SearchQuery, access: Access) -> Statement:
    """One page of matches and one row more, which tells that there is another page.

    The row more is the last, or the first when the cursor goes back: `ehr.search.page.window`
    takes it off. Raises Forbidden, InvalidQuery, NotSupported, TooCostly.
    """
    _require_allowed(query, access)
    driver = driver_of(query)
    asked = query if driver is None else replace(query, filters=driver.filters)
    parts = parts_of(asked, access)
    order = order_of(query, has_date=_have_date(parts), by_name=driver is not None)
    limit = min(query.count, MAX_COUNT) + 1
    found = [
        Scan(
            one.types, one.criteria, order, limit, driver, _walked(query, one.criteria, order)
        ).first(query.cursor, access)
        for one in parts
    ]
    inner = found[0] if len(found) == 1 else united(found, order, limit)
    keys = [f"m.k{n}" for n in order.width]
    return Statement(
        f"SELECT r.rtype, r.id, r.version, r.lu, r.content, m.rid, {keys[0]}, r.pat, r.label"
        f"{''.join(f', {key}' for key in keys[1:])}"
        f" FROM ({inner.text}) m JOIN resource r ON r.bucket = m.bucket AND r.rid = m.rid"
        f" ORDER BY {order.shown('m')}",
        inner.params,
    )


def _have_date(parts: Sequence[Part]) -> bool:
    return all(one.criteria.has_main_date for one in parts)


def _walked(query: SearchQuery, criteria: Criteria, order: Order) -> Values | None:
    """The side table whose index gives the order, where most of its rows are matches."""
    values = order.first.values
    is_one = values is not None and len(values.numbers) == len(criteria.branches) == 1
    return (
        values if is_one and not criteria.bound and all(map(is_frequent, query.filters)) else None
    )


def collected(query: SearchQuery, access: Access) -> Statement:
    """Matches in no order, (rid, key …) up to MAX_COLLECTED and one more; raises as `page`.

    For orders that only documents tell: their keys are null here (`ehr.records.collected`). Several
    types have no such order.
    """
    _require_allowed(query, access)
    (part,) = parts_of(query, access)
    order = order_of(query, has_date=part.criteria.has_main_date, by_name=False)
    asked = order.turned if order.backward else order
    found = Scan(part.types, part.criteria, asked, MAX_COLLECTED + 1).any(access)
    keys = ", ".join(f"m.k{n}" for n in order.width)
    return Statement(f"SELECT m.rid, {keys} FROM ({found.text}) m", found.params)


def chosen(rids: Sequence[int], access: Access) -> Statement:
    """The rows with these numbers that the caller may see, as a page's, without a sort key."""
    condition = tested_any_type(access)
    return Statement(
        "SELECT r.rtype, r.id, r.version, r.lu, r.content, r.rid, NULL, r.pat, r.label"
        " FROM unnest(%s::bigint[]) AS t(rid)"
        " JOIN resource_index i ON i.bucket = (t.rid >> 48)::int AND i.rid = t.rid"
        " JOIN resource r ON r.bucket = i.bucket AND r.rid = i.rid"
        f" WHERE {condition.text}",
        (list(rids), *condition.params),
    )


def count(query: SearchQuery, access: Access, *, at_most: int | None = None) -> Statement:
    """The number of all matches, as one row of one bigint; raises as `page`.

    With `at_most` it is that number when there are as many or more.
    """
    _require_allowed(query, access)
    counted = total(parts_of(query, access), access, at_most)
    return Statement(counted.text, counted.params)


def estimate(query: SearchQuery, access: Access) -> Statement:
    """The plan for all matches, as one row of JSON: see `ehr.search.planned`; raises as `page`."""
    _require_allowed(query, access)
    says_type = not any(map(_implies_type, query.filters))
    found = rows(parts_of(query, access), access, says_type=says_type)
    return Statement(f"EXPLAIN (FORMAT JSON) {found.text}", found.params)


def _implies_type(condition: Condition) -> bool:
    """Whether only one type has the tokens that are asked for.

    The planner takes type and token to be independent, and would expect a seventh of the men.
    """
    if not isinstance(condition, Filter) or condition.modifier is not None:
        return False
    parameter = condition.parameter
    return parameter.storage in ("tok", "code") and not parameter.code.startswith("_")


@dataclass(frozen=True, slots=True)
class End:
    """The rows of one type at the other end of a link, of which nobody knows how many they are."""

    type: str
    condition: Condition
    most: int
    """The rows up to which they are few."""
    estimate: Statement
    """The planner's estimate, as `estimate` gives it."""
    count: Statement
    """Their number, as `count` gives it; counted up to one more than the most."""


def ends(link: Chained | Has, access: Access) -> list[End]:
    """The other ends of a link, those left out that are few in any case; raises as `page`."""
    conditions = {link.source: link.condition} if isinstance(link, Has) else dict(link.targets)
    return [
        End(
            rows.kind,
            conditions[rows.kind],
            rows.most,
            Statement(*rows.estimated(says_type=not _implies_type(conditions[rows.kind]))),
            Statement(*rows.counted),
        )
        for rows in uncounted(link, access)
    ]


def phrases(parameter: Parameter, text: str, most: int) -> Statement:
    """The tokens of phrases of a parameter that have the words of `text`: rows of one bigint."""
    return Statement(*phrases_of(parameter, text, most))


def included(targets: Sequence[tuple[str, str]], access: Access) -> Statement:
    """The resources (type, id) that a page refers to and the caller may read, at most 1,000.

    Rows as a page's, without a sort key. More targets raise TooCostly.
    """
    wanted = [(kind, one) for kind, one in dict.fromkeys(targets) if access.may(kind, Verb.READ)]
    if len(wanted) > MAX_INCLUDED:
        raise TooCostly(f"More than {MAX_INCLUDED} resources would be included; lower _count.")
    condition = tested_any_type(access)
    return Statement(
        "SELECT r.rtype, r.id, r.version, r.lu, r.content, r.rid, NULL, r.pat, r.label"
        " FROM unnest(%s::smallint[], %s::text[]) AS t(rtype, id)"
        " JOIN resource_directory d ON d.rtype = t.rtype AND d.id = t.id"
        " JOIN resource_index i ON i.bucket = (d.rid >> 48)::int AND i.rid = d.rid"
        " JOIN resource r ON r.bucket = i.bucket AND r.rid = i.rid"
        f" WHERE {condition.text} ORDER BY r.rtype, r.id",
        ([type_number(kind) for kind, _ in wanted], [one for _, one in wanted], *condition.params),
    )


def _require_allowed(query: SearchQuery, access: Access) -> None:
    """Raises what keeps this caller from searching so."""
    for one in query.types:
        if not access.may(one, Verb.SEARCH):
            raise Forbidden(f"You are not allowed to search {one}.")
    if len(query.filters) + len(query.each) > MAX_FILTERS:
        raise TooCostly(f"At most {MAX_FILTERS} criteria can be combined.")
    _require_members(query)
    require_named_patient(query, access)


def _require_members(query: SearchQuery) -> None:
    if query.compartment is None:
        return
    name = query.compartment.type
    never = [one for one in query.types if one not in types_in(name)]
    if never:
        raise InvalidQuery(f"{never[0]} is never in the compartment of a {name}.")
