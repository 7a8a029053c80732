"""The visits of a resident, the latest first, a page at a time by keyset."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from ehr.access import Access
from ehr.db import Database
from ehr.fhir.definitions import type_number
from ehr.visits.dimensions import day_of
from ehr.visits.listed import COLUMNS, VISIBLE, Visit, caller, visits

# Constants only; values travel as parameters.
_OF_PATIENT = f"""
SELECT {COLUMNS}
WHERE v.pat = (SELECT rid FROM resource_directory
               WHERE rtype = {type_number("Patient")} AND id = %(patient)s)
  AND (v.day, v.start, v.rid) < (%(day)s, %(start)s, %(rid)s) AND {VISIBLE}
ORDER BY v.day DESC, v.start DESC, v.rid DESC LIMIT %(limit)s"""  # noqa: S608 - constants


_LATEST = (date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC), 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended."""

    start: datetime
    rid: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some visits, and where the next page begins; None after the last."""

    visits: list[Visit]
    next: Position | None


async def of_patient(
    db: Database, patient: str, *, access: Access, limit: int = 20, after: Position | None = None
) -> Page:
    """The visits of the Patient with id `patient`; none of what the caller may not see."""
    bound = (day_of(after.start), after.start, after.rid) if after else _LATEST
    params = caller(access) | {"patient": patient, "limit": limit + 1}
    params |= dict(zip(("day", "start", "rid"), bound, strict=True))
    rows = await db.fetch(access, _OF_PATIENT, params)
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(visits(rows[:limit]), Position(last[3], last[0]) if last else None)
