"""What a process knows of tables that any process may change."""

import asyncio

import pytest
from fixtures.defining import fresh

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.directory import search_parameters
from ehr.directory.recent import Recent
from ehr.errors import Unavailable
from ehr.search import registry
from ehr.search.custom import Definition

__all__ = ["fresh"]
SYSTEM = Access(account=12, client="system")
EYE = Definition("Patient", "eye", "token", "Patient.gender", (), "http://example.org/eye")


class Table:
    """Counts how often it is read; a read waits while `held`."""

    def __init__(self) -> None:
        self.reads = 0
        self.held = asyncio.Event()
        self.held.set()

    async def read(self, _source: Database | Tx) -> None:
        self.reads += 1
        await self.held.wait()


async def test_it_is_read_once_until_it_is_forgotten(db: Database) -> None:
    table = Table()
    recent = Recent(table.read)
    for _ in range(3):
        await recent.refresh(db)
    assert table.reads == 1
    await recent.refresh(db, now=True)
    recent.forget()
    await recent.refresh(db)
    assert table.reads == 3


async def test_what_changed_while_it_was_read_is_read_anew(db: Database) -> None:
    table = Table()
    recent = Recent(table.read)
    table.held.clear()
    reading = asyncio.create_task(recent.refresh(db))
    await asyncio.sleep(0)
    recent.forget()
    table.held.set()
    await reading
    await recent.refresh(db)
    assert table.reads == 2


async def test_without_a_database_what_is_known_serves_but_writes_nothing(db: Database) -> None:
    async def away(_source: Database | Tx) -> None:
        raise Unavailable

    recent = Recent(away)
    await recent.refresh(db)
    async with db.transaction(SYSTEM) as tx:
        with pytest.raises(Unavailable):
            await recent.refresh(tx)


@pytest.mark.usefixtures("fresh")
async def test_what_another_request_read_before_the_commit_is_read_anew(
    committed: Database,
) -> None:
    async with committed.transaction(SYSTEM) as tx:
        await search_parameters.define(tx, "eye", [EYE])
        await search_parameters.refresh(committed)
    assert "eye" not in registry.parameters("Patient")
    await search_parameters.refresh(committed)
    assert "eye" in registry.parameters("Patient")


async def test_only_a_commit_calls_what_waits_for_it(committed: Database) -> None:
    called = []
    for wanted in (True, False):
        try:
            async with committed.transaction(SYSTEM) as tx:
                tx.after_commit.append(lambda wanted=wanted: called.append(wanted))
                if not wanted:
                    raise Unavailable
        except Unavailable:
            pass
    assert called == [True]
