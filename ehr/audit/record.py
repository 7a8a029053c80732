"""`record(event)`: returns when the event is on disk, or raises Unavailable.

Reads and denials share a group commit: while two multi-row inserts are under way the next batch
gathers. A batch also waits, for two milliseconds at most, until half of the requests under way
have joined it: an insert costs as much for ten events as for one, and a lone request waits for
nobody (docs/decisions/audit-group-commit.md). Writes put their events into their own transaction
with `in_transaction`, so that neither is there without the other.
"""

import asyncio
from collections.abc import Sequence

from ehr.audit.event import INSERT, Event, as_parameter
from ehr.db import Database, Tx
from ehr.errors import Invalid, Unavailable

MAX_BATCH = 500
GATHER_SECONDS = 0.002
WRITERS = 2
"""Inserts under way at once: while one waits for the disk, the next is already on its way."""


async def in_transaction(tx: Tx, events: Sequence[Event]) -> None:
    """Insert events in the writer's transaction."""
    if events:
        await tx.execute(INSERT, as_parameter(events))


class AuditLog:
    """The group commit of one process, over a pool of the role that may only insert."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Event, asyncio.Future[None]]] = []
        self._writers: set[asyncio.Task[None]] = set()
        self._enough: asyncio.Event | None = None
        self.under_way = 0
        """Requests that have begun and not ended, kept by the front door."""

    async def record(self, event: Event) -> None:
        """Write `event`; raises Unavailable if it could not be written."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._enough is not None:
            if self._is_enough():
                self._enough.set()
        elif len(self._writers) < WRITERS:
            self._writers.add(asyncio.create_task(self._write()))
        await done

    async def ready(self) -> bool:
        """Whether the audit role can be reached."""
        return await self._database.fetch_directory("SELECT 1") == [(1,)]

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._writers)

    async def _write(self) -> None:
        """Write batches until nothing waits, or another writer gathers what does."""
        try:
            while self._waiting and self._enough is None:
                await self._gather()
                batch = self._waiting[:MAX_BATCH]
                del self._waiting[:MAX_BATCH]
                await self._write_batch(batch)
        finally:
            # At once, not when the loop comes to it: no event may wait for a writer that ended.
            self._writers.discard(asyncio.current_task())

    def _is_enough(self) -> bool:
        return 2 * len(self._waiting) >= self.under_way

    async def _gather(self) -> None:
        """Wait until half of the requests under way are here, but not long."""
        if self._is_enough():
            return
        self._enough = asyncio.Event()
        timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._enough.set)
        await self._enough.wait()
        timer.cancel()
        self._enough = None

    async def _write_batch(self, batch: list[tuple[Event, asyncio.Future[None]]]) -> None:
        try:
            await self._database.insert(INSERT, as_parameter([event for event, _ in batch]))
        except Exception as error:
            if len(batch) > 1 and isinstance(error, Invalid):
                # An event that cannot be stored refuses its own request, not its neighbours'.
                for each in batch:
                    await self._write_batch([each])
                return
            for _, done in batch:
                if not done.done():
                    done.set_exception(
                        error if isinstance(error, Unavailable) else Unavailable(str(error))
                    )
            return
        for _, done in batch:
            if not done.done():
                done.set_result(None)
