"""A table of two dimensions whose row and column sums are published: what to hide beside its small
cells.

For every small cell a block of hidden cells is found in which visits can be thought to have been
moved (from one column to another in its own row, and back in other rows), without any published
sum changing, so that the cell gets any value from 1 to one less than the threshold. Where a finer
table is bound to this one (age × sex), a cell is a tuple of strata and moves stay in a stratum.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from ehr.reports.suppress.groups import small

Strata = tuple[int, ...]
Place = tuple[int, int]
"""Row and column."""
Table = Mapping[int, Mapping[int, Strata]]
"""Row → column → the visits of the cell by stratum."""

_TRIED_COLUMNS = 8
"""Companion columns that are weighed; more cost time and hide hardly less."""
_TRIED_ROWS = 16
"""Other rows that are weighed at first; all of them if these do not do."""


class Hiding:
    """The hidden cells of one table, growing as blocks are found."""

    def __init__(
        self,
        table: Table,
        threshold: int,
        *,
        free: frozenset[int] = frozenset(),
        fixed: Mapping[Place, int] | None = None,
    ) -> None:
        """`free` rows are shown to nobody anyway (groups of wards); `fixed` are visits of a cell
        beside its strata, which cannot be thought to have been moved."""
        self._table = table
        self._threshold = threshold
        self._values = {
            (row, column): sum(cell) + (fixed or {}).get((row, column), 0)
            for row, cells in table.items()
            for column, cell in cells.items()
        }
        self._costs = {at: 0 if at[0] in free else v + 1 for at, v in self._values.items()}
        self._rows = sorted(table)
        self._columns = sorted({column for _, column in self._values})
        self._rows_of: dict[int, set[int]] = {column: set() for column in self._columns}
        self.hidden: set[Place] = set()

    def protect(self) -> bool:
        """Hide what must be hidden; False if some small cell cannot be protected in this way."""
        cells = sorted(at for at, value in self._values.items() if small(value, self._threshold))
        self._hide(cells)
        for at in cells:
            block = self._cheapest(*at, tried=_TRIED_ROWS) or self._cheapest(
                *at, tried=len(self._rows)
            )
            if block is None:
                return False
            self._hide(block)
        return True

    def _hide(self, cells: list[Place]) -> None:
        self.hidden.update(cells)
        for row, column in cells:
            self._rows_of[column].add(row)
            self._costs[row, column] = 0

    def _cost(self, row: int, columns: list[int]) -> int:
        """What readers lose when a row's cells are hidden: nothing for those hidden already."""
        costs = self._costs
        return sum([costs[row, column] for column in columns])

    def _cheapest(self, row: int, column: int, *, tried: int) -> list[Place] | None:
        """The block that hides least among those tried; None if there is none."""
        best: tuple[int, list[Place]] | None = None
        for companions in self._companions(row, column):
            if best and (len(companions) > 1 or self._cost(row, companions) >= best[0]):
                break
            found = self._with_companions(row, [column, *companions], tried)
            if found and (best is None or found[0] < best[0]):
                best = found
        return best[1] if best else None

    def _companions(self, row: int, column: int) -> Iterator[list[int]]:
        """Columns to move from: each alone, the cheapest first, then several, then all."""
        ordered = sorted(
            (c for c in self._columns if c != column and self._values[row, c] > 0),
            key=lambda c: (self._costs[row, c], c),
        )
        for each in ordered[:_TRIED_COLUMNS]:
            yield [each]
        for end in (2, 3, len(ordered)):
            if 1 < end <= len(ordered):
                yield ordered[:end]

    def _with_companions(
        self, row: int, columns: list[int], tried: int
    ) -> tuple[int, list[Place]] | None:
        """The cost and cells of a block over `columns`, the cell's own first, with as few other
        rows as are needed."""
        cells = self._table[row]
        need = _Need(self._values[row, columns[0]], self._threshold, *_split(cells, columns))
        if not need.possible:
            return None
        chosen = [row]
        for other in self._partners(row, columns, tried):
            if need.add(*_split(self._table[other], columns)):
                chosen.append(other)
            if need.met:
                cost = sum(self._cost(each, columns) for each in chosen)
                return cost, [(each, column) for each in chosen for column in columns]
        return None

    def _partners(self, row: int, columns: list[int], tried: int) -> Iterator[int]:
        """Other rows: those where the whole block is hidden already, then the cheapest."""
        hidden = set.intersection(*(self._rows_of[column] for column in columns)) - {row}
        # The fullest first: one or two of them do.
        yield from sorted(hidden, key=lambda r: (-self._values[r, columns[0]], r))
        half = self._rows_of[columns[0]] - hidden - {row}
        yield from nsmallest(tried, half, key=lambda r: (self._cost(r, columns), r))
        rest = (
            r
            for r in self._rows
            if r != row
            and r not in self._rows_of[columns[0]]
            and (tried == len(self._rows) or self._values[r, columns[0]] > 0)
        )
        yield from nsmallest(tried, rest, key=lambda r: (self._cost(r, columns), r))


def _split(cells: Mapping[int, Strata], columns: list[int]) -> tuple[Strata, Strata]:
    """A row's cell in the first of `columns`, and in the others together."""
    first, *others = (cells[column] for column in columns)
    return first, others[0] if len(others) == 1 else tuple(map(sum, zip(*others, strict=True)))


@dataclass(slots=True)
class _Need:
    """How many visits must be able to move into and out of a cell, and how many can so far."""

    value: int
    threshold: int
    takes: Strata
    """Visits of the cell itself, by stratum."""
    gives: Strata
    """Visits of its row in the companion columns."""
    _up: int = field(init=False)
    _down: int = field(init=False)
    _in_column: Strata = field(init=False)
    _in_companions: Strata = field(init=False)
    _ups: int = 0
    _downs: int = 0

    def __post_init__(self) -> None:
        self._up = max(1, self.threshold - 1 - self.value)
        self._down = self.value - 1
        self._in_column = self._in_companions = (0,) * len(self.takes)

    @property
    def possible(self) -> bool:
        """Whether the row itself has enough visits to give, whatever other rows take."""
        return sum(self.gives) >= self._up

    @property
    def met(self) -> bool:
        """Whether the cell can have every small value."""
        return self._ups >= self._up and self._downs >= self._down

    def add(self, column: Strata, companions: Strata) -> bool:
        """Take another row into the block; False, and left out, if it moves nothing that lacks."""
        in_column = tuple(map(int.__add__, self._in_column, column))
        in_companions = tuple(map(int.__add__, self._in_companions, companions))
        ups = min(self._up, sum(map(min, self.gives, in_column)))
        downs = min(self._down, sum(map(min, self.takes, in_companions)))
        if (ups, downs) == (self._ups, self._downs):
            return False
        self._in_column, self._in_companions = in_column, in_companions
        self._ups, self._downs = ups, downs
        return True
