"""The visits of a day at a ward clinic: by place, whoever the residents belong to."""

from datetime import date

from ehr.access import Access
from ehr.db import Database
from ehr.visits.listed import COLUMNS, VISIBLE, Visit, caller, visits

MOST = 500
"""Visits of one day at one clinic; the busiest has about two hundred."""

# Constants only; values travel as parameters.
_OF_DAY = f"""
SELECT {COLUMNS}
WHERE v.place = %(place)s AND v.day = %(day)s AND {VISIBLE}
ORDER BY v.start DESC, v.rid DESC LIMIT {MOST}"""


async def of_day(db: Database, ward: int, day: date, *, access: Access) -> list[Visit]:
    """The day's visits at `ward` (row id), the latest first; none where it is not the caller's.

    A resident of another ward is listed while the caller may see the record (by a grant).
    """
    if not (access.every_ward or ward in access.wards):
        return []
    return visits(await db.fetch(access, _OF_DAY, caller(access) | {"place": ward, "day": day}))
