"""Merges of two residents as rows: what to undo, and which grants moved with the record."""

from dataclasses import dataclass
from datetime import datetime

from ehr.db import Tx


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge did; versions as `ehr.tables.merge` has them."""

    source: int
    target: int
    source_version: int
    target_version: int
    rids: list[int]
    versions: list[int]
    grants: list[int]


async def keep(tx: Tx, merge: Merge, account: int, at: datetime) -> None:
    """Write a merge down."""
    await tx.execute(
        "INSERT INTO patient_merge (source, target, source_version, target_version, rids, versions,"
        " grants, account, at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            merge.source, merge.target, merge.source_version, merge.target_version, merge.rids,
            merge.versions, merge.grants, account, at,
        ),
    )  # fmt: skip


async def take(tx: Tx, source: int, target: int, at: datetime) -> Merge | None:
    """The merge of two residents that is in force, marked as undone; None without one."""
    rows = await tx.fetch(
        "UPDATE patient_merge SET undone_at = %s WHERE source = %s AND target = %s"
        " AND undone_at IS NULL RETURNING source, target, source_version, target_version, rids,"
        " versions, grants",
        (at, source, target),
    )
    return Merge(*rows[0]) if rows else None


async def move_grants(tx: Tx, source: int, target: int) -> list[int]:
    """Let whoever was given the one record see the other; the grants that moved."""
    rows = await tx.fetch(
        "UPDATE access_grant SET pat = %s WHERE pat = %s RETURNING id", (target, source)
    )
    return sorted(id for (id,) in rows)


async def return_grants(tx: Tx, grants: list[int], source: int) -> None:
    """Give grants back to the record that they were for."""
    await tx.execute(
        "UPDATE access_grant SET pat = %s WHERE id = ANY (%s::bigint[])", (source, grants)
    )
