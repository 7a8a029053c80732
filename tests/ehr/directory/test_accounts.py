"""Accounts, assignments and wards by day."""

from datetime import date

import pytest
from fixtures.database import ISSUER

from ehr import clock
from ehr.config import Settings
from ehr.db import Database
from ehr.directory import accounts, partners, wards
from ehr.directory.accounts import Assignment


async def test_an_account_is_of_one_issuer(db: Database) -> None:
    found = await accounts.find(db, ISSUER, "Practitioner/clinician-00004")
    assert found is not None
    assert (found.id, found.kind, found.login) == (1, "person", "clinician.00004")
    assert await accounts.find(db, "https://other", "Practitioner/clinician-00004") is None
    assert await accounts.by_login(db, ISSUER, "clinician.00004") == found
    assert await accounts.by_login(db, "https://other", "clinician.00004") is None
    assert await accounts.by_id(db, 1) == found
    assert len(await accounts.all_of(db, ISSUER)) == 7


async def test_a_subject_is_bound_once(db: Database) -> None:
    assert await accounts.by_subject(db, ISSUER, "first") is None
    assert await accounts.bind_subject(db, 1, "first")
    assert await accounts.bind_subject(db, 1, "first")
    assert not await accounts.bind_subject(db, 1, "second")
    assert not await accounts.bind_subject(db, 999, "first")
    found = await accounts.by_subject(db, ISSUER, "first")
    assert found is not None
    assert found.id == 1


async def test_disabling_is_seen(db: Database) -> None:
    assert await accounts.disabled(db) == frozenset()
    await accounts.set_disabled(db, 1, clock.now())
    assert await accounts.disabled(db) == {1}
    await accounts.set_disabled(db, 1, None)
    assert await accounts.disabled(db) == frozenset()


async def test_an_assignment_counts_from_its_day_until_before_its_end(db: Database) -> None:
    async with db.administration() as tx:
        await tx.execute("UPDATE staff_assignment SET valid_to = '2026-03-01' WHERE account_id = 1")
    held = (Assignment(1, "ward-clinician"),)
    days = {
        date(2025, 6, 30): (),
        date(2025, 7, 1): held,
        date(2026, 2, 28): held,
        date(2026, 3, 1): (),
    }
    for day, expected in days.items():
        assert await accounts.assignments(db, 1, day) == expected


async def test_everyone_s_assignments_at_once(db: Database) -> None:
    found = await accounts.all_assignments(db, ISSUER, date(2026, 1, 1))
    assert set(found) == {1, 2, 3, 10}
    for account, assigned in found.items():
        assert assigned == await accounts.assignments(db, account, date(2026, 1, 1))
    assert await accounts.all_assignments(db, "https://other", date(2026, 1, 1)) == {}


async def test_the_city_is_no_ward(db: Database) -> None:
    held = await accounts.assignments(db, 10, date(2026, 1, 1))
    assert held == (Assignment(None, "city-analyst"),)


async def test_a_code_means_a_ward_on_a_day(db: Database) -> None:
    async with db.administration() as tx:
        await tx.execute("UPDATE ward SET valid_to = '2027-01-01' WHERE id = 3")
        await tx.execute(
            "INSERT INTO ward (id, code, name, kind, area_km2, tile_col, tile_row, organization_id,"
            " valid_from) VALUES (200, '00145', 'Khác', 'phuong', 1, 1, 1, 'new', '2027-01-01')"
        )
    before = await wards.by_code(db, "00145", date(2026, 12, 31))
    after = await wards.by_code(db, "00145", date(2027, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.id, after.id) == (3, 200)
    assert await wards.by_code(db, "00145", date(2025, 6, 30)) is None
    assert await wards.by_code(db, "145", date(2026, 1, 1)) is None
    assert await wards.by_organization(db, "new") == after
    assert [w.id for w in await wards.all_wards(db) if w.valid_on(date(2026, 1, 1))] == [1, 2, 3]


async def test_an_unknown_power_is_none(db: Database) -> None:
    async with db.administration() as tx:
        await tx.execute("UPDATE partner SET powers = '{choose-ids,fly}' WHERE account_id = 11")
    found = await partners.of_account(db, 11)
    assert found is not None
    assert found.powers == {"choose-ids"}
    assert await partners.of_account(db, 1) is None


@pytest.mark.parametrize(
    ("issuer", "name"), [(None, "demo"), ("https://id.example/realms/tram",) * 2]
)
def test_the_issuer_that_accounts_name(tmp_path, issuer: str | None, name: str) -> None:
    assert accounts.issuer_name(Settings(data_dir=tmp_path, issuer=issuer)) == name
