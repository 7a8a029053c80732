"""Deleting what others point to: refused for a Patient, as long as anything is in his record."""

from dataclasses import replace

from ehr.access import EVERY_LABEL, Access
from ehr.access_settings import SET_ACCESS, settings_of
from ehr.db import Tx
from ehr.errors import Conflict

_IN_RECORD = """
SELECT EXISTS (SELECT FROM resource WHERE pat = %(rid)s AND rid <> %(rid)s AND NOT deleted)"""


async def require_unreferenced(tx: Tx, resource_type: str, rid: int, *, access: Access) -> None:
    """Raise Conflict for a Patient whose record is not empty.

    What the caller may not see counts too: the question is asked with every label and ward, and
    the answer is one bit, the same whoever asks.
    """
    if resource_type != "Patient":
        return
    everything = replace(access, every_ward=True, labels=EVERY_LABEL)
    _, rows, _ = await tx.fetch_all(
        [
            (SET_ACCESS, settings_of(everything)),
            (_IN_RECORD, {"rid": rid}),
            (SET_ACCESS, settings_of(access)),
        ]
    )
    if rows[0][0]:
        raise Conflict(
            "The resident's record is not empty: delete what belongs to it first.",
            details="referenced",
        )
