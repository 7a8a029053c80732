"""Slow and endless requests on a real socket: closed; slow answers and steady bodies: not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import uvicorn

from ehr.cli import connection
from ehr.cli.connection import LEAST_BYTES, Connection

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


ONE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 16_000_000
"""Bytes of an answer: more than the kernel holds for a client who reads nothing."""


class Hurried(Connection):
    """For those who are closed, however busy the machine is."""

    patience = 1.0


class Unhurried(Connection):
    """For those who are not: here half a minute has passed when the test says so."""

    patience = 3600.0
    most_idle = 3


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers the length of the body, after a while when asked to."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(0.1)
    body = b"a" * LARGE if scope["path"] == "/large" else b""
    headers = [(b"x-size", b"%d" % size), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(protocol: type[Connection]) -> AsyncIterator[tuple[int, set[Connection]]]:
    """The port of a server, and the connections it has open."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            http=protocol,
            lifespan="off",
            log_config=None,
            ws="none",
            timeout_keep_alive=3600,
        )
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield (
        server.servers[0].sockets[0].getsockname()[1],
        cast("Any", server.server_state.connections),
    )
    server.should_exit = True
    await running


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(Hurried) as (port, _):
        yield port


async def sent(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What came back until the other side closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "part", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX", HEAD, HEAD + b"a" * 999], ids=range(4)
)
async def test_who_says_too_little_is_closed(port: int, part: bytes) -> None:
    assert await sent(port, part) == b""


async def test_a_drop_now_and_then_is_too_little(port: int) -> None:
    assert await sent(port, HEAD, *[b"a"] * 8, pause=0.3) == b""


async def test_a_head_without_an_end_is_closed(port: int) -> None:
    line = b"X-A: " + b"a" * 1000 + b"\r\n"
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n" + line * (connection.LARGEST_HEAD // 500)
    assert await sent(port, whole) == b""


async def test_a_steady_body_is_waited_for() -> None:
    async with serving(Unhurried) as (port, connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        await until(lambda: any(not one._in_head for one in connections))
        (connection,) = connections
        for _ in range(2):
            writer.write(b"a" * 40_000)
            await until(lambda: connection._received >= 40_000)
            connection._look()  # half a minute has passed
        writer.write(b"a" * 20_000)
        assert b"x-size: 100000" in await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_a_slow_answer_and_a_next_request_are_waited_for() -> None:
    async with serving(Unhurried) as (port, connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in (b"/slow", b"/", b"/slow"):
            writer.write(ONE.replace(b"/", path, 1))
            await until(lambda: any(not one._reading for one in connections))
            (connection,) = connections
            assert connection._timer is None  # nobody looks, however long it takes
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
            assert connection._timer is None
        writer.close()


async def test_who_takes_nothing_of_an_answer_is_closed() -> None:
    async with serving(Hurried) as (port, connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(ONE.replace(b" / ", b" /large "))
        await until(lambda: len(connections) == 1)
        await until(lambda: not connections)
        taken = 0
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65_536):
                taken += len(part)
        assert taken < LARGE
        writer.close()


async def test_who_takes_an_answer_slowly_has_it_whole() -> None:
    async with serving(Unhurried) as (port, connections):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(ONE.replace(b" / ", b" /large "))
        await reader.readuntil(b"\r\n\r\n")
        (connection,) = connections
        size = connection.transport.get_write_buffer_size
        taken = 0
        while (before := size()) > LEAST_BYTES:
            while size() > before - LEAST_BYTES:
                taken += len(await reader.read(LEAST_BYTES))
            connection._look_at_taking(before)  # half a minute has passed
        await reader.readexactly(LARGE - taken)
        writer.close()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


async def test_of_many_idle_connections_the_oldest_makes_room() -> None:
    async with serving(Unhurried) as (port, _):
        idle = []
        for _ in range(Unhurried.most_idle):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ONE)
            await reader.readuntil(b"\r\n\r\n")
            idle.append((reader, writer))
        last = ONE.replace(b"x\r\n\r", b"x\r\nConnection: close\r\n\r")
        assert b"200 OK" in await sent(port, last)
        (oldest, _), *others = idle
        assert await oldest.read() == b""
        for reader, writer in others:
            writer.write(ONE)
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        for _, writer in idle:
            writer.close()
