"""The decision for a whole month: which cell of which table is hidden.

Order: the city's total, the wards' totals, each dimension, age × sex. Each step relies on the sums
that the steps before leave shown, and changes none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ehr.reports.counts import KINDS, Counts, Kind
from ehr.reports.suppress.age_sex import CITY, AgeSex, Cell, Leaf, Margin, followed
from ehr.reports.suppress.blocks import Strata
from ehr.reports.suppress.groups import Group, group, small, units
from ehr.reports.suppress.margins import Dimension, Shown


@dataclass(slots=True)
class Plan:
    """Made by `plan`; answers for every published cell whether it is hidden."""

    counts: Counts
    threshold: int
    nothing: bool = False
    """So few visits that not even the city's total is shown."""
    grouped: Group = frozenset()
    """Wards with a small total, and their companions."""
    rows: dict[int, int] = field(default_factory=dict)
    """Ward with visits → its unit."""
    dimensions: dict[Kind, Dimension] = field(default_factory=dict)
    age_sex: AgeSex | None = None
    """None when nothing of age × sex is shown."""
    leaves: dict[int, dict[Cell, int]] = field(default_factory=dict)
    """Unit → its age × sex table, by units of bands and sexes."""
    known: set[tuple[int, Cell]] = field(default_factory=set)
    """Cells of withheld tables that follow from what is shown, and so are shown."""

    def hides_total(self, ward: int) -> bool:
        """Whether a ward's total is hidden."""
        return self.nothing or ward in self.grouped

    def hides_city_margin(self, kind: Kind, key: int) -> bool:
        """Whether a category's count in the city is hidden."""
        return self.nothing or self.dimensions[kind].hides_city(key)

    def hides_margin(self, ward: int, kind: Kind, key: int) -> bool:
        """Whether a category's count in a ward is hidden."""
        if self.nothing:
            return True
        return self.dimensions[kind].hides(ward, key, grouped=ward in self.grouped)

    def hides_city_cell(self, band: int, sex: int) -> bool:
        """Whether a cell of the city's age × sex is hidden."""
        return self.nothing or self._hides_cell(CITY, band, sex, grouped=False)

    def hides_cell(self, ward: int, band: int, sex: int) -> bool:
        """Whether a cell of a ward's age × sex is hidden."""
        if self.nothing:
            return True
        if ward not in self.rows:
            return False
        return self._hides_cell(self.rows[ward], band, sex, grouped=ward in self.grouped)

    def _hides_cell(self, unit: int, band: int, sex: int, *, grouped: bool) -> bool:
        bands, sexes = self.dimensions["band"], self.dimensions["sex"]
        if Shown.NOTHING in (bands.shown, sexes.shown):
            return True
        if band not in bands.columns or sex not in sexes.columns:
            return False
        cell = bands.columns[band], sexes.columns[sex]
        if (grouped or band in bands.grouped or sex in sexes.grouped) and self.leaves[unit][cell]:
            return True
        return self._withholds(unit, cell)

    def _withholds(self, unit: int, cell: Cell) -> bool:
        if (unit, cell) in self.known:
            return False
        if self.age_sex is None:
            return True
        if unit == CITY:
            return cell in self.age_sex.hidden
        return unit in self.age_sex.withheld


def plan(counts: Counts, threshold: int) -> Plan:
    """What to hide of a month's counts: the same for the same counts, whoever asks for what."""
    totals = counts.totals()
    made = Plan(counts, threshold)
    grouped = group(totals, threshold)
    if small(sum(totals.values()), threshold) or grouped is None:
        made.nothing = True
        return made
    made.grouped = grouped
    made.rows = units((ward for ward, total in totals.items() if total), grouped)
    free = frozenset(made.rows[ward] for ward in grouped)
    for kind in KINDS:
        made.dimensions[kind] = Dimension(_cells(counts, kind), made.rows, threshold)
        if made.rows:
            made.dimensions[kind].decide(free)
    if made.rows and Shown.NOTHING not in _shown(made):
        _decide_age_sex(made, free)
    return made


def _shown(made: Plan) -> tuple[Shown, Shown]:
    return made.dimensions["band"].shown, made.dimensions["sex"].shown


def _cells(counts: Counts, kind: Kind) -> dict[int, dict[int, Strata]]:
    """Ward → category → visits by stratum: bands by sex and sexes by band, the others whole."""
    if kind in {"chapter", "insurance"}:
        return {
            ward: {key: (value,) for key, value in row.items()}
            for ward, row in counts.margins(kind).items()
        }
    at = 0 if kind == "band" else 1
    strata = sorted({cell[1 - at] for cells in counts.age_sex.values() for cell in cells})
    found: dict[int, dict[int, Strata]] = {}
    for ward, cells in counts.age_sex.items():
        keys = {cell[at] for cell in cells}
        found[ward] = {
            key: tuple(cells.get((key, s) if at == 0 else (s, key), 0) for s in strata)
            for key in keys
        }
    return found


def _decide_age_sex(made: Plan, free: frozenset[int]) -> None:
    bands, sexes = made.dimensions["band"], made.dimensions["sex"]
    leaves = _leaves(made)
    made.leaves = {**leaves, CITY: _city(leaves)}
    if Shown.CITY not in (bands.shown, sexes.shown):
        out = {row for row, _ in bands.hidden | sexes.hidden} | set(free)
        age_sex = AgeSex(leaves, made.threshold, out)
        made.age_sex = age_sex if age_sex.protect() else None
    made.known = _followed(made)
    while made.age_sex and (cell := _given_away(made, made.age_sex)):
        if not made.age_sex.enlarge(cell):
            made.age_sex = None
        made.known = _followed(made)


def _given_away(made: Plan, age_sex: AgeSex) -> Cell | None:
    """A cell that is small in a ward although it follows, or in what is left unknown together."""
    for unit, cell in sorted(made.known):
        if small(made.leaves[unit][cell], made.threshold):
            return cell
    for cell in sorted(set(age_sex.city) - age_sex.hidden):
        unknown = (unit for unit in age_sex.withheld if (unit, cell) not in made.known)
        if small(sum(made.leaves[unit][cell] for unit in unknown), made.threshold):
            return cell
    return None


def _leaves(made: Plan) -> dict[int, dict[Cell, int]]:
    """The age × sex tables by units, with every cell that could have a visit."""
    bands, sexes = made.dimensions["band"].columns, made.dimensions["sex"].columns
    empty = {(band, sex): 0 for band in bands.values() for sex in sexes.values()}
    found = {row: dict(empty) for row in made.rows.values()}
    for ward, row in made.rows.items():
        for (band, sex), value in made.counts.age_sex[ward].items():
            if value:
                found[row][bands[band], sexes[sex]] += value
    return found


def _city(leaves: Mapping[int, Leaf]) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for leaf in leaves.values():
        for cell, value in leaf.items():
            found[cell] = found.get(cell, 0) + value
    return found


def _followed(made: Plan) -> set[tuple[int, Cell]]:
    """What follows of the withheld tables; the city's is one of them when none is shown."""
    leaves, age_sex = made.leaves, made.age_sex
    if age_sex is None:
        tables = {unit: (leaves[unit], *_margins(made, unit)) for unit in leaves}
        return followed(tables, dict.fromkeys(leaves[CITY]))
    out = age_sex.withheld
    tables = {unit: (leaves[unit], *_margins(made, unit)) for unit in out}
    shown = set(leaves) - {CITY} - out
    city = {
        cell: None if cell in age_sex.hidden else value - sum(leaves[u][cell] for u in shown)
        for cell, value in leaves[CITY].items()
    }
    return followed(tables, city)


def _margins(made: Plan, unit: int) -> tuple[Margin, Margin]:
    """What is shown, or follows, of a unit's margins by band and by sex."""
    found: list[dict[int, int | None]] = []
    for at, kind in ((0, "band"), (1, "sex")):
        dimension = made.dimensions["band" if kind == "band" else "sex"]
        margin: dict[int, int | None] = {}
        for cell, value in made.leaves[unit].items():
            margin[cell[at]] = (margin.get(cell[at]) or 0) + value
        if unit != CITY:
            for key in margin:
                if dimension.shown is Shown.CITY or (unit, key) in dimension.hidden:
                    margin[key] = None
        found.append(margin)
    return found[0], found[1]
