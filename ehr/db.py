"""The connection pool, and the only two ways to run a statement on a record.

`fetch` is one read: the caller's settings and the query travel in one pipeline, in one
implicit transaction. `transaction` is for writes: BEGIN and the settings in one pipeline,
COMMIT when the block ends, before any reply is sent. Both set what row-level security reads
(`app.*`), for that transaction only; without it no record is visible.

A search is planned for its values, what finds rows by their keys and what writes them once
(`ehr.access_settings.Plans`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Self, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Composed
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from ehr.access import Access
from ehr.access_settings import SET_ACCESS, Plans, settings_of
from ehr.errors import Conflict, EhrError, Forbidden, Invalid, TooCostly, Unavailable

Row = tuple[Any, ...]
Params = Sequence[Any] | Mapping[str, Any] | None
Connection = psycopg.AsyncConnection[Row]
Query = str | SQL | Composed
Result = TypeVar("Result")

POOL_WAIT_SECONDS = 2.0
STATEMENT_SECONDS = 5
NUMBER_BLOCK = 1000
"""The increment of `resource_seq` (ehr/tables/storage.sql)."""
ATTEMPTS = 4
"""Times a whole transaction is tried when it meets a deadlock."""

_PLAN_EACH = f"SET LOCAL plan_cache_mode = {Plans.EACH}"
_PLAN_ONCE = f"SET LOCAL plan_cache_mode = {Plans.ONCE}"
_TIMEOUTS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
_SERVER_SETTINGS = {
    **_TIMEOUTS,
    "jit": "off",
    "timezone": "UTC",
}


class Retry(Conflict):
    """Another writer was at work on the same resource; try again."""


class Numbers:
    """Numbers of `resource_seq` reserved by this process: a thousand a fetch, no trip a write."""

    def __init__(self) -> None:
        self._free: list[range] = []

    async def take(self, tx: "Tx", count: int) -> list[int]:
        """`count` numbers that no row has, none of them taken twice."""
        missing = count - sum(map(len, self._free))
        if missing > 0:
            rows = await tx.fetch(
                "SELECT nextval('resource_seq') FROM generate_series(1, %s)",
                (-(-missing // NUMBER_BLOCK),),
            )
            self._free += [range(first, first + NUMBER_BLOCK) for (first,) in rows]
        taken: list[int] = []
        while len(taken) < count:
            block = self._free.pop(0)
            used = block[: count - len(taken)]
            taken += used
            if len(used) < len(block):
                self._free.insert(0, block[len(used) :])
        return taken


class Tx:
    """A running transaction of one caller."""

    __slots__ = ("after_commit", "connection", "numbers")

    def __init__(self, connection: Connection, numbers: Numbers) -> None:
        self.connection = connection
        self.numbers = numbers
        self.after_commit: list[Callable[[], None]] = []
        """Called when others see what was written; never when it was rolled back."""

    def committed(self) -> None:
        """Call what waits for the commit."""
        for call in self.after_commit:
            call()

    async def fetch(self, query: Query, params: Params = None) -> list[Row]:
        """All rows of a query."""
        with translated():
            cursor = await self.connection.execute(query, params, binary=True)
            return await cursor.fetchall()

    async def search(self, query: Query, params: Params = None) -> list[Row]:
        """All rows of a query that is planned for these values."""
        with translated():
            async with self.connection.pipeline():
                await self.connection.execute(_PLAN_EACH)
                cursor = await self.connection.execute(query, params, binary=True)
                await self.connection.execute(_PLAN_ONCE)
            return await cursor.fetchall()

    async def execute(self, query: Query, params: Params = None) -> int:
        """Run a statement; the number of rows it touched."""
        with translated():
            return (await self.connection.execute(query, params)).rowcount

    async def execute_all(self, statements: Sequence[tuple[Query, Params]]) -> list[int]:
        """Run several statements in one round trip; the rows that each touched."""
        with translated():
            async with self.connection.pipeline():
                cursors = [await self.connection.execute(q, p) for q, p in statements]
            return [cursor.rowcount for cursor in cursors]

    async def fetch_all(self, queries: Sequence[tuple[Query, Params]]) -> list[list[Row]]:
        """The rows of several queries, in one round trip."""
        with translated():
            async with self.connection.pipeline():
                cursors = [await self.connection.execute(q, p, binary=True) for q, p in queries]
            return [await cursor.fetchall() for cursor in cursors]


class Database:
    """A pool of connections of one role."""

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self._pool = pool
        self._numbers = Numbers()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        size: int = 10,
        name: str = "ehr",
        plans: Plans = Plans.EACH,
        wait: bool = True,
        statement_seconds: int = STATEMENT_SECONDS,
    ) -> Self:
        """Open a pool on `url`; with `wait`, raises Unavailable when there is no server.

        `plans` is how statements are planned that run outside of a caller's transaction.
        Work that nobody waits for may have more `statement_seconds`; it waits as long for locks,
        and may hold a transaction as long between two statements.
        """
        settings = {**_SERVER_SETTINGS, "plan_cache_mode": plans}
        if statement_seconds != STATEMENT_SECONDS:
            settings |= dict.fromkeys(_TIMEOUTS, f"{statement_seconds}s")
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min(2, size),
            max_size=size,
            timeout=POOL_WAIT_SECONDS,
            reconnect_timeout=10.0,
            kwargs={
                "autocommit": True,
                "application_name": f"tram-{name}",
                "options": " ".join(f"-c {k}={v}" for k, v in settings.items()),
            },
            open=False,
            name=name,
        )
        with translated():
            await pool.open(wait=wait, timeout=30.0)
        return cls(pool)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def fetch(self, access: Access, query: Query, params: Params = None) -> list[Row]:
        """All rows of one read by keys, seen as `access`."""
        return await self._read(query, params, settings_of(access, Plans.ONCE))

    async def search(self, access: Access, query: Query, params: Params = None) -> list[Row]:
        """All rows of one read that is planned for these values, seen as `access`."""
        return await self._read(query, params, settings_of(access, Plans.EACH))

    async def fetch_directory(self, query: Query, params: Params = None) -> list[Row]:
        """All rows of a read of administrative tables: with no caller set, no record is visible."""
        return await self._read(query, params, None)

    def transaction(self, access: Access) -> AbstractAsyncContextManager[Tx]:
        """A transaction as `access`: committed when the block ends, rolled back on any error."""
        return self._begun(settings_of(access))

    def administration(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction on administrative tables: with no caller set, no record is visible."""
        return self._begun(None)

    @asynccontextmanager
    async def _begun(self, caller: Params) -> AsyncIterator[Tx]:
        with translated():
            async with self._pool.connection() as connection:
                async with connection.pipeline():
                    await connection.execute("BEGIN")
                    if caller is not None:
                        await connection.execute(SET_ACCESS, caller)
                tx = Tx(connection, self._numbers)
                try:
                    yield tx
                except BaseException:
                    if not connection.closed:
                        await connection.execute("ROLLBACK")
                    raise
                await connection.execute("COMMIT")
                tx.committed()

    async def insert(self, query: Query, params: Params) -> None:
        """One statement that commits by itself, into tables without row-level security."""
        with translated():
            async with self._pool.connection() as connection:
                await connection.execute(query, params)

    async def run(self, access: Access, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """`work` in a transaction, tried again from its start when it meets a deadlock."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.transaction(access) as tx:
                    return await work(tx)
            except Retry:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    async def _read(self, query: Query, params: Params, caller: Params) -> list[Row]:
        for last in (False, True):
            try:
                return await self._read_once(query, params, caller)
            except Unavailable as error:
                # A connection that died with the server: the pool has a fresh one if it is back.
                cause = error.__cause__
                has_died = isinstance(cause, psycopg.OperationalError)
                if last or not has_died or isinstance(cause, PoolTimeout):
                    raise
            except Conflict as error:
                # A read waits for no other writer: what holds the whole table is an upgrade.
                if isinstance(error.__cause__, pg.LockNotAvailable):
                    raise Unavailable from error
                raise
        raise AssertionError("unreachable")

    async def _read_once(self, query: Query, params: Params, caller: Params) -> list[Row]:
        with translated():
            async with self._pool.connection() as connection:
                if caller is None:
                    cursor = await connection.execute(query, params, binary=True)
                    return await cursor.fetchall()
                async with connection.pipeline():
                    await connection.execute(SET_ACCESS, caller)
                    cursor = await connection.execute(query, params, binary=True)
                return await cursor.fetchall()


@contextmanager
def translated() -> Iterator[None]:
    """PostgreSQL's errors as ours; texts of the server never reach a client."""
    try:
        yield
    except EhrError:
        raise
    except (pg.DeadlockDetected, pg.SerializationFailure) as error:
        raise Retry from error
    except (pg.LockNotAvailable, pg.UniqueViolation, pg.ForeignKeyViolation) as error:
        raise Conflict from error
    except pg.QueryCanceled as error:
        raise TooCostly("The request took too long and was stopped.") from error
    except pg.InsufficientPrivilege as error:
        raise Forbidden from error
    except (pg.UndefinedTable, pg.UndefinedColumn) as error:  # not this version's schema yet
        raise Unavailable from error
    except psycopg.DataError as error:
        raise Invalid("A value is outside what can be stored.") from error
    except (psycopg.OperationalError, PoolTimeout, PoolClosed, OSError) as error:
        raise Unavailable from error
