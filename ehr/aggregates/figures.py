"""Read the figures of a month: facts plus what is not folded yet, in one statement.

One statement is one snapshot: a delta that is being folded is seen on exactly one side.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from ehr.aggregates.cells import spread
from ehr.db import Database
from ehr.visits.measures import DIMENSIONS, MARGINS, MONTH

_CELL = ", ".join(("place", "period", "measure", *DIMENSIONS))
_UNFOLDED = """(
  SELECT d.place, d.day, d.band, d.sex, d.chapter, d.insurance, d.value
  FROM fact_delta d JOIN unnest(%(months)s::date[]) AS m(month)
    ON d.day >= m.month AND d.day < m.month + interval '1 month')"""
_MONTHS = f"""
SELECT {_CELL}, sum(value)::bigint FROM (
  SELECT {_CELL}, value FROM fact
  WHERE grain = {MONTH} AND measure = ANY (%(measures)s) AND period = ANY (%(months)s)
  UNION ALL
  SELECT {_CELL}, value FROM ({spread(_UNFOLDED)}) late WHERE grain = {MONTH}
) cells GROUP BY {_CELL} HAVING sum(value) <> 0"""  # noqa: S608 - constants


class Figure(NamedTuple):
    """One cell of a month; dimensions that the measure lacks are -1. A tuple, since a year of the
    city has sixty thousand."""

    place: int
    month: date
    measure: int
    band: int
    sex: int
    chapter: int
    insurance: int
    value: int


async def of_months(db: Database, months: Iterable[date]) -> list[Figure]:
    """The cells of `months` (each its first day) that are not zero.

    `db` is the report role's: it can read no record.
    """
    wanted = {"months": sorted(months), "measures": sorted(MARGINS)}
    return list(map(Figure._make, await db.fetch_directory(_MONTHS, wanted)))
