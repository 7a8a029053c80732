"""The wards and communes, each valid for a time.

Never key anything by the bare code: 96 of today's 126 codes named another ward before
2025-07-01. A code means a row only together with a day.
"""

from dataclasses import dataclass
from datetime import date

from ehr.db import Database, Row

_COLUMNS = "SELECT id, code, name, kind, organization_id, valid_from, valid_to FROM ward"


@dataclass(frozen=True, slots=True)
class Ward:
    """One ward while it had this code: valid on the days [valid_from, valid_to)."""

    id: int
    code: str
    name: str
    kind: str
    organization_id: str
    valid_from: date
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Whether the ward exists under this code on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


async def all_wards(db: Database) -> tuple[Ward, ...]:
    """Every ward there is or was, by id."""
    return tuple(_ward(row) for row in await db.fetch_directory(f"{_COLUMNS} ORDER BY id"))


async def by_code(db: Database, code: str, on: date) -> Ward | None:
    """The ward that `code` names on a day, or None."""
    rows = await db.fetch_directory(
        f"{_COLUMNS} WHERE code = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)",
        (code, on, on),
    )
    return _ward(rows[0]) if rows else None


async def by_organization(db: Database, organization_id: str) -> Ward | None:
    """The ward whose Organization has this id, or None."""
    rows = await db.fetch_directory(f"{_COLUMNS} WHERE organization_id = %s", (organization_id,))
    return _ward(rows[0]) if rows else None


def _ward(row: Row) -> Ward:
    return Ward(*row)
