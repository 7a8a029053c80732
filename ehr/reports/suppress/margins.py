"""One dimension by ward: what of the city's margin and of the wards' margins is hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ehr.reports.counts import column_sums
from ehr.reports.suppress.blocks import Hiding, Place, Strata
from ehr.reports.suppress.groups import Group, group, units


class Shown(Enum):
    """How much of a dimension can be shown at all."""

    CELLS = "all but some cells"
    CITY = "only the city's margin"
    NOTHING = "nothing"


Cells = Mapping[int, Mapping[int, Strata]]
"""Ward → category → its visits by stratum (see `blocks`)."""


@dataclass(slots=True)
class Dimension:
    """The decision for one dimension. `rows` is ward → its unit; wards without a visit are not
    in it, and what they show is 0."""

    cells: Cells
    rows: Mapping[int, int]
    threshold: int
    shown: Shown = Shown.CELLS
    grouped: Group = frozenset()
    """Categories that are small in the city, with companions."""
    columns: dict[int, int] = field(default_factory=dict)
    """Category → its unit, for the categories the city has."""
    table: dict[int, dict[int, Strata]] = field(default_factory=dict)
    """The table of units."""
    hidden: set[Place] = field(default_factory=set)
    """Units of wards × units of categories."""
    city: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.city = column_sums(
            {
                ward: {key: sum(cell) for key, cell in row.items()}
                for ward, row in self.cells.items()
            }
        )

    def decide(self, free: frozenset[int]) -> None:
        """Find out what is hidden; `free` are the units of wards that are groups."""
        grouped = group(self.city, self.threshold)
        if grouped is None:
            self.shown = Shown.NOTHING
            return
        self.grouped = grouped
        self.columns = units((key for key, value in self.city.items() if value), grouped)
        self.table = self._units()
        hiding = Hiding(self.table, self.threshold, free=free)
        if hiding.protect():
            self.hidden = hiding.hidden
        else:
            self.shown = Shown.CITY if self._roomy() else Shown.NOTHING

    def _units(self) -> dict[int, dict[int, Strata]]:
        width = next(len(cell) for row in self.cells.values() for cell in row.values())
        empty: Strata = (0,) * width
        table = {row: dict.fromkeys(self.columns.values(), empty) for row in self.rows.values()}
        for ward, row in self.rows.items():
            for key, column in self.columns.items():
                cell = self.cells[ward].get(key, empty)
                table[row][column] = tuple(map(sum, zip(table[row][column], cell, strict=True)))
        return table

    def _roomy(self) -> bool:
        """Whether margins alone leave every small cell free: enough visits lie outside its row
        and column."""
        rows = {row: sum(map(sum, cells.values())) for row, cells in self.table.items()}
        columns: dict[int, int] = {}
        for cells in self.table.values():
            for column, cell in cells.items():
                columns[column] = columns.get(column, 0) + sum(cell)
        total = sum(rows.values())
        return all(
            total - rows[row] - columns[column] + 1 >= 0
            for row, cells in self.table.items()
            for column, cell in cells.items()
            if 0 < sum(cell) < self.threshold
        )

    def unit(self, ward: int, key: int) -> int:
        """The visits of the unit cell that a ward's cell lies in."""
        return sum(self.table[self.rows[ward]][self.columns[key]])

    def hides_city(self, key: int) -> bool:
        """Whether the city's margin is hidden."""
        return self.shown is Shown.NOTHING or key in self.grouped

    def hides(self, ward: int, key: int, *, grouped: bool) -> bool:
        """Whether a ward's cell is hidden; `grouped` says that the ward's total is."""
        if ward not in self.rows:
            return False
        if self.shown is Shown.NOTHING:
            return True
        if key not in self.columns:
            return False
        if self.shown is Shown.CITY:
            return True
        if (grouped or key in self.grouped) and self.unit(ward, key) > 0:
            return True
        return (self.rows[ward], self.columns[key]) in self.hidden
