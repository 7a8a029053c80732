"""Grants are in force for a time, rest on one basis each, and can be revoked."""

from datetime import UTC, datetime, timedelta

from ehr.db import Database
from ehr.directory import grants
from ehr.directory.grants import Grant

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def grant(**changed) -> Grant:
    given = {
        "grantee": 11,
        "patient": 7,
        "reason": "referral",
        "basis": "ServiceRequest/1",
        "valid_from": NOW,
        "until": NOW + HOUR,
        "granted_by": 1,
    } | changed
    return Grant(**given)


async def test_a_grant_is_in_force_for_its_time(db: Database) -> None:
    async with db.administration() as tx:
        await grants.give(tx, [grant(), grant(basis="ServiceRequest/2", patient=8)])
    assert await grants.has_any(db, 11, NOW)
    assert await grants.has_any(db, 11, NOW + HOUR - timedelta(seconds=1))
    assert not await grants.has_any(db, 11, NOW + HOUR)
    assert not await grants.has_any(db, 11, NOW - timedelta(seconds=1))
    assert not await grants.has_any(db, 12, NOW)


async def test_a_grant_on_the_same_basis_takes_its_place(db: Database) -> None:
    async with db.administration() as tx:
        await grants.give(tx, [grant()])
        assert await grants.revoke(tx, "ServiceRequest/1", NOW) == 1
        assert await grants.revoke(tx, "ServiceRequest/1", NOW) == 0
    assert not await grants.has_any(db, 11, NOW)
    async with db.administration() as tx:
        await grants.give(tx, [grant(until=NOW + 2 * HOUR)])
    assert await grants.has_any(db, 11, NOW + HOUR)
    assert await db.fetch_directory("SELECT count(*) FROM access_grant") == [(1,)]
