"""Behind a real server and the front door of the service."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from fixtures import records
from fixtures.database import PATIENCE_SECONDS
from fixtures.fhir import NURSE, Api
from fixtures.serving import free_socket, served
from starlette.applications import Starlette

from ehr.front import Front


@pytest.fixture
async def address(api: Api) -> AsyncIterator[str]:
    """Where the API listens."""
    socket, url = free_socket()
    app = api.client._transport.app  # type: ignore[attr-defined] # the application under test
    busy = SimpleNamespace(under_way=0)
    hosts = frozenset({"127.0.0.1"})
    front = Front(Starlette(), app, hosts=hosts, proxies=frozenset(), audit=busy)
    async with served(front, socket):
        yield url


async def exchange(
    address: str, sent: bytes, *, timeout: float = PATIENCE_SECONDS
) -> tuple[int, bytes, bytes]:
    """(status, head, body) of the reply to raw bytes; the connection is closed after it."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(sent)
    async with asyncio.timeout(timeout):
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if b"content-length" in line]
        body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
    writer.close()
    return int(head.split(b" ")[1]), head.lower(), body


async def request(api: Api, method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    token = await api.token(NURSE)
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def test_it_is_reached_below_its_mount(api: Api, address: str) -> None:
    id = await api.create(records.patient())
    for path in (f"/fhir/Patient/{id}", f"/fhir/Patient/{id}/"):
        status, head, body = await exchange(address, await request(api, "GET", path))
        assert status == 200
        assert b'etag: w/"1"' in head
        assert json.loads(body)["id"] == id


async def test_a_bundle_is_posted_to_the_base_with_and_without_a_slash(
    api: Api, address: str
) -> None:
    content = b'{"resourceType":"Bundle","type":"batch"}'
    headers = ("Content-Type: application/fhir+json", f"Content-Length: {len(content)}")
    for path in ("/fhir", "/fhir/"):
        sent = await request(api, "POST", path, *headers, body=content)
        status, _, body = await exchange(address, sent)
        assert status == 200
        assert json.loads(body)["type"] == "batch-response"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "LOCK"])
async def test_other_verbs_are_refused(api: Api, address: str, method: str) -> None:
    status, head, body = await exchange(address, await request(api, method, "/fhir/Patient/1"))
    assert status == 405
    assert b"allow: get, put, patch, delete, head" in head
    assert json.loads(body)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "path", ["/fhir/Patient/%2e%2e", "/fhir/Patient/..%2f..%2fx", "/fhir/Patient/%00", "/fhir/%ff"]
)
async def test_encoded_paths_lead_nowhere(api: Api, address: str, path: str) -> None:
    status, _, body = await exchange(address, await request(api, "GET", path))
    assert status in {400, 404}
    assert json.loads(body)["resourceType"] == "OperationOutcome"


async def test_lengths_that_contradict_are_refused(api: Api, address: str) -> None:
    both = await request(
        api,
        "POST",
        "/fhir/Patient",
        "Content-Type: application/fhir+json",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        body=b"0\r\n\r\n",
    )
    status, _, _ = await exchange(address, both)
    assert status == 400


async def test_a_body_too_large_is_refused_while_it_comes(api: Api, address: str) -> None:
    sent = await request(
        api,
        "POST",
        "/fhir/Patient",
        "Content-Type: application/fhir+json",
        "Content-Length: 99999999",
    )
    status, _, body = await exchange(address, sent)
    assert status == 413
    assert json.loads(body)["issue"][0]["code"] == "too-long"


async def test_who_goes_away_leaves_nothing_behind(api: Api, address: str) -> None:
    parts = urlsplit(address)
    sent = await request(
        api,
        "POST",
        "/fhir/Patient",
        "Content-Type: application/fhir+json",
        "Content-Length: 100",
        body=b'{"resourceType":',
    )
    for _ in range(5):
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(sent)
        await writer.drain()
        writer.close()
    status, _, body = await exchange(
        address, await request(api, "GET", "/fhir/Patient?_summary=count")
    )
    assert (status, json.loads(body)["total"]) == (200, 0)


async def test_no_header_breaks_a_line(api: Api, address: str) -> None:
    sent = await request(api, "GET", "/fhir/Patient/nobody", "X-Request-Id: a%0d%0aSet-Cookie: b")
    status, head, _ = await exchange(address, sent)
    assert status == 404
    assert b"set-cookie" not in head
