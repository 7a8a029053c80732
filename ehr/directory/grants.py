"""Grants: one account may see one patient for a time, for a reason.

`Access` names the grantee and never the list, since a hospital has 10^5 patients; search and
row-level security join the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ehr.db import Database, Tx


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant to write; `basis` names what it rests on, and is unique.

    `patient` is the `rid` of the Patient row (`pat`); `reason` is referral, consent,
    encounter or break-glass.
    """

    grantee: int
    patient: int
    reason: str
    basis: str
    valid_from: datetime
    until: datetime
    granted_by: int | None = None


async def has_any(db: Database, account_id: int, at: datetime) -> bool:
    """Whether an account holds a grant that is in force at an instant."""
    rows = await db.fetch_directory(
        "SELECT EXISTS (SELECT FROM access_grant WHERE grantee = %s AND valid_from <= %s"
        " AND until > %s AND revoked_at IS NULL)",
        (account_id, at, at),
    )
    return bool(rows[0][0])


async def give(tx: Tx, grants: Sequence[Grant]) -> None:
    """Write grants; one that rests on the same basis takes the place of the former."""
    columns = [
        [grant.grantee for grant in grants],
        [grant.patient for grant in grants],
        [grant.reason for grant in grants],
        [grant.basis for grant in grants],
        [grant.valid_from for grant in grants],
        [grant.until for grant in grants],
        [grant.granted_by for grant in grants],
    ]
    await tx.execute(
        "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until, granted_by)"
        " SELECT * FROM unnest(%s::integer[], %s::bigint[], %s::text[], %s::text[],"
        " %s::timestamptz[], %s::timestamptz[], %s::integer[])"
        " ON CONFLICT (basis) DO UPDATE SET grantee = excluded.grantee, pat = excluded.pat,"
        " reason = excluded.reason, valid_from = excluded.valid_from, until = excluded.until,"
        " granted_by = excluded.granted_by, revoked_at = NULL",
        columns,
    )


async def revoke(tx: Tx, basis: str, at: datetime) -> int:
    """End the grant that rests on `basis`; the number of grants ended."""
    return await tx.execute(
        "UPDATE access_grant SET revoked_at = %s WHERE basis = %s AND revoked_at IS NULL",
        (at, basis),
    )
