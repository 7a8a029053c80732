"""The 126 wards and communes of Hanoi since 2025-07-01: directory rows, Organization, Location.

`ehr/terminology/data/hanoi_wards.csv`: codes, names and kinds of Quyết định 19/2025/QĐ-TTg (after
Nghị quyết 1656/NQ-UBTVQH15); areas in km²; places on the tile map and pilot areas are our own.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from ehr.care.build.directory import ward_location, ward_organization
from ehr.db import Tx
from ehr.fhir.resource import Resource
from ehr.terminology.lookup import ward_rows

VALID_FROM = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class SeedWard:
    """A line of the list; `id` is its row number there and in the table `ward`."""

    id: int
    code: str
    name: str
    kind: str
    """phuong or xa."""
    area_km2: float
    tile_col: int
    tile_row: int
    pilot_area: str | None

    @property
    def organization_id(self) -> str:
        """Id of the health station's Organization and Location."""
        return f"ward-{self.code}"


@cache
def all_wards() -> tuple[SeedWard, ...]:
    """The wards in the order of the list, numbered from 1."""
    return tuple(_ward(at, row) for at, row in enumerate(ward_rows(), start=1))


def ward(code: str) -> SeedWard:
    """The ward with a code; KeyError that names an unknown one."""
    found = {each.code: each for each in all_wards()}
    return found[code]


async def write_rows(tx: Tx) -> None:
    """Put the wards into the directory; those that are there stay as they are."""
    wards = all_wards()
    fields = ("id", "code", "name", "kind", "area_km2", "tile_col", "tile_row", "pilot_area")
    columns = [[getattr(each, field) for each in wards] for field in fields]
    organizations = [each.organization_id for each in wards]
    await tx.execute(
        "INSERT INTO ward (id, code, name, kind, area_km2, tile_col, tile_row, pilot_area,"
        " organization_id, valid_from) SELECT *, %s FROM unnest(%s::integer[], %s::text[],"
        " %s::text[], %s::text[], %s::float8[], %s::smallint[], %s::smallint[], %s::text[],"
        " %s::text[]) ON CONFLICT DO NOTHING",
        [VALID_FROM, *columns, organizations],
    )


def resources() -> list[Resource]:
    """An Organization and a Location for each ward's health station."""
    wards = all_wards()
    return [*map(ward_organization, wards), *map(ward_location, wards)]


def _ward(number: int, row: dict[str, str]) -> SeedWard:
    return SeedWard(
        id=number,
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        area_km2=float(row["area_km2"]),
        tile_col=int(row["tile_col"]),
        tile_row=int(row["tile_row"]),
        pilot_area=row["pilot_area"] or None,
    )
