"""The web app's login with a real Keycloak: session, renewal, and a logout that ends it there."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fixtures.database import PATIENCE_SECONDS

from auth.bearer import Authenticator
from auth.code_flow import CodeFlow
from auth.discovery import HttpIssuer
from auth.session import Finished, Sessions
from ehr import clock
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.errors import NotKnown

LOGIN = "clinician.00004"


@pytest.fixture
async def sessions(keycloak, authenticator: Authenticator, db: Database) -> AsyncIterator[Sessions]:
    audit = AuditLog(db)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        flow = CodeFlow(
            HttpIssuer(keycloak.issuer, http),
            http,
            client="tram-web",
            secret=None,
            redirect_uri=f"{keycloak.settings.public_url}/app/callback",
        )
        key = secrets.token_bytes(32)
        yield Sessions(db, flow, authenticator, audit, key=key)
    await audit.close()


@pytest.fixture
def later() -> Iterator[Any]:
    began = clock.now()
    yield lambda **ahead: clock.freeze(began + timedelta(**ahead))
    clock.freeze(None)


async def log_in(keycloak: Any, sessions: Sessions, browser: httpx.Client) -> Finished:
    begun = await sessions.begin("/app/")
    reply = browser.get(begun.location)
    if reply.status_code == 200:
        keycloak.set_password(LOGIN)
        reply = keycloak.submit(browser, reply, LOGIN, keycloak.passwords[LOGIN])
    answer = dict(parse_qsl(urlsplit(reply.headers["location"]).query))
    return await sessions.finish(
        begun.state_cookie,
        code=answer.get("code"),
        state=answer.get("state"),
        issuer=answer.get("iss"),
        address="127.0.0.1",
    )


async def test_a_login_and_its_renewal(keycloak, sessions: Sessions, later) -> None:
    with keycloak.browser() as browser:
        done = await log_in(keycloak, sessions, browser)
        assert (done.access.account, done.access.wards) == (1, {1})
        first = await sessions.access(done.cookie, None)
        later(seconds=292)
        second = await sessions.access(done.cookie, None)
        assert second.account == 1
        assert second.token_id != first.token_id


async def test_logout_ends_it_at_keycloak_too(keycloak, sessions: Sessions) -> None:
    with keycloak.browser() as browser:
        done = await log_in(keycloak, sessions, browser)
        begun = await sessions.begin("/app/")
        assert browser.get(begun.location).status_code == 302, "one login serves a second tab"
        assert await sessions.end(done.cookie, None)
        with pytest.raises(NotKnown):
            await sessions.access(done.cookie, None)
        begun = await sessions.begin("/app/")
        page = browser.get(begun.location)
        assert page.status_code == 200, "the next person at this computer must log in"
        assert 'id="kc-form-login"' in page.text


async def test_a_disabled_person_s_session_ends(keycloak, sessions: Sessions, later) -> None:
    with keycloak.browser() as browser:
        done = await log_in(keycloak, sessions, browser)
    admin = keycloak.admin()
    user = admin.get_user_id(LOGIN) or ""
    admin.disable_user(user)
    try:
        later(seconds=292)
        with pytest.raises(NotKnown):
            await sessions.access(done.cookie, None)
    finally:
        admin.enable_user(user)
