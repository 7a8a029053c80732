"""The other end of a chain or `_has`: its rows, and from which end a search begins.

When few rows are there, a search begins with them; when many are, it walks its own rows in their
order and asks each, until the page is full. Either way alone reads everything in the other case,
and the planner cannot know: it has no statistics on who has a name. So `ehr.records.probed` asks
first whether they are many. `OFFSET 0` keeps the planner to the question row by row
(docs/decisions/search-chains.md, "What the plans cost").
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from dataclasses import dataclass, replace
from itertools import product

from ehr.access import Access
from ehr.fhir.definitions import type_number
from ehr.search.caller import Source, tested, walked
from ehr.search.sql import TRUE, Branches, Scope, Sql, either, every

MOST_OF_WARDS = 500
"""Rows up to which a search begins at the other end, for a caller of a few wards."""
MOST_OF_EVERY_WARD = 2000
"""The same for a caller of every ward, whose own rows are many more."""
_INDEX = "resource_index i"


@dataclass(frozen=True, slots=True)
class Ends:
    """The conditions at the other end; `few` when they choose few rows by themselves."""

    branches: Branches
    few: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one type that the caller sees and that meet the conditions."""

    kind: str
    access: Access
    ends: Ends
    many: bool
    """Whether they are known to be many."""
    more: Sql = TRUE

    def that(self, more: Sql) -> "Rows":
        """Those of the rows that meet one condition more."""
        return replace(self, more=more)

    def begun(self, scope: Scope, there: Sql, here: Sql) -> Sql:
        """Of two ways to the same rows: `there` begins with these, `here` asks each outer row.

        Outer rows that something else has chosen are asked.
        """
        if self.ends.few:
            return there
        return here if self.many or scope.bound else there

    @property
    def any(self) -> Sql:
        """Whether there is such a row, for all rows at once."""
        found = self._select("true", (), _INDEX)
        return Sql(f"(SELECT EXISTS ({found.text}))", found.params)

    @property
    def most(self) -> int:
        """The rows up to which they are few."""
        return MOST_OF_EVERY_WARD if self.access.every_ward else MOST_OF_WARDS

    @property
    def counted(self) -> Sql:
        """How many they are, as one row of one bigint; one more than the most stands for all."""
        found = self._select("true", (), _INDEX)
        return Sql(
            f"SELECT count(*) FROM ({found.text} LIMIT %s) c", (*found.params, self.most + 1)
        )

    def estimated(self, *, says_type: bool) -> Sql:
        """What the planner expects of them, as one row of JSON: see `ehr.search.planned`.

        Without `says_type` the conditions alone imply the type.
        """
        found = self._select("true", (), _INDEX, says_type=says_type)
        return Sql(f"EXPLAIN (FORMAT JSON) {found.text}", found.params)

    def array(self, column: str, params: tuple[object, ...] = (), relation: str = _INDEX) -> Sql:
        """`column` of each row."""
        found = self._select(column, params, relation)
        return Sql(f"ARRAY({found.text})", found.params)

    def any_is(
        self, own: str, column: str, params: tuple[object, ...] = (), relation: str = _INDEX
    ) -> Sql:
        """Whether `own` of the outer row is `column` of one of the rows; an index finds it."""
        found = self.array(column, params, relation)
        return Sql(f"{own} = ANY ({found.text})", found.params)

    def found_from(self, own: str, link: Sql, through: str = "") -> Sql:
        """Whether one is linked to the outer row, whose columns `own` the link calls `o.a`, `o.b`.

        `through` is a relation that the link goes through.
        """
        names = ", ".join("ab"[: own.count(",") + 1])
        seen = tested(self.access, self.kind)
        where = every([link, seen, self._of_kind, self.more, either(self.ends.branches)])
        return Sql(
            f"EXISTS (SELECT FROM (SELECT {own}) AS o({names}), {through}{_INDEX}"
            f" WHERE {where.text} OFFSET 0)",
            where.params,
        )

    def _select(
        self, column: str, params: tuple[object, ...], relation: str, *, says_type: bool = True
    ) -> Sql:
        """`column` of each row, without brackets: ward by ward, as an index has them."""
        parts = [
            self._of_source(column, params, relation, source, every([kind, self.more, branch]))
            for source, branch in product(walked(self.access, self.kind), self.ends.branches)
            for kind in [self._of_kind if says_type else TRUE]
        ]
        if not parts:
            return Sql(f"SELECT {column} FROM {relation} WHERE false", params)
        return Sql(
            " UNION ALL ".join(part.text for part in parts),
            tuple(param for part in parts for param in part.params),
        )

    def _of_source(
        self, column: str, params: tuple[object, ...], relation: str, source: Source, more: Sql
    ) -> Sql:
        wards = source.wards or Sql("")
        walked_wards = f"{wards.text} AS w(ward) CROSS JOIN " if wards.text else ""
        where = every([source.where, more])
        return Sql(
            f"SELECT {column} FROM {walked_wards}{relation} WHERE {where.text}",
            (*params, *wards.params, *where.params),
        )

    @property
    def _of_kind(self) -> Sql:
        return Sql("i.rtype = %s", (type_number(self.kind),))
