"""Pages of other sites: which may ask, what they send and read, and that they are nobody new."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fixtures.fhir import ANALYST, BASE, OTHER_WARD, Api, authenticating, settings_in
from fixtures.records import patient

from auth.demo import DemoIssuer
from ehr.audit.record import AuditLog
from ehr.cors import ASKED, METHODS, for_browsers
from ehr.db import Database
from ehr.search import hashing
from fhir_api.app import FhirApi

PAGE = "https://app.example"
STRANGER = "https://evil.example"


@pytest.fixture
async def api(db: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The FHIR API of a service that names the origin of one page."""
    hashing.install(b"h" * 32, (BASE,))
    settings = replace(settings_in(tmp_path), browser_origins=f" {PAGE}, https://other.example")
    issuer = DemoIssuer(settings)
    async with authenticating(db, issuer) as authenticator:
        fhir = FhirApi(db, authenticator, settings, AuditLog(db), link_key=b"l" * 32)
        app = for_browsers(fhir, settings.cors_origins)
        transport = httpx.ASGITransport(app, root_path="/fhir", client=("192.0.2.7", 123))
        async with httpx.AsyncClient(transport=transport) as client:
            yield Api(client, db, issuer)


def preflight(origin: str, method: str = "PUT", header: str = "if-match") -> dict[str, str]:
    """The headers by which a browser asks before it sends."""
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("header", [*ASKED, "authorization,content-type"])
async def test_a_named_page_may_send_what_the_api_knows(api: Api, method: str, header: str) -> None:
    asked = preflight(PAGE, method, header)
    reply = await api.ask("OPTIONS", "Patient/x", who=None, headers=asked)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert method in reply.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    "asked",
    [
        preflight(STRANGER),
        preflight(f"{PAGE}.evil.example"),
        preflight("null"),
        preflight(PAGE, "TRACE"),
        preflight(PAGE, header="cookie-of-mine"),
    ],
    ids=["a stranger", "a longer name", "no origin", "a method", "a header"],
)
async def test_anything_else_may_not(api: Api, asked: dict[str, str]) -> None:
    reply = await api.ask("OPTIONS", "Patient/x", who=None, headers=asked)
    assert reply.status == 400
    assert reply.headers.get("access-control-allow-origin") in (None, PAGE)


async def test_a_page_reads_the_reply_and_the_headers_it_needs(api: Api) -> None:
    id = await api.create(patient())
    reply = await api.get(f"Patient/{id}", headers={"Origin": PAGE})
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert "Origin" in reply.headers["vary"]
    assert {"ETag", "Location"} <= set(reply.headers["access-control-expose-headers"].split(", "))


async def test_a_strangers_page_reads_nothing(api: Api) -> None:
    id = await api.create(patient())
    reply = await api.get(f"Patient/{id}", headers={"Origin": STRANGER})
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), (OTHER_WARD, 404), (ANALYST, 403)],
    ids=["nobody", "the wrong ward", "the city analyst"],
)
async def test_a_page_sees_what_its_caller_sees(api: Api, who: str | None, status: int) -> None:
    id = await api.create(patient())
    reply = await api.get(f"Patient/{id}", who=who, headers={"Origin": PAGE})
    assert reply.status == status
    assert reply.codes
    assert reply.headers["access-control-allow-origin"] == PAGE


async def test_metadata_says_so(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    assert rest["security"]["cors"] is True


def test_without_a_named_origin_there_is_nothing_between() -> None:
    async def app(*_: object) -> None: ...

    assert for_browsers(app, settings_in(Path()).cors_origins) is app
