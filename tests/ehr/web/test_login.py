"""Login, session and logout as a browser goes through them."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
from fastapi import FastAPI
from fixtures.browsing import Browser

from ehr.audit.event import Event, Outcome
from ehr.services import Services
from ehr.web.app import router

Login = Callable[[str], Awaitable[Browser]]


async def test_login_sets_a_cookie_that_no_script_reads(nobody: Browser) -> None:
    asked = await nobody.get("/app/login?next=/app/hom-nay")
    assert asked.status_code == 303
    assert asked.headers["cache-control"] == "no-store"
    state = asked.headers["set-cookie"].lower()
    assert state.startswith("tram_login=")
    assert "httponly" in state
    assert "samesite=lax" in state
    form = dict(httpx.URL(asked.headers["location"]).params) | {"login": "clinician.00004"}
    chosen = await nobody.http.post("/demo-issuer/authorize", data=form)
    back = await nobody.get(chosen.headers["location"])
    assert back.headers["location"] == "/app/hom-nay"
    session = next(c for c in back.headers.get_list("set-cookie") if c.startswith("tram_session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session


async def test_over_https_the_cookies_are_never_sent_otherwise(
    services: Services, nobody: Browser
) -> None:
    settings = replace(services.settings, base_url="https://ehr.example")
    app = FastAPI()
    app.include_router(router(replace(services, settings=settings)))
    through = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=through, base_url="https://ehr.example") as http:
        asked = await http.get("/app/login")
        form = dict(httpx.URL(asked.headers["location"]).params) | {"login": "clinician.00004"}
        chosen = await nobody.http.post("/demo-issuer/authorize", data=form)
        came_with = httpx.URL(chosen.headers["location"]).params
        back = await http.get("/app/callback", params=came_with)
    assert "; Secure" in asked.headers["set-cookie"]
    session = next(c for c in back.headers.get_list("set-cookie") if c.startswith("tram_session="))
    assert "; Secure" in session


async def test_the_address_after_login_is_one_of_ours(nobody: Browser) -> None:
    asked = await nobody.http.get("/app/login", params={"next": "https://elsewhere.example/"})
    form = dict(httpx.URL(asked.headers["location"]).params) | {"login": "clinician.00004"}
    chosen = await nobody.http.post("/demo-issuer/authorize", data=form)
    back = await nobody.get(chosen.headers["location"])
    assert back.headers["location"] == "/app/"


async def test_a_callback_that_began_elsewhere_is_a_page(nobody: Browser) -> None:
    reply = await nobody.get("/app/callback?code=x&state=y")
    assert reply.status_code == 401
    assert reply.headers["content-type"].startswith("text/html")
    assert "Đăng nhập lại" in reply.text
    assert "set-cookie" not in reply.headers


async def test_me(clinician: Browser, analyst: Browser) -> None:
    assert clinician.me["wards"] == [{"code": "00004", "name": "Ba Đình"}]
    assert clinician.me["clinical"] is True
    assert clinician.me["records"] is True
    assert clinician.me["reports"] is False
    assert analyst.me["wards"] == []
    assert analyst.me["clinical"] is False
    assert analyst.me["records"] is False
    assert analyst.me["reports"] is True
    keys = [base64.b64decode(each.me["draftKey"]) for each in (clinician, analyst)]
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


async def test_the_key_of_drafts_outlives_the_session(login: Login) -> None:
    first, second = await login("clinician.00004"), await login("clinician.00004")
    assert first.csrf != second.csrf
    assert first.me["draftKey"] == second.me["draftKey"]


async def test_nobody_is_told_in_json(nobody: Browser) -> None:
    reply = await nobody.get("/app/api/me")
    assert reply.status_code == 401
    assert reply.json() == {
        "error": "login",
        "message": "Phiên làm việc đã hết. Hãy đăng nhập lại.",
    }


async def test_logout_ends_the_session(clinician: Browser) -> None:
    cookie = clinician.http.cookies["tram_session"]
    reply = await clinician.post("/app/logout", {})
    assert reply.json() == {"location": "/app/"}
    clinician.http.cookies.set("tram_session", cookie)
    assert (await clinician.get("/app/api/me")).status_code == 401


async def test_a_new_login_ends_the_session_that_the_browser_had(clinician: Browser) -> None:
    old = clinician.http.cookies["tram_session"]
    asked = await clinician.get("/app/login")
    form = dict(httpx.URL(asked.headers["location"]).params) | {"login": "clinician.00004"}
    chosen = await clinician.http.post("/demo-issuer/authorize", data=form)
    await clinician.get(chosen.headers["location"])
    new = clinician.http.cookies["tram_session"]
    assert new != old
    assert (await clinician.get("/app/api/me")).status_code == 200
    clinician.http.cookies.set("tram_session", old)
    assert (await clinician.get("/app/api/me")).status_code == 401


async def test_logout_wants_the_token_of_the_page(clinician: Browser) -> None:
    clinician.csrf = "another"
    reply = await clinician.post("/app/logout", {})
    assert (reply.status_code, reply.json()["error"]) == (403, "stale-page")
    assert (await clinician.get("/app/api/me")).status_code == 200


async def test_every_answer_has_the_security_headers(nobody: Browser, clinician: Browser) -> None:
    replies = [
        await nobody.get("/app/api/me"),
        await clinician.get("/app/api/me"),
        await nobody.get("/app/login"),
        await nobody.get("/app/"),
    ]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"


async def test_a_login_and_a_refusal_are_in_the_audit(
    clinician: Browser, nobody: Browser, written: list[Event]
) -> None:
    await nobody.get("/app/api/residents?q=nguyen")
    login, refusal = written
    assert (login.action, login.access and login.access.account) == ("login", 1)
    assert (refusal.action, refusal.access, refusal.outcome) == ("search", None, Outcome.REFUSED)
    assert refusal.address == "127.0.0.1"
