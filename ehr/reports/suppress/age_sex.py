"""Age × sex: shown for a ward as a whole or not at all, and for the city cell by cell.

A ward with a small cell shows none of its table, and so do the wards that others' small cells
were protected with. What the city's table says of all withheld wards together must not be small
either. Some of a withheld table follows from what is shown (a ward where only women came): such
cells are shown, and if one of them is small after all, nothing of age × sex is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ehr.reports.suppress.blocks import Hiding, Strata
from ehr.reports.suppress.groups import small

Cell = tuple[int, int]
"""Age band and sex, as units."""
Leaf = Mapping[Cell, int]


@dataclass(slots=True)
class AgeSex:
    """The age × sex tables of all wards (or units of wards), and what of them is withheld."""

    leaves: Mapping[int, Leaf]
    threshold: int
    withheld: set[int] = field(default_factory=set)
    """Wards whose table is not shown."""
    hidden: set[Cell] = field(default_factory=set)
    """Cells of the city's table that are not shown."""
    city: dict[Cell, int] = field(init=False)

    def __post_init__(self) -> None:
        self.city = {}
        for leaf in self.leaves.values():
            for cell, value in leaf.items():
                self.city[cell] = self.city.get(cell, 0) + value

    def protect(self) -> bool:
        """Withhold what must be; False if that cannot be done and nothing may be shown."""
        for ward, leaf in self.leaves.items():
            if any(small(value, self.threshold) for value in leaf.values()):
                self.withheld.add(ward)
        self._enlarge()
        return self._protect_city()

    def _enlarge(self) -> None:
        """Withhold more wards until those withheld are several and no small number together."""
        while self.withheld and len(self.withheld) < len(self.leaves):
            cell = self._small_together()
            if cell is not None:
                self.enlarge(cell)
            elif len(self.withheld) > 1:
                return
            else:
                self.withheld.add(min(set(self.leaves) - self.withheld, key=self._loss))

    def enlarge(self, cell: Cell) -> bool:
        """Withhold one more ward with visits in `cell`; False when there is none."""
        fit = [w for w in self.leaves if w not in self.withheld and self.leaves[w].get(cell, 0)]
        if fit:
            self.withheld.add(min(fit, key=self._loss))
        return bool(fit)

    def _loss(self, ward: int) -> tuple[int, int]:
        """The smallest ward first."""
        return sum(self.leaves[ward].values()), ward

    def _small_together(self) -> Cell | None:
        for cell, value in self.city.items():
            together = sum(self.leaves[ward].get(cell, 0) for ward in self.withheld)
            if small(together, self.threshold) and not small(value, self.threshold):
                return cell
        return None

    def _protect_city(self) -> bool:
        """Hide blocks of the city's table in which withheld wards, each its own stratum so that
        its margins stay, can be thought to have moved visits."""
        wards = sorted(self.withheld)
        table: dict[int, dict[int, Strata]] = {band: {} for band, _ in self.city}
        for band, sex in self.city:
            cells = (self.leaves[ward].get((band, sex), 0) for ward in wards)
            table[band][sex] = tuple(cells) or (0,)
        fixed = {
            (band, sex): value - sum(table[band][sex]) for (band, sex), value in self.city.items()
        }
        hiding = Hiding(table, self.threshold, fixed=fixed)
        protected = hiding.protect()
        self.hidden = hiding.hidden
        return protected


Margin = Mapping[int, int | None]
"""Band or sex → the number shown, None where it is hidden."""


CITY = -1
"""Stands for the city among wards."""
Part = tuple[int, Cell]


def followed(
    tables: Mapping[int, tuple[Leaf, Margin, Margin]], city: Mapping[Cell, int | None]
) -> set[Part]:
    """The (ward, cell) of withheld tables that follow from what is shown.

    For each ward its table and its margins by band and by sex, also for the CITY if its table is
    withheld; `city` is what the city's table shows less the tables of other wards, None where it is
    hidden. Each sum with one unknown part gives that part away, again and again until none does.
    """
    unknown = {(ward, cell) for ward, (leaf, _, _) in tables.items() for cell in leaf}
    sums = [*_margin_sums(tables), *_city_sums(tables, city)]
    known: set[Part] = set()
    while found := {left.pop() for parts in sums if len(left := parts & unknown) == 1}:
        unknown -= found
        known |= found
    return known


def _margin_sums(tables: Mapping[int, tuple[Leaf, Margin, Margin]]) -> Iterator[set[Part]]:
    """The cells behind each margin that is shown."""
    for ward, (leaf, bands, sexes) in tables.items():
        for at, margin in ((0, bands), (1, sexes)):
            for key, shown in margin.items():
                parts = {(ward, cell) for cell in leaf if cell[at] == key}
                yield from _sum(parts, shown)


def _city_sums(
    tables: Mapping[int, tuple[Leaf, Margin, Margin]], city: Mapping[Cell, int | None]
) -> Iterator[set[Part]]:
    """The cells behind each cell of the city, with the city's own where that is withheld."""
    for cell, shown in city.items():
        parts = {(ward, cell) for ward, (leaf, _, _) in tables.items() if cell in leaf}
        if CITY in tables:
            yield parts
        else:
            yield from _sum(parts, shown)


def _sum(parts: set[Part], shown: int | None) -> Iterator[set[Part]]:
    """A sum that is shown; one of 0 gives every part away by itself."""
    if shown == 0:
        yield from ({part} for part in parts)
    elif shown is not None:
        yield parts
