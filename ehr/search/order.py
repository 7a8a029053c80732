"""The order of matches, and where in it a page begins: keyset paging on (sort keys, rid).

Never an offset: a page costs the same wherever it is, and repeats or skips no resource that did
not change. Missing values come last, in either direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ehr.errors import InvalidQuery
from ehr.search.query import Cursor, SearchQuery
from ehr.search.sortable import Key, is_of_document, key_of
from ehr.search.sql import TRUE, Sql, either, every


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are read: by its keys, then by rid in the direction of the first key."""

    keys: tuple[Key, ...]
    backward: bool = False

    @property
    def first(self) -> Key:
        """The key whose index may be walked."""
        return self.keys[0]

    @property
    def column(self) -> str:
        """The column of the first key."""
        return self.first.column

    @property
    def descending(self) -> bool:
        """Whether rows are read from the highest to the lowest."""
        return self.first.descending

    @property
    def width(self) -> range:
        """The numbers of its keys, whose columns are `k0`, `k1` … in what is read."""
        return range(len(self.keys))

    def by(self, columns: Sequence[str], rid: str, *, with_nulls: bool) -> str:
        """ORDER BY as rows are read; where the first key cannot be null, as its index has it."""
        parts = []
        for n, (key, column) in enumerate(zip(self.keys, columns, strict=True)):
            says_nulls = key.nullable and (with_nulls or n > 0)
            nulls = f" NULLS {'FIRST' if self.backward else 'LAST'}" if says_nulls else ""
            parts.append(f"{column} {_word(key)}{nulls}")
        return ", ".join([*parts, f"{rid} {_word(self.first)}"])

    def read(self, rid: str, *, with_nulls: bool) -> str:
        """ORDER BY where the keys are columns of the statement itself."""
        return self.by([key.column for key in self.keys], rid, with_nulls=with_nulls)

    def outer(self, alias: str) -> str:
        """ORDER BY over (k0, …, rid) of `alias`, as read."""
        return self.by([f"{alias}.k{n}" for n in self.width], f"{alias}.rid", with_nulls=True)

    def shown(self, alias: str) -> str:
        """ORDER BY over (k0, …, rid) of `alias`, as the page shows it."""
        return (self.turned if self.backward else self).outer(alias)

    @property
    def turned(self) -> "Order":
        """The same order, read from the other end."""
        keys = tuple(replace(key, descending=not key.descending) for key in self.keys)
        return Order(keys, not self.backward)

    @property
    def selected(self) -> str:
        """The keys as columns of what is read."""
        return ", ".join(f"{key.column} AS k{n}" for n, key in enumerate(self.keys))

    @property
    def computed(self) -> Sql:
        """A relation `k` beside the row `i` for the keys that are no columns; empty without any."""
        found = [key for key in self.keys if key.computed is not None]
        if not found:
            return Sql("")
        named = [(key.column.partition(".")[2], key.computed or TRUE) for key in found]
        text = ", ".join(f"{sql.text} AS {name}" for name, sql in named)
        params = tuple(param for _, sql in named for param in sql.params)
        return Sql(f" CROSS JOIN LATERAL (SELECT {text}) k", params)

    def zones(self, cursor: Cursor | None) -> list[Sql]:
        """Disjoint parts of the order from the cursor on, as read: rows with a key, and without."""
        with_key, without = self.with_key(cursor), self.without_key(cursor)
        found = [part for part in (with_key, without) if part is not None]
        return found[::-1] if self.backward else found

    def with_key(self, cursor: Cursor | None) -> Sql | None:
        """Rows that have the first key, after the cursor; None when there are none."""
        present = Sql(f"{self.column} IS NOT NULL") if self.first.nullable else TRUE
        if cursor is None:
            return present
        if cursor.keys[0] is None:
            return present if self.backward else None
        return every([present, self._beyond(cursor)])

    def without_key(self, cursor: Cursor | None) -> Sql | None:
        """Rows that lack the first key, after the cursor; None when there are none."""
        if not self.first.nullable:
            return None
        missing = Sql(f"{self.column} IS NULL")
        if cursor is None:
            return missing
        if cursor.keys[0] is None:
            return every([missing, self._after(cursor, 1)])
        return None if self.backward else missing

    def _beyond(self, cursor: Cursor) -> Sql:
        """After the cursor, by a first key that is there: a range of its index, first of all."""
        sign = "<" if self.descending else ">"
        if len(self.keys) == 1:
            return Sql(f"({self.column}, i.rid) {sign} (%s, %s)", (cursor.keys[0], cursor.rid))
        in_range = Sql(f"{self.column} {sign}= %s", (cursor.keys[0],))
        later = Sql(f"{self.column} {sign} %s", (cursor.keys[0],))
        return every([in_range, either([later, self._after(cursor, 1)])])

    def _after(self, cursor: Cursor, position: int) -> Sql:
        """After the cursor among rows that are equal to it in the keys before `position`."""
        if position == len(self.keys):
            return Sql(f"i.rid {'<' if self.descending else '>'} %s", (cursor.rid,))
        key, value = self.keys[position], cursor.keys[position]
        further = self._after(cursor, position + 1)
        missing, present = Sql(f"{key.column} IS NULL"), Sql(f"{key.column} IS NOT NULL")
        if value is None:
            equal = every([missing, further])
            return either([present, equal]) if self.backward else equal
        later = Sql(f"{key.column} {'<' if key.descending else '>'} %s", (value,))
        equal = every([Sql(f"{key.column} = %s", (value,)), further])
        last = [missing] if key.nullable and not self.backward else []
        return either([later, equal, *last])


def _word(key: Key) -> str:
    return "DESC" if key.descending else "ASC"


def order_of(query: SearchQuery, *, has_date: bool, by_name: bool) -> Order:
    """The order of a query: last changed first when it asks for none, or `by_name`.

    `has_date`: a filter already leaves out what has no main date. Raises InvalidQuery for the
    cursor of another order.
    """
    order = _asked(query, has_date=has_date, by_name=by_name)
    cursor = query.cursor
    if cursor is None:
        return order
    if len(cursor.keys) != len(order.keys) or not all(map(_fits, order.keys, cursor.keys)):
        raise InvalidQuery("The page link does not belong to this search.")
    return order.turned if cursor.backward else order


def _fits(key: Key, value: object) -> bool:
    return isinstance(value, key.kind) or (value is None and key.nullable)


def _asked(query: SearchQuery, *, has_date: bool, by_name: bool) -> Order:
    if not query.sort:
        key = Key("s.v", str, False) if by_name else Key("i.lu", datetime, True)
        return Order((key,))
    keys: list[Key] = []
    for position, sort in enumerate(query.sort):
        keys.append(key_of(sort, position, has_date=has_date))
        if sort.parameter.storage == "id":
            break  # No two have one id, so that nothing is left to sort.
    return Order(tuple(keys))


def sorts_documents(query: SearchQuery) -> bool:
    """Whether rows cannot be put in order without their documents."""
    return any(is_of_document(one.parameter) for one in query.sort)
