"""What a process has read of a table that any process may change: looked at anew now and then."""

import time
from collections.abc import Awaitable, Callable

from ehr.db import Database, Tx
from ehr.errors import Unavailable

KEEP_SECONDS = 10.0
_NEVER = float("-inf")


class Recent:
    """When it was read last, and whether it must be again.

    `read` brings what this process knows up to date.
    """

    def __init__(self, read: Callable[[Database | Tx], Awaitable[None]]) -> None:
        self._read = read
        self._read_at = _NEVER
        self._changes = 0

    def forget(self) -> None:
        """Have it read anew by whoever asks next, also by who is reading it now."""
        self._read_at = _NEVER
        self._changes += 1

    async def refresh(self, source: Database | Tx, *, now: bool = False) -> None:
        """Read it, if what is known may be too old; `now`: in any case."""
        begun, changes = time.monotonic(), self._changes
        if not now and begun - self._read_at < KEEP_SECONDS:
            return
        try:
            await self._read(source)
        except Unavailable:
            if isinstance(source, Tx):
                raise  # nothing is written by what may be too old
            return  # metadata is served without a database, as it was known last
        self._read_at = begun if changes == self._changes else _NEVER
