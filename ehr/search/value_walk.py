"""Searches sorted by a side table, read in the order of its index: a page stops when it is full.

To sort a ward of 60,000 by family name would mean to look up 60,000 names for each page. Instead
index_string (or index_date) is walked in its own order, and each row is asked for the rest. Where
a resource has several values it stands at the first of them. Rows without a value come after all
others: they are looked for only when those with a value do not fill the page. `OFFSET 0` keeps the
planner to this plan: it has no statistics on which rows are the first of their resource.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ehr.search.caller import Source
from ehr.search.order import Order
from ehr.search.query import Cursor
from ehr.search.sortable import Values
from ehr.search.sql import TRUE, Sql

Reads = Sequence[Sql]
Union = Callable[[Reads], Sql]
"""Several reads as one, in order, cut to the page."""
Matching = Callable[[Source, Sql], Sql]
"""The caller's predicate, the type and the criteria, and a condition more."""
Laterally = Callable[[Source, Sql], Sql]
"""A read for each of the source's wards."""


_WALKED_AT_ONCE = frozenset({"index_string"})
"""Tables with an index that knows no ward; of the others the wards are walked one by one."""
_WARDS = Sql("(SELECT id FROM ward UNION ALL SELECT 0)")
_OF_WARD = Sql("w.ward")


@dataclass(frozen=True, slots=True)
class ValueWalk:
    """One page in the order of `values`, which are the order's first key."""

    values: Values
    order: Order
    limit: int
    matching: Matching
    laterally: Laterally
    union: Union

    def read(self, sources: Sequence[Source], cursor: Cursor | None) -> Sql:
        """(bucket, rid, k0 …) of the first rows after the cursor."""
        stages: list[Reads] = []
        if (present := self.order.with_key(cursor)) is not None:
            stages.append([self._present(one, present, cursor) for one in sources])
        if (missing := self.order.without_key(cursor)) is not None:
            stages.append([self._chosen(one, missing) for one in sources])
        if self.order.backward:
            stages.reverse()
        found = [self.union(stage) for stage in stages]
        return found[0] if len(found) == 1 else self._in_turn(*found)

    def _present(self, source: Source, present: Sql, cursor: Cursor | None) -> Sql:
        """Rows with a value; where the source itself chooses rows (granted), by looking it up."""
        if source.everywhere and self.values.table not in _WALKED_AT_ONCE:
            source = replace(source, wards=_WARDS, ward=_OF_WARD, everywhere=False)
        if source.ward is None and not source.everywhere:
            return self._chosen(source, present)
        return self.laterally(source, self._walk(source, cursor))

    def _walk(self, source: Source, cursor: Cursor | None) -> Sql:
        """The values of one ward or of all, in their order."""
        order, values = self._walked, self.values
        column = f"s.{values.column}"
        of_ward = Sql("")
        if source.ward is not None:
            of_ward = Sql(f" AND s.ward = {source.ward.text}", source.ward.params)
        matches = self.matching(source, order.with_key(cursor) or TRUE)
        begins = self._begins(column, cursor)
        before = "<" if order.descending == order.backward else ">"
        word = "DESC" if order.descending else "ASC"
        return Sql(
            f"SELECT i.bucket, i.rid, {order.selected}"
            f" FROM (SELECT s.bucket, s.rid, s.ctid, {column} FROM {values.table} s"
            f" WHERE s.param = %s{values.also.replace('x.', 's.')}{of_ward.text} AND {begins.text}"
            f" ORDER BY {column} {word}, s.rid {word} OFFSET 0) s"
            " CROSS JOIN LATERAL (SELECT * FROM resource_index i"
            " WHERE i.bucket = s.bucket AND i.rid = s.rid OFFSET 0) i"
            f"{order.computed.text} WHERE {matches.text}"
            f" AND NOT EXISTS (SELECT FROM {values.table} x WHERE x.bucket = s.bucket"
            f" AND x.rid = s.rid AND x.param = %s{values.also}"
            f" AND (x.{values.column}, x.ctid) {before} ({column}, s.ctid) OFFSET 0)"
            f" ORDER BY {order.read('s.rid', with_nulls=False)} LIMIT %s",
            (
                values.numbers[0], *of_ward.params, *begins.params, *order.computed.params,
                *matches.params, values.numbers[0], self.limit,
            ),
        )  # fmt: skip

    def _begins(self, column: str, cursor: Cursor | None) -> Sql:
        """Where in the table the walk begins; of several keys equal values are read again."""
        if cursor is None or cursor.keys[0] is None:
            return TRUE
        sign = "<" if self.order.descending else ">"
        if len(self.order.keys) > 1:
            return Sql(f"{column} {sign}= %s", (cursor.keys[0],))
        return Sql(f"({column}, s.rid) {sign} (%s, %s)", (cursor.keys[0], cursor.rid))

    @property
    def _walked(self) -> Order:
        """The order where its first key is the column that is walked."""
        column = f"s.{self.values.column}"
        first = replace(self.order.first, column=column, computed=None)
        return replace(self.order, keys=(first, *self.order.keys[1:]))

    def _chosen(self, source: Source, zone: Sql) -> Sql:
        """Rows whose values are looked up one by one."""
        order, matches = self.order, self.matching(source, zone)
        return self.laterally(
            source,
            Sql(
                f"SELECT i.bucket, i.rid, {order.selected}"
                f" FROM resource_index i{order.computed.text} WHERE {matches.text}"
                f" ORDER BY {order.read('i.rid', with_nulls=True)} LIMIT %s",
                (*order.computed.params, *matches.params, self.limit),
            ),
        )

    def _in_turn(self, first: Sql, then: Sql) -> Sql:
        """`first`, and `then` only if it leaves room."""
        columns = ", ".join(["bucket", "rid", *(f"k{n}" for n in self.order.width)])
        return Sql(
            f"WITH f AS MATERIALIZED ({first.text}) SELECT {columns} FROM ("
            f"SELECT {columns} FROM f UNION ALL SELECT {columns} FROM ({then.text}) t"
            " WHERE (SELECT count(*) FROM f) < %s) v"
            f" ORDER BY {self.order.outer('v')} LIMIT %s",
            (*first.params, *then.params, self.limit, self.limit),
        )
