"""Count the visits again and compare with the figures: there must be no difference.

Ward by ward, since a figure belongs to one place: each comparison is one statement, so one
snapshot, while visits go on being written.
"""

from dataclasses import dataclass
from datetime import date

from ehr.aggregates.cells import KEY, spread
from ehr.aggregates.fold import LOCK
from ehr.db import Database
from ehr.visits.measures import DIMENSIONS

_CELL = ", ".join(DIMENSIONS)
_COUNTED = f"""(
  SELECT place, day, {_CELL}, count(*) AS value FROM visit WHERE counted AND place = %(place)s
  GROUP BY place, day, {_CELL})"""  # noqa: S608 - constants
_UNFOLDED = f"(SELECT place, day, {_CELL}, value FROM fact_delta WHERE place = %(place)s)"  # noqa: S608 - constants
_COMPARE = f"""
WITH counted AS ({spread(_COUNTED)}), figures AS (
  SELECT {KEY}, sum(value)::bigint AS value FROM (
    SELECT {KEY}, value FROM fact WHERE place = %(place)s
    UNION ALL ({spread(_UNFOLDED)})
  ) both_ GROUP BY {KEY}
)
SELECT {KEY}, coalesce(f.value, 0), coalesce(c.value, 0)
FROM figures f FULL JOIN counted c USING ({KEY})
WHERE coalesce(f.value, 0) <> coalesce(c.value, 0) ORDER BY {KEY}"""  # noqa: S608 - constants
_PLACES = """
SELECT DISTINCT place FROM (SELECT id AS place FROM ward UNION ALL SELECT 0
  UNION ALL SELECT DISTINCT place FROM fact UNION ALL SELECT DISTINCT place FROM fact_delta
) p ORDER BY place"""
# One statement, so one snapshot: the deltas that are dropped are those of the visits counted.
_REBUILD = f"""
WITH stale AS (DELETE FROM fact_delta WHERE place = %(place)s),
counted AS ({spread(_COUNTED)}),
old AS (SELECT {KEY} FROM fact WHERE place = %(place)s)
INSERT INTO fact ({KEY}, value)
SELECT {KEY}, coalesce(counted.value, 0) FROM old FULL JOIN counted USING ({KEY})
ON CONFLICT ({KEY}) DO UPDATE SET value = excluded.value"""  # noqa: S608 - constants
_EMPTY = "DELETE FROM fact WHERE place = %(place)s AND value = 0"


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell whose figure is not what the visits say."""

    place: int
    grain: int
    period: date
    measure: int
    band: int
    sex: int
    chapter: int
    insurance: int
    figure: int
    counted: int


async def differences(db: Database) -> list[Difference]:
    """Every cell that is wrong, in every ward and outside them. `db` is the job role's."""
    return [found for place in await _places(db) for found in await of_place(db, place)]


async def of_place(db: Database, place: int) -> list[Difference]:
    """The wrong cells of one place."""
    async with db.administration() as tx:
        await tx.execute("SET LOCAL statement_timeout = '10min'")
        return [Difference(*row) for row in await tx.fetch(_COMPARE, {"place": place})]


async def rebuild(db: Database) -> int:
    """Make every figure anew from the visits; the number of places. Folding waits meanwhile."""
    places = await _places(db)
    for place in places:
        await _rebuild_place(db, place)
    return len(places)


async def _rebuild_place(db: Database, place: int) -> None:
    async with db.administration() as tx:
        await tx.execute("SET LOCAL statement_timeout = '10min'")
        await tx.execute("SET LOCAL lock_timeout = '1min'")
        # A statement of its own: the next one's snapshot then has whatever was folded before.
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await tx.execute(_REBUILD, {"place": place})
        await tx.execute(_EMPTY, {"place": place})


async def _places(db: Database) -> list[int]:
    return [place for (place,) in await db.fetch_directory(_PLACES)]
