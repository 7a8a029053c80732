"""The order of matches, and where in it a page begins: keyset paging on (sort key, rid).

Never an offset: a page costs the same wherever it is, and repeats or skips no resource that did
not change. Missing values come last, in either direction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from ehr.errors import InvalidQuery, NotSupported
from ehr.search.query import Cursor, SearchQuery
from ehr.search.sql import TRUE, Sql, every

Column = Literal["i.lu", "i.dlo", "o.id", "s.v"]
"""Last change, main date, id, or the text that a search by name found."""


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are read: `descending` is the direction of reading, turned when paging back."""

    column: Column
    descending: bool
    nullable: bool = False
    backward: bool = False

    def by(self, column: str, rid: str, *, with_nulls: bool) -> str:
        """ORDER BY as rows are read; where null cannot be, as the index has it."""
        nulls = f" NULLS {'FIRST' if self.backward else 'LAST'}" if with_nulls else ""
        return f"{column} {self._word}{nulls}, {rid} {self._word}"

    def outer(self, alias: str) -> str:
        """ORDER BY over (key, rid) of `alias`, as read."""
        return self.by(f"{alias}.key", f"{alias}.rid", with_nulls=self.nullable)

    def shown(self, alias: str) -> str:
        """ORDER BY over (key, rid) of `alias`, as the page shows it."""
        descending = self.descending != self.backward
        return replace(self, descending=descending, backward=False).outer(alias)

    @property
    def _word(self) -> str:
        return "DESC" if self.descending else "ASC"

    def zones(self, cursor: Cursor | None) -> list[Sql]:
        """Disjoint parts of the order from the cursor on: rows with a key, and rows without."""
        with_key, without = self._with_key(cursor), self._without_key(cursor)
        return [part for part in (with_key, without) if part is not None]

    def _with_key(self, cursor: Cursor | None) -> Sql | None:
        present = Sql(f"{self.column} IS NOT NULL") if self.nullable else TRUE
        if cursor is None:
            return present
        if cursor.keys[0] is None:
            return present if self.backward else None
        beyond = Sql(
            f"({self.column}, i.rid) {'<' if self.descending else '>'} (%s, %s)",
            (cursor.keys[0], cursor.rid),
        )
        return every([present, beyond])

    def _without_key(self, cursor: Cursor | None) -> Sql | None:
        if not self.nullable:
            return None
        missing = Sql(f"{self.column} IS NULL")
        if cursor is None:
            return missing
        if cursor.keys[0] is None:
            sign = "<" if self.descending else ">"
            return every([missing, Sql(f"i.rid {sign} %s", (cursor.rid,))])
        return None if self.backward else missing


_COLUMNS: dict[str, Column] = {"lu": "i.lu", "date": "i.dlo", "id": "o.id"}


def order_of(query: SearchQuery, *, has_date: bool, by_name: bool) -> Order:
    """The order of a query: last changed first when it asks for none, or `by_name`.

    `has_date`: a filter already leaves out what has no main date. Raises NotSupported, and
    InvalidQuery for the cursor of another order.
    """
    order = _asked(query, has_date=has_date, by_name=by_name)
    cursor = query.cursor
    if cursor is None:
        return order
    key = cursor.keys[0] if len(cursor.keys) == 1 else b""
    kind = str if order.column in ("o.id", "s.v") else datetime
    if not (isinstance(key, kind) or (key is None and order.nullable)):
        raise InvalidQuery("The page link does not belong to this search.")
    descending = order.descending != cursor.backward
    return replace(order, descending=descending, backward=cursor.backward)


def _asked(query: SearchQuery, *, has_date: bool, by_name: bool) -> Order:
    if not query.sort:
        return Order("s.v", descending=False) if by_name else Order("i.lu", descending=True)
    key = query.sort[0]
    if len(query.sort) > 1:
        raise NotSupported("Sorting by more than one key is not supported.")
    column = _COLUMNS.get(key.parameter.storage)
    if column is None:
        raise NotSupported(f"Sorting by {key.parameter.code} is not supported.")
    nullable = column == "i.dlo" and not has_date and not key.parameter.required
    return Order(column, key.descending, nullable)
