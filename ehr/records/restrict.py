"""Deleting what others point to: refused for a Patient, as long as anything is in his record."""

from ehr.db import Tx
from ehr.errors import Conflict

_IN_RECORD = """
SELECT EXISTS (SELECT FROM resource WHERE pat = %(rid)s AND rid <> %(rid)s AND NOT deleted)"""


async def require_unreferenced(tx: Tx, resource_type: str, rid: int) -> None:
    """Raise Conflict for a Patient whose record is not empty."""
    if resource_type != "Patient":
        return
    rows = await tx.fetch(_IN_RECORD, {"rid": rid})
    if rows[0][0]:
        raise Conflict(
            "The resident's record is not empty: delete what belongs to it first.",
            details="referenced",
        )
