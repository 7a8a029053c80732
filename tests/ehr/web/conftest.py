"""The web app's routes in one process with a demo issuer: people log in as they do in a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fixtures import callers
from fixtures.browsing import Browser

from auth.bearer import Authenticator
from auth.code_flow import CodeFlow
from auth.demo import DemoIssuer
from auth.demo import router as demo_issuer
from auth.session import Sessions
from ehr import clock, secrets
from ehr.access import Verb
from ehr.audit.event import Event
from ehr.audit.record import AuditLog
from ehr.care.build import directory
from ehr.config import Settings
from ehr.db import Database
from ehr.directory.accounts import DEMO_ISSUER
from ehr.directory.wards import all_wards
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.services import Services
from ehr.web.app import router

BASE = "http://127.0.0.1:8000"


class Overheard(AuditLog):
    """The audit log; what it wrote is kept too, since the application may not read it back."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.written: list[Event] = []

    async def record(self, event: Event) -> None:
        await super().record(event)
        self.written.append(event)


Login = Callable[[str], Awaitable[Browser]]


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """One morning, and no midnight: what was recorded today is today's when it is looked at."""
    clock.freeze(datetime(2026, 11, 23, 3, tzinfo=UTC))
    yield
    clock.freeze(None)


@pytest.fixture
async def services(db: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """The services of a demo, with the wards' stations and staff as records."""
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET issuer = %s", (DEMO_ISSUER,))
    settings = Settings(data_dir=tmp_path)
    keys = secrets.load(tmp_path)
    await _stations(db)
    issuer = DemoIssuer(settings)
    app = FastAPI()
    app.include_router(demo_issuer(issuer, db))
    authenticator = Authenticator(
        db,
        issuer,
        audience=settings.token_audience,
        issuer_name=DEMO_ISSUER,
        clients=frozenset({settings.web_client_id}),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        flow = CodeFlow(
            issuer,
            http,
            client=settings.web_client_id,
            secret=None,
            redirect_uri=f"{settings.public_url}/app/callback",
        )
        audit = Overheard(db)
        sessions = Sessions(db, flow, authenticator, audit, key=keys.sessions)
        running = Services(settings, keys, db, db, audit, issuer, authenticator, sessions)
        app.include_router(router(running))
        running_app[0] = app
        yield running
    await authenticator.close()


running_app: list[FastAPI] = [FastAPI()]
"""The application of the running test."""


async def _stations(db: Database) -> None:
    built = [directory.health_department()]
    for ward in await all_wards(db):
        built += [
            directory.ward_organization(ward),
            directory.ward_location(ward),
            directory.practitioner(f"clinician-{ward.code}", "Lê Thị Hà", "female"),
        ]
    changes = [Change(Verb.CREATE, each["resourceType"], each["id"], each) for each in built]
    async with db.transaction(callers.system()) as tx:
        await save(tx, changes, access=callers.system())


@pytest.fixture
def written(services: Services) -> list[Event]:
    """The audit events of this test's requests so far, but for those of a write's transaction."""
    assert isinstance(services.audit, Overheard)
    return services.audit.written


@pytest.fixture
async def nobody(services: Services) -> AsyncIterator[Browser]:
    """A browser in which nobody is logged in."""
    async with _client() as http:
        yield Browser(http)


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(running_app[0]), base_url=BASE)


@pytest.fixture
async def login(services: Services) -> AsyncIterator[Login]:
    """Log in through the issuer's page: `await login("clinician.00004")`."""
    opened: list[httpx.AsyncClient] = []

    async def one(name: str) -> Browser:
        http = _client()
        opened.append(http)
        asked = await http.get("/app/login")
        form = dict(httpx.URL(asked.headers["location"]).params) | {"login": name}
        chosen = await http.post("/demo-issuer/authorize", data=form)
        back = await http.get(chosen.headers["location"])
        assert back.status_code == 303, back.text
        me = (await http.get("/app/api/me")).json()
        return Browser(http, me["csrf"], me)

    yield one
    for http in opened:
        await http.aclose()


@pytest.fixture
async def clinician(login: Login) -> Browser:
    """A clinician of Ba Đình."""
    return await login("clinician.00004")


@pytest.fixture
async def neighbour(login: Login) -> Browser:
    """A clinician of another ward."""
    return await login("clinician.00145")


@pytest.fixture
async def analyst(login: Login) -> Browser:
    """The city's analyst."""
    return await login("analyst.city")
