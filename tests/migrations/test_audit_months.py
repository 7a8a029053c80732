"""The audit has a part for each month to come, which the roles reach through the whole alone."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from ehr import clock, migrate
from ehr.embedded import Embedded

NOW = datetime(2131, 11, 30, 23, 30, tzinfo=clock.HANOI)
FIRST, LAST = "audit_event_2131_11", "audit_event_2133_10"
PARTS = """
SELECT c.relname, c.relacl FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_event'::regclass ORDER BY 1"""
EVENT = """
INSERT INTO audit_event (at, action, patients, label, outcome) VALUES (%s, 'read', '{}', 0, 0)"""


@pytest.fixture
def owner(postgres: Embedded) -> Iterator[psycopg.Connection]:
    """The owner's connection; what it did is rolled back."""
    with psycopg.connect(postgres.url("ehr_owner")) as connection:
        yield connection
        connection.rollback()


def parts(owner: psycopg.Connection) -> list[str]:
    return [name for name, _ in owner.execute(PARTS).fetchall()]


def where(owner: psycopg.Connection, at: str) -> str:
    """The part that an event of then is kept in."""
    owner.execute(EVENT, (at,))
    rows = owner.execute("SELECT tableoid::regclass::text FROM audit_event WHERE at = %s", (at,))
    ((name,),) = rows.fetchall()
    return str(name)


def test_an_upgraded_database_has_two_years_of_them(owner: psycopg.Connection) -> None:
    assert len(parts(owner)) == 1 + migrate.MONTHS


def test_each_is_a_month_of_hanoi(owner: psycopg.Connection) -> None:
    migrate.make_months(owner, NOW)
    assert {FIRST, LAST, "audit_event_2132_02"} <= set(parts(owner))
    assert where(owner, "2131-10-31 16:59:59.999999Z") == "audit_event_default"
    assert where(owner, "2131-10-31 17:00:00Z") == FIRST
    assert where(owner, "2131-11-30 16:59:59.999999Z") == FIRST
    assert where(owner, "2131-11-30 17:00:00Z") == "audit_event_2131_12"
    assert where(owner, "2133-10-31 16:59:59.999999Z") == LAST
    assert where(owner, "2133-10-31 17:00:00Z") == "audit_event_default"


def test_they_are_made_once(owner: psycopg.Connection) -> None:
    migrate.make_months(owner, NOW)
    before = parts(owner)
    migrate.make_months(owner, NOW)
    assert parts(owner) == before
    migrate.make_months(owner, NOW.replace(year=2132, day=1))
    assert len(parts(owner)) == len(before) + 12


def test_a_month_with_events_in_the_default_stays_there(owner: psycopg.Connection) -> None:
    assert where(owner, "2131-12-05 00:00:00Z") == "audit_event_default"
    migrate.make_months(owner, NOW)
    assert FIRST in parts(owner)
    assert "audit_event_2131_12" not in parts(owner)
    assert where(owner, "2131-12-06 00:00:00Z") == "audit_event_default"
    assert where(owner, "2132-01-06 00:00:00Z") == "audit_event_2132_01"


def test_nobody_is_granted_anything_on_a_part(owner: psycopg.Connection) -> None:
    assert all(rights is None for _, rights in owner.execute(PARTS).fetchall())


@pytest.mark.parametrize("role", ["ehr_app", "ehr_audit", "ehr_job", "ehr_report"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM {}",
        "UPDATE {} SET action = 'x'",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "DROP TABLE {}",
        "INSERT INTO {} (at, action, patients, label, outcome) VALUES (now(), 'x', '{{}}', 0, 0)",
    ],
)
def test_no_role_touches_a_part(postgres: Embedded, role: str, statement: str) -> None:
    with psycopg.connect(postgres.url("ehr_owner")) as connection:
        _, part, *_ = parts(connection)
    with (
        psycopg.connect(postgres.url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(part).encode())


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"]
)
@pytest.mark.parametrize("role", ["ehr_app", "ehr_audit", "ehr_job", "ehr_report"])
def test_nor_changes_the_whole(postgres: Embedded, role: str, statement: str) -> None:
    with (
        psycopg.connect(postgres.url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ["ehr_app", "ehr_audit", "ehr_job"])
def test_who_may_insert_reaches_every_part(postgres: Embedded, role: str) -> None:
    with psycopg.connect(postgres.url(role)) as connection:
        for ahead in range(migrate.MONTHS):
            connection.execute(EVENT.replace("%s", f"now() + interval '{ahead} months'"))
        connection.rollback()
