"""Write a plan into a database, through the one way a record changes (`ehr.ingest.save`).

A household is written whole, in one transaction, or not at all; one that is there is skipped.
So a load can be run again, goes on after an interruption, and follows a smaller one.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier

from ehr import clock, secrets
from ehr.access import Access, Verb
from ehr.config import Settings
from ehr.db import Database
from ehr.directory.accounts import DEMO_ISSUER, issuer_name
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.search import hashing
from ehr.urls import urls
from seed import state
from seed.batches import Batch, directory_batches, ward_batches
from seed.directory import clinician_access, system_access, write_directory
from seed.plan import SIZES, Plan, floored, of_size
from seed.progress import Shown, Silent, Watcher

__all__ = ["SIZES", "Loaded", "load", "load_named", "load_size", "vacuum"]

WRITERS = 2
"""Transactions at a time: while PostgreSQL writes one, the next is made and validated."""

STATEMENT_SECONDS = 120
"""A slow machine loads slowly; only what hangs is given up."""


@dataclass(slots=True)
class Loaded:
    """What a load wrote; what was there before is not counted."""

    people: int = 0
    resources: int = 0


async def load_size(settings: Settings, size: str, number: int | None = None) -> Loaded:
    """Bring the database of `settings` to a named size; NotYet, SeededOtherwise, ValueError."""
    addresses = urls(settings)
    hashing.install(secrets.load(settings.data_dir).hash, (settings.fhir_base,))
    db = await Database.open(
        addresses.app, size=WRITERS + 1, name="seed", statement_seconds=STATEMENT_SECONDS
    )
    try:
        with Shown() as watcher:
            loaded = await load_named(db, size, number, watcher, issuer=issuer_name(settings))
    finally:
        await db.close()
    if loaded.resources:
        await asyncio.to_thread(vacuum, addresses.owner)
    return loaded


async def load_named(
    db: Database,
    size: str,
    number: int | None = None,
    watcher: Watcher | None = None,
    *,
    issuer: str = DEMO_ISSUER,
) -> Loaded:
    """Bring a database to a named size, with the number and the last moment of its first run."""
    of_size(size, 0, clock.now())  # refuses what there is not, before anything is fixed
    seeded = await state.begin(db, number, floored(clock.now()))
    plan = of_size("none" if seeded.size == size else size, seeded.number, seeded.until)
    loaded = await load(db, plan, watcher, issuer=issuer)
    await state.finish(db, size)
    return loaded


async def load(
    db: Database, plan: Plan, watcher: Watcher | None = None, *, issuer: str = DEMO_ISSUER
) -> Loaded:
    """Write the directory and the residents of `plan`; what is there already stays."""
    told, loaded = watcher or Silent(), Loaded()
    await write_directory(db, issuer)
    access = await system_access(db, issuer)
    told.start("Wards and staff", 6 * 126 + 4)
    async for batch in directory_batches(db):
        await _write(db, access, batch, told, loaded)
    for ward in plan.wards:
        told.start(f"Residents of {ward.code}", ward.residents)
        clinician = await clinician_access(db, issuer, ward.code, access)
        await _write_all(db, clinician, ward_batches(db, plan, ward), told, loaded)
    return loaded


def vacuum(owner_url: str) -> None:
    """VACUUM ANALYZE every table of the owner, so that the planner knows what was loaded."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tableowner = current_user"
        ).fetchall()
        for (table,) in tables:
            connection.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table)))


async def _write_all(
    db: Database,
    access: Access,
    batches: AsyncIterator[Batch],
    told: Watcher,
    loaded: Loaded,
) -> None:
    """Write batches, `WRITERS` at a time; the first error ends it."""
    free = asyncio.Semaphore(WRITERS)

    async def one(batch: Batch) -> None:
        try:
            await _write(db, access, batch, told, loaded)
        finally:
            free.release()

    try:
        async with asyncio.TaskGroup() as group:
            async for batch in batches:
                await free.acquire()
                group.create_task(one(batch))
    except* Exception as errors:
        raise errors.exceptions[0] from None


async def _write(db: Database, access: Access, batch: Batch, told: Watcher, loaded: Loaded) -> None:
    changes = [
        Change(Verb.CREATE, each["resourceType"], each["id"], each) for each in batch.resources
    ]
    if changes:
        await db.run(access, lambda tx: save(tx, changes, access=access))
    loaded.people += batch.people
    loaded.resources += len(changes)
    told.advance(batch.steps, len(changes))
