"""What is counted, as the numbers in `fact` and `fact_delta`: append, never renumber.

A writer adds one joint cell to `fact_delta`. Folding splits it into the margins below, so what is
kept for the city has no finer cell than what may be asked of it, and a month of 126 wards is some
thousand rows however many visits there were.
"""

from collections.abc import Mapping
from types import MappingProxyType

VISITS = 1
"""In `fact_delta` only: a visit by age band, sex, chapter and insurance."""
VISITS_BY_AGE_AND_SEX = 2
VISITS_BY_CHAPTER = 3
VISITS_BY_INSURANCE = 4

DIMENSIONS = ("band", "sex", "chapter", "insurance")

MARGINS: Mapping[int, frozenset[str]] = MappingProxyType(
    {
        VISITS_BY_AGE_AND_SEX: frozenset({"band", "sex"}),
        VISITS_BY_CHAPTER: frozenset({"chapter"}),
        VISITS_BY_INSURANCE: frozenset({"insurance"}),
    }
)
"""Measure of `fact` → the dimensions it keeps of a visit."""

DAY, WEEK, MONTH = 1, 2, 3
"""Grains of `fact`: a day, a week (its Monday), a month (its first)."""
