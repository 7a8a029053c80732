"""A load on one server of ours over loopback: a fixed number of requests from a few connections.

Plain HTTP/1.1 on asyncio, since a full client library would cost more than what it measures.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """What one load found: requests a second, latencies in ms, refusals."""

    per_second: float
    p50: float
    p99: float
    failed: int


def request(
    method: str, path: str, *, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    """The bytes of one HTTP/1.1 request to this machine."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def load(
    port: int, make: Callable[[int], bytes], *, count: int, connections: int = 8
) -> Measured:
    """Send `make(0)` … `make(count - 1)`, each connection one after another."""
    numbers = iter(range(count))
    latencies: list[float] = []
    failed = 0

    async def client() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            started = time.perf_counter()
            writer.write(make(number))
            status, _ = await _reply(reader)
            latencies.append((time.perf_counter() - started) * 1000)
            failed += status >= 400
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(connections)))
    seconds = time.perf_counter() - started
    latencies.sort()
    return Measured(
        count / seconds,
        latencies[len(latencies) // 2],
        latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))],
        failed,
    )


async def once(port: int, sent: bytes) -> tuple[int, bytes]:
    """Status and body of a single request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    found = await _reply(reader)
    writer.close()
    await writer.wait_closed()
    return found


async def _reply(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    body = await reader.readexactly(length) if length else b""
    return int(head[9:12]), body
