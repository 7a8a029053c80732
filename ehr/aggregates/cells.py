"""The SQL that turns counted visits into cells of `fact`, for folding, recounting and reading.

A joint cell (place, day, band, sex, chapter, insurance) becomes one cell of each measure of
`ehr.visits.measures.MARGINS` in each grain; a dimension the measure lacks is -1.
"""

from ehr.visits.dimensions import NONE
from ehr.visits.measures import DAY, DIMENSIONS, MARGINS, MONTH, WEEK

KEY = "place, grain, period, measure, band, sex, chapter, insurance"

_KEPT = ", ".join(
    f"CASE WHEN m.{name} THEN s.{name} ELSE {NONE} END::smallint AS {name}" for name in DIMENSIONS
)
_MEASURES = ", ".join(
    f"({measure}::smallint, {', '.join(str(name in kept).lower() for name in DIMENSIONS)})"
    for measure, kept in MARGINS.items()
)
_GRAINS = f"""(VALUES ({DAY}::smallint, s.day), ({WEEK}::smallint, date_trunc('week', s.day)::date),
  ({MONTH}::smallint, date_trunc('month', s.day)::date)) AS g(grain, period)"""


def spread(source: str) -> str:
    """A query of (KEY, value) over `source`, a relation of joint cells with a `value`."""
    return f"""
SELECT s.place, g.grain, g.period, m.measure, {_KEPT}, sum(s.value)::bigint AS value
FROM {source} s
CROSS JOIN (VALUES {_MEASURES}) AS m(measure, {", ".join(DIMENSIONS)})
CROSS JOIN LATERAL {_GRAINS}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""  # noqa: S608 - constants
