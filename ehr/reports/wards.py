"""The wards of a month, with their squares in the tile map."""

from dataclasses import dataclass
from datetime import date

from ehr.db import Database
from ehr.errors import InvalidQuery

_OF_MONTH = """
SELECT id, code, name, tile_col, tile_row FROM ward
WHERE valid_from <= %(month)s AND (valid_to IS NULL OR valid_to > %(month)s) ORDER BY code"""


@dataclass(frozen=True, slots=True)
class Tile:
    """A ward as a square of the map."""

    id: int
    code: str
    name: str
    column: int
    row: int


async def of_month(db: Database, month: date) -> tuple[Tile, ...]:
    """Every ward there was when the month began, by code."""
    return tuple(Tile(*row) for row in await db.fetch_directory(_OF_MONTH, {"month": month}))


def by_code(wards: tuple[Tile, ...], code: str) -> Tile:
    """The ward of a code; raises InvalidQuery when the month has none."""
    for ward in wards:
        if ward.code == code:
            return ward
    raise InvalidQuery("There is no ward with this code in the period.", expression="ward")
