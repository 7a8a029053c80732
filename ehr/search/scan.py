"""The rows of resource_index that a search reads: which sources, which branches, in which order.

Each (source, branch, zone of the order) is one bounded scan of one index; several are a UNION ALL
that is put in order and cut again. What is chosen by a patient, an id or a key is one scan, since
a few rows are sorted faster than several statements are planned.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from ehr.access import Access
from ehr.fhir.definitions import type_number
from ehr.search.caller import Source, tested, walked
from ehr.search.criteria import Criteria, of_types
from ehr.search.driven import Driven, Driver
from ehr.search.order import Order
from ehr.search.parts import Part
from ehr.search.query import Cursor
from ehr.search.sortable import Values
from ehr.search.sql import TRUE, Sql, either, every
from ehr.search.value_walk import ValueWalk


@dataclass(frozen=True, slots=True)
class Scan:
    """What is read of types that are asked alike, up to `limit` rows."""

    types: tuple[str, ...]
    criteria: Criteria
    order: Order
    limit: int
    driver: Driver | None = None
    """The words that drive the search; `criteria` then holds the rest."""
    values: Values | None = None
    """The side table to walk in its order."""

    def first(self, cursor: Cursor | None, access: Access) -> Sql:
        """(bucket, rid, k0 …) of the first rows after `cursor` that `access` may see."""
        sources = self._sources(access)
        if not sources:
            return self._union([])
        if self.values is not None:
            return self._by_values(self.values).read(sources, cursor)
        if self.driver is None:
            parts = self._walked(sources, cursor)
        else:
            parts = self._driven(self.driver, sources, cursor)
        if len(parts) == 1 and sources[0].wards is None and not self._is_by_type(sources[0]):
            return parts[0]
        return self._union(parts)

    def any(self, access: Access) -> Sql:
        """(bucket, rid, k0 …) of up to `limit` rows that `access` may see, in no order."""
        found = [
            (source, self._select(_matching(source, self._of_types(source), branch)))
            for source, branch in product(self._sources(access), self.criteria.branches)
        ]
        limited = [
            self._laterally(source, Sql(f"{one.text} LIMIT %s", (*one.params, self.limit)))
            for source, one in found
        ]
        return self._union(limited, in_order=False)

    def _walked(self, sources: Sequence[Source], cursor: Cursor | None) -> list[Sql]:
        zones = self.order.zones(cursor)
        if zones and not self._has_zones:
            zones = [either(zones)]
        return [
            self._laterally(source, self._read(source, every([branch, zone])))
            for source, branch, zone in product(sources, self.criteria.branches, zones)
        ]

    def _driven(
        self, driver: Driver, sources: Sequence[Source], cursor: Cursor | None
    ) -> list[Sql]:
        driven = Driven(driver, self.order, cursor, self.limit)
        rest = self.criteria.branches[0]
        return [
            self._laterally(source, scan)
            for source in sources
            for scan in driven.read(source, _matching(source, self._of_types(source), rest))
        ]

    def _by_values(self, values: Values) -> ValueWalk:
        (branch,) = self.criteria.branches

        def matching(source: Source, more: Sql) -> Sql:
            return _matching(source, self._of_types(source), every([branch, more]))

        order, limit = self.order, self.limit
        return ValueWalk(values, order, limit, matching, self._laterally, self._union)

    @property
    def _is_one_scan(self) -> bool:
        return self.criteria.bound or self.order.column == "o.id"

    @property
    def _has_zones(self) -> bool:
        """Whether rows with and without a key are each walked as the index has them."""
        return not self._is_one_scan and self.order.first.computed is None

    def _sources(self, access: Access) -> tuple[Source, ...]:
        if self._is_one_scan:
            return (Source(tested(access, self.types[0])),)
        return walked(access, self.types[0])

    def _is_by_type(self, source: Source) -> bool:
        """Whether the types are walked one by one, as the indexes have them."""
        is_walked = source.ward is not None or source.everywhere
        return is_walked and len(self.types) > 1 and not self._is_one_scan

    def _of_types(self, source: Source) -> Sql:
        if self._is_by_type(source):
            return Sql("i.rtype = t.rtype")
        return of_types("i.rtype", self.types)

    def _read(self, source: Source, condition: Sql) -> Sql:
        """The first rows of one source, in the order of an index."""
        found = self._select(_matching(source, self._of_types(source), condition))
        by = self.order.read("i.rid", with_nulls=not self._has_zones)
        return Sql(f"{found.text} ORDER BY {by} LIMIT %s", (*found.params, self.limit))

    def _select(self, matches: Sql) -> Sql:
        computed, relation = self.order.computed, self._relation
        return Sql(
            f"SELECT i.bucket, i.rid, {self.order.selected} FROM {relation.text}{computed.text}"
            f" WHERE {matches.text}",
            (*relation.params, *computed.params, *matches.params),
        )

    @property
    def _relation(self) -> Sql:
        """The index, with the ids beside it when they are the order."""
        rows = self.criteria.relation
        if self.order.column != "o.id":
            return rows
        if self.criteria.bound:
            joined = f"{rows.text} JOIN resource o ON o.bucket = i.bucket AND o.rid = i.rid"
            return Sql(joined, rows.params)
        return Sql(
            "resource_directory o JOIN resource_index i"
            " ON i.bucket = (o.rid >> 48)::int AND i.rid = o.rid AND o.rtype = i.rtype"
        )

    def _laterally(self, source: Source, rows: Sql) -> Sql:
        """`rows` of each of the source's wards, and of each of several types, in turn."""
        walked = [] if source.wards is None else [_aliased(source.wards, "w(ward)")]
        if self._is_by_type(source):
            numbers = [type_number(one) for one in self.types]
            walked.append(Sql("unnest(%s::smallint[]) AS t(rtype)", (numbers,)))
        if not walked:
            return rows
        return Sql(
            f"SELECT {_columns(self.order, 'x')} FROM {', '.join(one.text for one in walked)}"
            f" CROSS JOIN LATERAL ({rows.text}) x",
            (*_params(walked), *rows.params),
        )

    def _union(self, parts: Sequence[Sql], *, in_order: bool = True) -> Sql:
        return united(parts, self.order, self.limit, in_order=in_order)


def united(parts: Sequence[Sql], order: Order, limit: int, *, in_order: bool = True) -> Sql:
    """All rows (bucket, rid, k0 …) of `parts`, in order and cut to `limit`."""
    if not parts:
        nulls = ", ".join(f"NULL AS k{n}" for n in order.width)
        return Sql(f"SELECT 0 AS bucket, 0::bigint AS rid, {nulls} WHERE false")
    by = f" ORDER BY {order.outer('u')}" if in_order else ""
    return Sql(
        f"SELECT {_columns(order, 'u')} FROM ({_union(parts)}) u{by} LIMIT %s",
        (*_params(parts), limit),
    )


def _columns(order: Order, alias: str) -> str:
    keys = (f"{alias}.k{n}" for n in order.width)
    return ", ".join([f"{alias}.bucket", f"{alias}.rid", *keys])


def _aliased(relation: Sql, alias: str) -> Sql:
    return Sql(f"{relation.text} AS {alias}", relation.params)


def total(parts: Sequence[Part], access: Access, at_most: int | None = None) -> Sql:
    """The number of all rows, as one row of one bigint; with `at_most` it stops counting there."""
    found = rows(parts, access, at_most)
    return Sql(f"SELECT count(*) FROM ({found.text}) c", found.params)


def rows(
    parts: Sequence[Part],
    access: Access,
    at_most: int | None = None,
    *,
    says_type: bool = True,
) -> Sql:
    """All rows, without order and columns, or `at_most` of them.

    Without `says_type` the criteria alone imply the type.
    """
    limit = Sql("") if at_most is None else Sql(" LIMIT %s", (at_most,))
    found = [
        _found(source, part.criteria.relation, _matching(source, of_type, branch), limit)
        for part in parts
        for of_type in [of_types("i.rtype", part.types) if says_type else TRUE]
        for source, branch in product(_counted(part, access), part.criteria.branches)
    ]
    if not found:
        return Sql("SELECT WHERE false")
    if len(found) == 1:
        return found[0]
    return Sql(f"{_union(found)}{limit.text}", (*_params(found), *limit.params))


def _counted(part: Part, access: Access) -> Sequence[Source]:
    if part.criteria.bound:
        return (Source(tested(access, part.types[0])),)
    return walked(access, part.types[0])


def _found(source: Source, relation: Sql, matches: Sql, limit: Sql) -> Sql:
    if source.wards is not None:
        wards = source.wards
        joined = f"{wards.text} AS w(ward) JOIN {relation.text} ON i.ward = w.ward"
        relation = Sql(joined, (*wards.params, *relation.params))
    return Sql(
        f"SELECT FROM {relation.text} WHERE {matches.text}{limit.text}",
        (*relation.params, *matches.params, *limit.params),
    )


def _matching(source: Source, of_type: Sql, condition: Sql) -> Sql:
    """The caller's predicate first, then the type, then what was asked."""
    return every([source.where, of_type, condition])


def _union(parts: Sequence[Sql]) -> str:
    return " UNION ALL ".join(f"({part.text})" for part in parts)


def _params(parts: Sequence[Sql]) -> tuple[Any, ...]:
    return tuple(param for part in parts for param in part.params)
