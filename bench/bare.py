"""The reference: an ASGI application that does only what PostgreSQL must be asked.

For a read, the same pipelined set_config and the same SQL, its rows joined with commas; for a
visit, the rows that our own write makes, in the same multi-row statements, in one transaction.
There is no routing, authentication, parsing, checking, audit or logging in it.

Run by `python -m bench.bare PORT URL PLAN`; PLAN is a pickle of `Plan`.
"""

import pickle
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import uvicorn

from ehr.access_settings import SET_ACCESS, Plans
from ehr.db import Database

Statement = tuple[str, Any]


@dataclass(frozen=True)
class Plan:
    """What each route runs: `/read/3` is `reads["read"][3]`, as `settings["read"]`."""

    settings: dict[str, tuple[str, str, str, str, str]]
    """By route: the caller's settings, and how its statements are planned."""
    reads: dict[str, list[tuple[Statement, ...]]]
    visit: list[Statement]
    visit_rids: tuple[int, ...]
    visit_ids: tuple[str, ...]


class Bare:
    """One pool, two kinds of request."""

    def __init__(self, url: str, plan: Plan) -> None:
        self._url = url
        self._plan = plan
        self._rounds = count(1)
        self._db: Database | None = None

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Any) -> None:
        """Answer a GET of a read or a POST of a visit."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = await (self._write() if scope["method"] == "POST" else self._read(scope["path"]))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, path: str) -> bytes:
        _, name, number = path.split("/")
        name = unquote(name)
        rows: list[Any] = []
        for query, params in self._plan.reads[name][int(number)]:
            async with self._db._pool.connection() as connection:  # type: ignore[union-attr] # opened
                async with connection.pipeline():
                    await connection.execute(SET_ACCESS, self._plan.settings[name])
                    cursor = await connection.execute(query, params, binary=True)
                rows += await cursor.fetchall()
        return b"[" + b",".join(cell for row in rows for cell in row if type(cell) is bytes) + b"]"

    async def _write(self) -> bytes:
        shift = next(self._rounds) << 24
        renamed = {old: str(uuid.uuid4()) for old in self._plan.visit_ids}
        statements = [
            (query, _moved(params, set(self._plan.visit_rids), shift, renamed))
            for query, params in self._plan.visit
        ]
        async with (
            self._db._pool.connection() as connection,  # type: ignore[union-attr] # opened
            connection.pipeline(),
        ):
            await connection.execute("BEGIN")
            await connection.execute(SET_ACCESS, self._plan.settings["visit"])
            for query, params in statements:
                await connection.execute(query, params)
            await connection.execute("COMMIT")
        return b"{}"

    async def _live(self, receive: Callable[[], Any], send: Any) -> None:
        await receive()
        self._db = await Database.open(self._url, size=10, name="bare", plans=Plans.ONCE)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._db.close()
        await send({"type": "lifespan.shutdown.complete"})


def _moved(params: Any, rids: set[int], shift: int, renamed: dict[str, str]) -> Any:
    """The same rows under other numbers and ids, so that no key is written twice."""
    if isinstance(params, list | tuple):
        return [_moved(one, rids, shift, renamed) for one in params]
    if isinstance(params, int) and params in rids:
        return params + shift
    if isinstance(params, str):
        return renamed.get(params, params)
    return params


if __name__ == "__main__":
    port, url, plan = sys.argv[1:]
    uvicorn.run(
        Bare(url, pickle.loads(Path(plan).read_bytes())),  # noqa: S301 - written by the benchmark
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
