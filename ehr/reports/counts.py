"""The counts of a period before anything is hidden: by ward, age × sex, chapter and insurance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["band", "sex", "chapter", "insurance"]
KINDS: tuple[Kind, ...] = ("band", "sex", "chapter", "insurance")

AgeSexCounts = Mapping[int, Mapping[tuple[int, int], int]]
"""Ward → (age band, sex) → visits; the numbers are those of `ehr.visits.dimensions`."""
MarginCounts = Mapping[int, Mapping[int, int]]
"""Ward → category → visits."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Every ward is a key of every table; categories without a visit may be missing."""

    age_sex: AgeSexCounts
    chapter: MarginCounts
    insurance: MarginCounts

    def margins(self, kind: Kind) -> dict[int, dict[int, int]]:
        """Ward → category → visits."""
        if kind in {"chapter", "insurance"}:
            return {ward: dict(cells) for ward, cells in getattr(self, kind).items()}
        at = 0 if kind == "band" else 1
        return {ward: _summed(cells, at) for ward, cells in self.age_sex.items()}

    def totals(self) -> dict[int, int]:
        """Ward → visits."""
        return {ward: sum(cells.values()) for ward, cells in self.age_sex.items()}


def _summed(cells: Mapping[tuple[int, int], int], at: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for cell, value in cells.items():
        found[cell[at]] = found.get(cell[at], 0) + value
    return found


def column_sums(rows: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Category → visits in all wards."""
    found: dict[int, int] = {}
    for cells in rows.values():
        for key, value in cells.items():
            found[key] = found.get(key, 0) + value
    return found
