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
from ehr.search.criteria import Criteria
from ehr.search.driven import Driven, Driver
from ehr.search.order import Order
from ehr.search.query import Cursor
from ehr.search.sql import Sql, either, every

_NO_ROW = Sql("SELECT 0 AS bucket, 0::bigint AS rid, NULL AS key WHERE false")


@dataclass(frozen=True, slots=True)
class Scan:
    """What is read of one type, up to `limit` rows."""

    resource_type: str
    criteria: Criteria
    order: Order
    limit: int
    driver: Driver | None = None
    """The words that drive the search; `criteria` then holds the rest."""

    def first(self, cursor: Cursor | None, access: Access) -> Sql:
        """(bucket, rid, key) of the first rows after `cursor` that `access` may see."""
        sources = self._sources(access)
        if self.driver is None:
            parts = self._walked(sources, cursor)
        else:
            driven = Driven(self.driver, self.order, cursor, self.limit)
            parts = self._driven(driven, sources)
        if not parts:
            return _NO_ROW
        if len(parts) == 1 and sources[0].wards is None:
            return parts[0]
        return Sql(
            f"SELECT u.bucket, u.rid, u.key FROM ({_union(parts)}) u"
            f" ORDER BY {self.order.outer('u')} LIMIT %s",
            (*_params(parts), self.limit),
        )

    def _walked(self, sources: Sequence[Source], cursor: Cursor | None) -> list[Sql]:
        zones = self.order.zones(cursor)
        if self._is_one_scan and zones:
            zones = [either(zones)]
        return [
            _laterally(source, self._read(source, every([branch, zone])))
            for source, branch, zone in product(sources, self.criteria.branches, zones)
        ]

    def _driven(self, driven: Driven, sources: Sequence[Source]) -> list[Sql]:
        rest = self.criteria.branches[0]
        return [
            _laterally(source, scan)
            for source in sources
            for scan in driven.read(source, _matching(source, self.resource_type, rest))
        ]

    @property
    def _is_one_scan(self) -> bool:
        return self.criteria.bound or self.order.column == "o.id"

    def _sources(self, access: Access) -> tuple[Source, ...]:
        if self._is_one_scan:
            return (Source(tested(access, self.resource_type)),)
        return walked(access, self.resource_type)

    def _read(self, source: Source, condition: Sql) -> Sql:
        """The first rows of one source, in the order of an index."""
        matches = _matching(source, self.resource_type, condition)
        # Rows that are walked come in zones with and without a key, each as its index has it.
        with_nulls = self.order.nullable and self._is_one_scan
        return Sql(
            f"SELECT i.bucket, i.rid, {self.order.column} AS key FROM {self._relation}"
            f" WHERE {matches.text}"
            f" ORDER BY {self.order.by(self.order.column, 'i.rid', with_nulls=with_nulls)}"
            " LIMIT %s",
            (*matches.params, self.limit),
        )

    @property
    def _relation(self) -> str:
        """The index, with the ids beside it when they are the order."""
        if self.order.column != "o.id":
            return "resource_index i"
        if self.criteria.bound:
            return "resource_index i JOIN resource o ON o.bucket = i.bucket AND o.rid = i.rid"
        return (
            "resource_directory o JOIN resource_index i"
            " ON i.bucket = (o.rid >> 48)::int AND i.rid = o.rid AND o.rtype = i.rtype"
        )


def _laterally(source: Source, rows: Sql) -> Sql:
    """`rows` of each of the source's wards in turn."""
    if source.wards is None:
        return rows
    return Sql(
        f"SELECT x.bucket, x.rid, x.key FROM {source.wards.text} AS w(ward)"
        f" CROSS JOIN LATERAL ({rows.text}) x",
        (*source.wards.params, *rows.params),
    )


def total(
    resource_type: str, criteria: Criteria, access: Access, at_most: int | None = None
) -> Sql:
    """The number of all rows, as one row of one bigint; with `at_most` it stops counting there."""
    found = rows(resource_type, criteria, access, at_most)
    return Sql(f"SELECT count(*) FROM ({found.text}) c", found.params)


def rows(resource_type: str, criteria: Criteria, access: Access, at_most: int | None = None) -> Sql:
    """All rows, without order and columns, or `at_most` of them."""
    bound = criteria.bound
    sources = (Source(tested(access, resource_type)),) if bound else walked(access, resource_type)
    limit = Sql("") if at_most is None else Sql(" LIMIT %s", (at_most,))
    parts = [
        _found(source, resource_type, branch, limit)
        for source, branch in product(sources, criteria.branches)
    ]
    if not parts:
        return Sql("SELECT WHERE false")
    if len(parts) == 1:
        return parts[0]
    return Sql(f"{_union(parts)}{limit.text}", (*_params(parts), *limit.params))


def _found(source: Source, resource_type: str, condition: Sql, limit: Sql) -> Sql:
    matches = _matching(source, resource_type, condition)
    relation, wards = "resource_index i", Sql("")
    if source.wards is not None:
        wards = source.wards
        relation = f"{wards.text} AS w(ward) JOIN resource_index i ON i.ward = w.ward"
    return Sql(
        f"SELECT FROM {relation} WHERE {matches.text}{limit.text}",
        (*wards.params, *matches.params, *limit.params),
    )


def _matching(source: Source, resource_type: str, condition: Sql) -> Sql:
    """The caller's predicate first, then the type, then what was asked."""
    return every([source.where, Sql("i.rtype = %s", (type_number(resource_type),)), condition])


def _union(parts: Sequence[Sql]) -> str:
    return " UNION ALL ".join(f"({part.text})" for part in parts)


def _params(parts: Sequence[Sql]) -> tuple[Any, ...]:
    return tuple(param for part in parts for param in part.params)
