"""`/reports`: by session or bearer token, for whom, refused how, audited always."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from fixtures.browsing import Browser
from fixtures.figures import city, store

from auth.demo import DemoIssuer
from auth.demo.people import subject
from ehr.audit.event import Event, Outcome
from ehr.db import Database
from ehr.embedded import Embedded
from ehr.errors import Unavailable
from ehr.services import Services
from ehr.throttle import Throttle
from ehr.web import reports, shapes

CITY = "/reports/visits?period=2026-11"
FILE = f"{CITY}&format=csv"
BA_DINH, LONG_BIEN = f"{CITY}&ward=00004", f"{CITY}&ward=00145"


@pytest.fixture
async def http(
    postgres: Embedded, clone: str, services: Services
) -> AsyncIterator[httpx.AsyncClient]:
    """The reports' routes, on a month of invented figures."""
    counts = city(random.Random(1), range(1, 4), 300)
    store(postgres.url("ehr_job", clone), date(2026, 11, 1), counts)
    figures = await Database.open(postgres.url("ehr_report", clone), size=1, name="report")
    app = FastAPI()
    app.include_router(reports.router(replace(services, reports=figures)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client
    await figures.close()


Ask = Callable[[str, str | None], Awaitable[httpx.Response]]


@pytest.fixture
def ask(http: httpx.AsyncClient, services: Services) -> Ask:
    """Ask with somebody's bearer token, or with none."""

    async def one(path: str, login: str | None) -> httpx.Response:
        if login is None:
            return await http.get(path)
        who = await subject(services.db, login)
        assert who
        assert isinstance(services.issuer, DemoIssuer)
        client = services.settings.web_client_id if who.is_person else login
        token = services.issuer.access_token(who, client, who.scopes, "session")
        return await http.get(path, headers={"authorization": f"Bearer {token}"})

    return one


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("analyst.city", CITY, 200),
        ("analyst.city", BA_DINH, 200),
        ("clinician.00004", BA_DINH, 200),
        ("clinician.00004", CITY, 403),
        ("clinician.00004", LONG_BIEN, 403),
        ("clinician.00004", f"{CITY}&ward=99999", 403),
        ("hospital.bachmai", CITY, 403),
        ("hospital.bachmai", BA_DINH, 403),
        ("system", CITY, 403),
        ("nobody", CITY, 401),
        (None, CITY, 401),
        (None, BA_DINH, 401),
        (None, "/reports", 401),
        ("analyst.city", "/reports", 200),
        ("clinician.00004", "/reports", 200),
        ("hospital.bachmai", "/reports", 403),
        ("analyst.city", "/reports/deaths?period=2026-11", 404),
        ("hospital.bachmai", "/reports/deaths?period=2026-11", 403),
        ("analyst.city", "/reports/visits", 400),
        ("analyst.city", "/reports/visits?period=2026", 400),
        ("analyst.city", f"{CITY}&sex=male", 400),
        ("analyst.city", f"{CITY}&period=2026-10", 400),
        ("analyst.city", f"{CITY}&ward=99999", 400),
        ("analyst.city", f"{CITY}&format=xlsx", 400),
        ("analyst.city", f"{FILE}&format=csv", 400),
        ("analyst.city", f"{FILE}&ward=99999", 400),
        ("clinician.00004", FILE, 403),
        ("clinician.00004", f"{FILE}&ward=00145", 403),
        ("hospital.bachmai", FILE, 403),
        ("system", FILE, 403),
        ("nobody", FILE, 401),
        (None, FILE, 401),
        ("analyst.city", "/reports/visits?period=2025-06", 400),
    ],
)
async def test_who_is_answered_and_how(
    ask: Ask, written: list[Event], login: str | None, path: str, status: int
) -> None:
    reply = await ask(path, login)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    assert "Authorization" in reply.headers["vary"]
    assert ("www-authenticate" in reply.headers) == (status == 401)
    if status >= 400:
        assert set(reply.json()) <= {"error", "message", "field"}
        assert "SELECT" not in reply.text
    [event] = written
    assert event.outcome is (Outcome.SUCCESS if status == 200 else Outcome.REFUSED)


async def test_the_city_s_answer(ask: Ask, written: list[Event]) -> None:
    reply = (await ask(CITY, "analyst.city")).json()
    assert reply["total"]["value"] > 200
    assert [ward["code"] for ward in reply["wards"]] == ["00004", "00008", "00145"]
    assert written[0].entity == "Measure/visits?period=2026-11"
    assert written[0].patients == ()
    await ask(BA_DINH, "analyst.city")
    assert written[1].entity == "Measure/visits?period=2026-11&ward=00004"


@pytest.mark.parametrize(
    ("login", "path", "name"),
    [
        ("analyst.city", FILE, "visits-2026-11.csv"),
        ("analyst.city", f"{BA_DINH}&format=csv", "visits-2026-11-00004.csv"),
        ("clinician.00004", f"{BA_DINH}&format=csv", "visits-2026-11-00004.csv"),
    ],
)
async def test_the_figures_as_a_file(
    ask: Ask, written: list[Event], login: str, path: str, name: str
) -> None:
    reply = await ask(path, login)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert reply.headers["cache-control"] == "no-store"
    lines = reply.content.decode("utf-8-sig").splitlines()
    figures = (await ask(path.removesuffix("&format=csv"), "analyst.city")).json()
    wards = [
        f"{ward['code']} {ward['name']},,{'ẩn' if ward['hidden'] else ward['value']}"
        for ward in figures["wards"]
    ]
    assert [line.partition(",ward,")[2] for line in lines if ",ward," in line] == wards
    assert any(line.endswith(",ẩn") for line in lines)
    assert written[0].entity == "Measure" + path.removeprefix("/reports")


async def test_a_ward_s_own_staff_see_what_the_city_sees(ask: Ask) -> None:
    theirs = (await ask(BA_DINH, "clinician.00004")).json()
    city_s = (await ask(BA_DINH, "analyst.city")).json()
    assert {**theirs, "generatedAt": 0} == {**city_s, "generatedAt": 0}


def cookie_of(browser: Browser) -> str:
    """The Cookie header of somebody who is logged in."""
    return "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())


async def test_a_session_reads_too(http: httpx.AsyncClient, analyst: Browser) -> None:
    reply = await http.get(CITY, headers={"cookie": cookie_of(analyst)})
    assert reply.status_code == 200
    forged = await http.get(CITY, headers={"cookie": "tram_session=" + "x" * 43})
    assert forged.status_code == 401


async def test_a_bad_token_is_not_helped_by_a_session(
    http: httpx.AsyncClient, analyst: Browser
) -> None:
    both = {"cookie": cookie_of(analyst), "authorization": "Bearer x"}
    reply = await http.get(CITY, headers=both)
    assert reply.status_code == 401


async def test_the_list_says_what_there_is(ask: Ask) -> None:
    [visits] = (await ask("/reports", "analyst.city")).json()["reports"]
    assert visits["slug"] == "visits"
    assert visits["parameters"] == ["period", "ward"]
    assert visits["definitions"]


async def test_no_figure_leaves_without_its_event(
    ask: Ask, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(services.audit, "record", full)
    reply = await ask(CITY, "analyst.city")
    assert reply.status_code == 503
    assert "wards" not in reply.text


async def test_who_asks_too_often_is_refused(
    ask: Ask, services: Services, written: list[Event]
) -> None:
    services.authenticator.throttle = Throttle(1, 2, clock=lambda: 7.0)
    statuses = [(await ask(CITY, "analyst.city")).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert (await ask(BA_DINH, "clinician.00004")).status_code == 200
    assert [event.reason for event in written].count("throttled") == 1


@pytest.mark.parametrize("path", [CITY, BA_DINH])
async def test_the_answer_is_as_openapi_tells(ask: Ask, path: str) -> None:
    reply = await ask(path, "analyst.city")
    assert reply.status_code == 200
    told = msgspec.json.decode(reply.content, type=shapes.Figures)
    assert msgspec.to_builtins(told) == reply.json()
    assert ("ward" in reply.json()) == (path == BA_DINH)
