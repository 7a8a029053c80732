"""The side tables as conditions: a row of values beside the row of the resource itself.

`comp` of such a row ties it to its siblings in one element, for composite parameters
(`ehr.search.composite`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ehr.search.sql import Sql, every

Table = Literal["index_string", "index_date", "index_quantity"]


@dataclass(frozen=True, slots=True)
class SideRow:
    """Rows `x` of a side table: of one of the parameters `numbers`, and meeting `condition`."""

    table: Table
    numbers: Sequence[int]
    condition: Sql

    def exists(self, also: Sequence[Sql] = ()) -> Sql:
        """Whether the resource `i` has such a row."""
        rows = self._rows("", every([self.condition, *also]))
        return Sql(f"EXISTS ({rows.text})", rows.params)

    def is_sibling(self) -> Sql:
        """Whether another row `x`, of the statement around, has its `comp` from such a row."""
        rows = self._rows(" x.comp", self.condition)
        return Sql(f"x.comp IN ({rows.text})", rows.params)

    def _rows(self, column: str, condition: Sql) -> Sql:
        return Sql(
            f"SELECT{column} FROM {self.table} x WHERE x.bucket = i.bucket AND x.rid = i.rid"
            f" AND x.ward = i.ward AND x.param = ANY (%s::smallint[]) AND {condition.text}",
            (list(self.numbers), *condition.params),
        )
