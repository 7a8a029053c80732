"""The front door: which host is served, whose address counts, what a log line may hold."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from ehr.front import MOST_UNDER_WAY, Front

Headers = list[tuple[bytes, bytes]]


async def ask(
    headers: Headers,
    *,
    path: str = "/fhir/Patient/0b3f6c3a",
    client: str = "10.0.0.9",
    proxies: frozenset[str] = frozenset(),
    under_way: int = 0,
) -> tuple[int, dict[str, Any]]:
    """The status, and the scope that the application behind the door was given."""
    seen: dict[str, Any] = {}
    statuses: list[int] = []

    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    busy = SimpleNamespace(under_way=under_way)
    hosts = frozenset({"clinic.test", "[::1]"})
    front = Front(inner, inner, hosts=hosts, proxies=proxies, audit=busy)
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"name=nguyen",
        "headers": headers,
        "client": (client, 1),
        "scheme": "http",
    }
    await front(scope, receive, send)
    assert busy.under_way == under_way
    return statuses[0], seen


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"host", b"clinic.test")], 200),
        ([(b"host", b"clinic.test:8000")], 200),
        ([(b"host", b"CLINIC.test")], 200),
        ([(b"host", b"[::1]:8000")], 200),
        ([(b"host", b"[::1]")], 200),
        ([(b"host", b"evil.test")], 421),
        ([(b"host", b"clinic.test.evil.test")], 421),
        ([], 421),
        ([(b"host", b"clinic.test"), (b"host", b"evil.test")], 421),
    ],
)
async def test_only_our_host_names_are_answered(headers: Headers, status: int) -> None:
    found, seen = await ask(headers)
    assert found == status
    assert bool(seen) is (status == 200)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ((), b"1.2.3.4", "10.0.0.9"),
        (("10.0.0.9",), b"1.2.3.4", "1.2.3.4"),
        (("10.0.0.9",), b"6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (("10.0.0.9", "1.2.3.4"), b"5.5.5.5, 1.2.3.4", "5.5.5.5"),
        (("10.0.0.9",), b"", "10.0.0.9"),
        (("10.0.0.8",), b"1.2.3.4", "10.0.0.9"),
    ],
)
async def test_only_a_trusted_proxy_tells_the_source(
    proxies: tuple[str, ...], forwarded: bytes, address: str
) -> None:
    headers = [(b"host", b"clinic.test"), (b"x-forwarded-for", forwarded)]
    _, seen = await ask(headers, proxies=frozenset(proxies))
    assert seen["client"][0] == address


async def test_a_log_line_holds_no_id_and_no_query(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await ask([(b"host", b"clinic.test")])
    line = capfd.readouterr().err
    assert '"route":"/fhir/Patient/:id"' in line
    assert "0b3f6c3a" not in line
    assert "nguyen" not in line


@pytest.mark.parametrize(
    ("path", "under_way", "status"),
    [
        ("/fhir/Patient", MOST_UNDER_WAY - 1, 200),
        ("/fhir/Patient", MOST_UNDER_WAY, 503),
        ("/app", MOST_UNDER_WAY, 503),
        ("/health/live", MOST_UNDER_WAY, 200),
    ],
)
async def test_what_is_too_much_is_told_to_come_again(
    path: str, under_way: int, status: int
) -> None:
    found, seen = await ask([(b"host", b"clinic.test")], path=path, under_way=under_way)
    assert found == status
    assert bool(seen) is (status == 200)
