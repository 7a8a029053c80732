"""`/openapi.json` tells all that is served beside FHIR, and tells the truth of it."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from fixtures.browsing import Browser, resident, visit

from auth.demo import PATH as ISSUER
from auth.demo import DemoIssuer
from auth.demo.people import subject
from ehr.app import web
from ehr.care.profile import Profile
from ehr.services import Services
from ehr.web import shapes
from ehr.web.openapi import document
from ehr.web.told import Refusal, schemas

BASE = "http://127.0.0.1:8000"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def app(services: Services) -> FastAPI:
    """All that is not FHIR, as it is served."""
    return web(services)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is nobody."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        yield client


def every(routes: Iterable[Any]) -> Iterator[Any]:
    """Each route, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from every(included.routes)


def served(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every route; the demo's issuer describes itself as every issuer does."""
    return {
        (method.lower(), route.path.replace(":path}", "}"))
        for route in every(app.routes)
        for method in route.methods - {"HEAD"}
        if not route.path.startswith(ISSUER)
    }


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method in methods.keys() & METHODS:
            yield method, path, methods[method]


def test_every_route_is_told(app: FastAPI) -> None:
    told = document(app)
    assert told["openapi"] == "3.1.0"
    assert {(method, path) for method, path, _ in operations(told)} == served(app)
    assert {("get", "/reports/{slug}"), ("post", "/app/api/visits")} <= served(app)


def test_every_operation_says_what_it_is_and_how_it_ends(app: FastAPI) -> None:
    told, seen = document(app), set()
    for method, path, operation in operations(told):
        where = f"{method} {path}"
        assert operation["summary"][0].isupper(), where
        assert operation["operationId"] not in seen
        seen.add(operation["operationId"])
        assert min(map(int, operation["responses"])) < 400, where
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path)), where
        for status, response in operation["responses"].items():
            assert response["description"], where
            if int(status) >= 400 and path.startswith(("/app/api/", "/reports")):
                schema = response["content"]["application/json"]["schema"]
                assert schema["$ref"].rpartition("/")[2] in {"Refusal", "AlreadyKnown"}, where
        if path.startswith(("/app/api/", "/reports")):
            assert {"401", "429", "503"} <= operation["responses"].keys(), where
            assert operation["security"], where
        if method == "post" and path.startswith("/app/api/"):
            assert operation["requestBody"]["required"]
            assert operation["security"] == [{"session": [], "csrf": []}]


def test_what_it_refers_to_is_there(app: FastAPI) -> None:
    told = document(app)
    for kind, name in re.findall(r"#/components/(\w+)/(\w+)", str(told)):
        assert name in told["components"][kind]
    used = {name for _, _, one in operations(told) for each in one["security"] for name in each}
    assert used == told["components"]["securitySchemes"].keys()
    assert "HTTPValidationError" not in str(told)


async def test_who_may_read_it(
    http: httpx.AsyncClient, services: Services, app: FastAPI, clinician: Browser
) -> None:
    refused = await http.get("/openapi.json")
    assert (refused.status_code, refused.json()["error"]) == (401, "login")
    assert isinstance(services.issuer, DemoIssuer)
    for login in ("analyst.city", "clinician.00145"):
        who = await subject(services.db, login)
        assert who
        token = services.issuer.access_token(who, "tram-web", who.scopes, "session")
        reply = await http.get("/openapi.json", headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == 200
    http.cookies = clinician.http.cookies
    told = msgspec.json.decode(msgspec.json.encode(document(app)))
    assert (await http.get("/openapi.json")).json() == told


async def test_who_is_nobody_is_refused_where_it_says_so(
    http: httpx.AsyncClient, app: FastAPI
) -> None:
    for method, path, operation in operations(document(app)):
        url = re.sub(r"\{\w+\}", "x", path) + ("?ward=00004" if "today" in path else "")
        reply = await http.request(method, url)
        assert (reply.status_code == 401) == bool(operation["security"] or "callback" in path), path


def told_truly(reply: httpx.Response, status: int, kind: type) -> None:
    """Fails unless the answer is of its shape, with nothing left out and nothing more."""
    assert reply.status_code == status, reply.text
    found = msgspec.json.decode(reply.content, type=kind)
    assert msgspec.to_builtins(found) == reply.json()
    assert kind.__name__ in schemas()


async def test_answers_have_the_shapes_that_are_told(
    http: httpx.AsyncClient, clinician: Browser
) -> None:
    http.cookies = clinician.http.cookies
    one = Browser(http, clinician.csrf)
    dao = resident(phone="0912345678")
    told_truly(await one.get("/app/api/me"), 200, shapes.Me)
    told_truly(await one.get("/app/api/diagnoses?q=tang"), 200, shapes.Diagnoses)
    told_truly(await one.get("/app/api/drugs"), 200, shapes.Drugs)
    told_truly(await one.post("/app/api/residents", dao), 201, shapes.Recorded)
    told_truly(await one.post("/app/api/residents", dao), 200, shapes.Recorded)
    again = await one.post("/app/api/residents", resident())
    told_truly(again, 409, shapes.AlreadyKnown)
    assert again.json()["residents"]
    recorded = visit(dao["id"], nextDate="2027-01-04")
    told_truly(await one.post("/app/api/visits", recorded), 201, shapes.Recorded)
    told_truly(await one.get("/app/api/residents?q=dao"), 200, shapes.Residents)
    told_truly(await one.get(f"/app/api/residents/{dao['id']}"), 200, Profile)
    told_truly(await one.get(f"/app/api/visits/{recorded['id']}"), 200, shapes.VisitPage)
    told_truly(await one.get("/app/api/today?ward=00004"), 200, shapes.Day)
    told_truly(await one.get("/reports"), 200, shapes.Reports)
    told_truly(
        await one.get("/fhir/.well-known/smart-configuration"), 200, shapes.SmartConfiguration
    )
    told_truly(await one.get("/openapi.json"), 200, shapes.OpenApi)
    told_truly(await one.post("/app/logout", {}), 200, shapes.LoggedOut)


async def test_a_page_of_any_site_may_read_where_to_log_in(http: httpx.AsyncClient) -> None:
    reply = await http.get(
        "/fhir/.well-known/smart-configuration", headers={"Origin": "https://x.test"}
    )
    assert reply.headers["access-control-allow-origin"] == "*"
    told = await http.get("/openapi.json", headers={"Origin": "https://x.test"})
    assert "access-control-allow-origin" not in told.headers


async def test_refusals_have_the_shape_that_is_told(
    http: httpx.AsyncClient, clinician: Browser
) -> None:
    http.cookies = clinician.http.cookies
    one = Browser(http, clinician.csrf)
    for reply, status in (
        (await one.get("/app/api/residents/nobody"), 404),
        (await one.get("/app/api/today?ward=x"), 422),
        (await one.get("/app/api/today?ward=00008"), 403),
        (await one.post("/app/api/residents", resident(name="", sex="x")), 422),
        (await one.post("/app/api/residents", resident(cccd="1", birthDate="1")), 422),
        (await one.post("/app/api/residents", resident(), **{"x-csrf": "no"}), 403),
        (await one.post("/app/api/visits", visit("nobody")), 404),
        (await one.get("/reports/visits"), 400),
        (await one.get("/reports/visits?period=2026-11"), 403),
        (await one.get("/reports/nothing?period=2026-11&ward=00004"), 404),
    ):
        told_truly(reply, status, Refusal)


async def test_health_has_the_shape_that_is_told(http: httpx.AsyncClient) -> None:
    ready = await http.get("/health/ready")
    assert ready.status_code in {200, 503}
    told_truly(ready, ready.status_code, shapes.Ready)
    assert (await http.get("/health/live")).headers["content-type"].startswith("text/plain")
