"""Slow and endless requests on a real socket: closed; slow answers and steady bodies: not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from ehr.cli import connection
from ehr.cli.connection import Connection

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


class Hurried(Connection):
    patience = 1.0


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers the length of the body, after a while when asked to."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"x-size", b"%d" % size)]}
    )
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, http=Hurried, lifespan="off", log_config=None, ws="none")
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def sent(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What came back until the other side closed, or for ten seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(10):
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


async def test_a_steady_body_and_a_slow_answer_are_waited_for(port: int) -> None:
    parts = [b"a" * 20_000] * 5
    assert b"x-size: 100000" in await sent(
        port, HEAD.replace(b"x\r", b"x\r\nConnection: close\r"), *parts, pause=0.3
    )
    slow = b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert b"200 OK" in await sent(port, slow)


async def test_a_second_request_on_the_connection_is_as_good(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = one.replace(b"x\r\n\r", b"x\r\nConnection: close\r\n\r")
    assert (await sent(port, one, one, last, pause=0.4)).count(b"200 OK") == 3
