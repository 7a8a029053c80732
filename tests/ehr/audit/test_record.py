"""The audit's group commit: on disk before it returns, refused when it cannot be written."""

import asyncio

import psycopg
import pytest
from fixtures import callers

from ehr.audit.event import Event, Outcome
from ehr.audit.record import WRITERS, AuditLog, in_transaction
from ehr.db import Database, Params, Query
from ehr.embedded import Embedded
from ehr.errors import Unavailable


@pytest.fixture
async def log(postgres: Embedded, clone: str):
    database = await Database.open(postgres.url("ehr_audit", clone), size=2, name="audit")
    yield AuditLog(database)
    await database.close()


def rows(postgres: Embedded, clone: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        return connection.execute(
            "SELECT account, action, entity, patients, outcome FROM audit_event ORDER BY entity"
        ).fetchall()


async def test_an_event_is_on_disk_when_record_returns(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    await log.record(Event("read", callers.clinician(), "Patient/1", patients=(7, 8)))
    assert rows(postgres, clone) == [(1, "read", "Patient/1", [7, 8], 0)]


async def test_a_thousand_at_once_are_all_written(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    await asyncio.gather(*(log.record(Event("read", entity=f"{n:04}")) for n in range(1000)))
    assert [row[2] for row in rows(postgres, clone)] == [f"{n:04}" for n in range(1000)]


async def test_events_that_come_as_a_writer_ends_wait_for_nobody(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    async def reads(client: int) -> None:
        for number in range(50):
            await log.record(Event("read", entity=f"{client}-{number:02}"))

    log.under_way = 8
    async with asyncio.timeout(20):
        await asyncio.gather(*map(reads, range(8)))
    assert len(rows(postgres, clone)) == 400


async def test_two_inserts_at_most_are_under_way(
    log: AuditLog, postgres: Embedded, clone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert, under_way, most = log._database.insert, 0, 0
    both, go_on = asyncio.Event(), asyncio.Event()

    async def held(query: Query, params: Params) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == WRITERS:
            both.set()
        await go_on.wait()
        await insert(query, params)
        under_way -= 1

    monkeypatch.setattr(log._database, "insert", held)

    async with asyncio.timeout(20), asyncio.TaskGroup() as reads:
        for number in range(9):
            reads.create_task(log.record(Event("read", entity=f"{number}")))
            # The writer of this event, if it has one, takes it before the next one comes.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await both.wait()
        go_on.set()
    assert most == WRITERS == 2
    assert len(rows(postgres, clone)) == 9


async def test_an_audit_that_cannot_be_written_refuses(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute("REVOKE INSERT ON audit_event FROM ehr_audit")
    with pytest.raises(Unavailable):
        await log.record(Event("read", outcome=Outcome.REFUSED))


async def test_its_role_can_neither_read_nor_change_events(postgres: Embedded, clone: str) -> None:
    with psycopg.connect(postgres.url("ehr_audit", clone), autocommit=True) as connection:
        for statement in (
            "SELECT * FROM audit_event",
            "UPDATE audit_event SET action = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


async def test_an_event_goes_with_the_transaction_of_its_write(
    committed: Database, postgres: Embedded, clone: str
) -> None:
    with pytest.raises(RuntimeError):
        async with committed.transaction(callers.clinician()) as tx:
            await in_transaction(tx, [Event("create", callers.clinician(), "Patient/2")])
            raise RuntimeError
    assert rows(postgres, clone) == []


async def test_a_hostile_entity_refuses_neither_itself_nor_its_neighbours(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    """A backslash before "u0000", a NUL and a long path, as a caller may put into an address."""
    hostile = ("Patient/\\u0000", "Patient/\x00", "Patient/" + "x" * 20_000, 'Patient/"\\')
    await asyncio.gather(*(log.record(Event("read", entity=one)) for one in ("A", *hostile, "B")))
    found = {str(row[2]) for row in rows(postgres, clone)}
    assert found == {"A", "B", "Patient/\\u0000", "Patient/", hostile[2][:256], 'Patient/"\\'}


async def test_one_event_that_cannot_be_stored_is_refused_alone(
    log: AuditLog, postgres: Embedded, clone: str
) -> None:
    bad = Event("read", entity="bad", label=2**40)
    done = await asyncio.gather(
        *(log.record(one) for one in (Event("read", entity="A"), bad, Event("read", entity="B"))),
        return_exceptions=True,
    )
    assert [type(one) for one in done] == [type(None), Unavailable, type(None)]
    assert [row[2] for row in rows(postgres, clone)] == ["A", "B"]
