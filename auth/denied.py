"""The accounts that were disabled, looked at on every request, the cached ones too.

Read again in the background every 5 seconds while there are requests; `add` takes effect at
once in this process. While the database is away the last list stays in force.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from ehr.db import Database
from ehr.directory import accounts
from ehr.errors import EhrError

EVERY_SECONDS = 5.0


class Denied:
    """Row numbers of disabled accounts, at most some seconds old."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._accounts: frozenset[int] = frozenset()
        self._next = clock() + EVERY_SECONDS
        self._reading: asyncio.Task[None] | None = None

    def __contains__(self, account: int) -> bool:
        if self._clock() >= self._next:
            self._next = self._clock() + EVERY_SECONDS
            self._reading = asyncio.create_task(self._read())
        return account in self._accounts

    def add(self, account: int) -> None:
        """Refuse an account in this process from now on."""
        self._accounts |= {account}

    async def close(self) -> None:
        """End a read under way."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading

    async def _read(self) -> None:
        with contextlib.suppress(EhrError):
            self._accounts = await accounts.disabled(self._db)
