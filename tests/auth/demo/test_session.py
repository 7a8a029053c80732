"""A browser's login against a running issuer: how it begins, lasts and ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest

from auth.code_flow import CodeFlow
from auth.discovery import HttpIssuer
from auth.seal import Sealer
from auth.session import Begun, Finished, Sessions
from ehr import clock
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.errors import Forbidden, NotKnown, Unavailable

KEY = b"k" * 32


class Browser:
    """What a browser does: follows to the issuer, chooses a person, comes back."""

    def __init__(self, demo: Any, sessions: Sessions) -> None:
        self.demo = demo
        self.sessions = sessions

    async def answer(self, begun: Begun, login: str) -> dict[str, str]:
        asked = dict(parse_qsl(urlsplit(begun.location).query))
        form = asked | {"login": login}
        reply = await self.demo.http.post("/demo-issuer/authorize", data=form)
        return dict(parse_qsl(urlsplit(reply.headers["location"]).query))

    async def finish(
        self, begun: Begun, answer: dict[str, str], before: str | None = None
    ) -> Finished:
        return await self.sessions.finish(
            begun.state_cookie,
            code=answer.get("code"),
            state=answer.get("state"),
            issuer=answer.get("iss"),
            address="127.0.0.1",
            before=before,
        )

    async def log_in(self, login: str = "clinician.00004") -> Finished:
        begun = await self.sessions.begin("/app/patients?q=an")
        return await self.finish(begun, await self.answer(begun, login))


def flow_of(demo: Any, url: str | None = None) -> CodeFlow:
    return CodeFlow(
        HttpIssuer(url or demo.issuer.url, demo.http),
        demo.http,
        client="tram-web",
        secret=None,
        redirect_uri=f"{demo.settings.public_url}/app/callback",
    )


@pytest.fixture
async def audit(db: Database) -> AsyncIterator[AuditLog]:
    log = AuditLog(db)
    yield log
    await log.close()


@pytest.fixture
def sessions(demo, db: Database, audit: AuditLog) -> Sessions:
    return Sessions(db, flow_of(demo), demo.authenticator, audit, key=KEY)


@pytest.fixture
def browser(demo, sessions: Sessions) -> Browser:
    return Browser(demo, sessions)


@pytest.fixture
def another_process(demo, db: Database, audit: AuditLog) -> Callable[..., Sessions]:
    """Sessions as a second process has them: same table and key, its own memory."""

    def make(url: str | None = None, **options: Any) -> Sessions:
        return Sessions(db, flow_of(demo, url), demo.authenticator, audit, key=KEY, **options)

    return make


@pytest.fixture
def later() -> Callable[..., None]:
    """Moves the calendar on."""
    began = clock.now()
    return lambda **ahead: clock.freeze(began + timedelta(**ahead))


async def test_a_login_is_its_persons_access(browser, sessions) -> None:
    done = await browser.log_in()
    assert done.return_to == "/app/patients?q=an"
    assert (done.access.account, done.access.wards) == (1, {1})
    access = await sessions.access(done.cookie, "10.0.0.9")
    assert (access.account, access.address) == (1, "10.0.0.9")


async def test_the_analyst_s_login_reads_figures_only(browser, sessions) -> None:
    access = await sessions.access((await browser.log_in("analyst.city")).cookie, None)
    assert access.reports
    assert access.wards == frozenset()
    assert access.rights == frozenset()


@pytest.mark.parametrize("cookie", [None, "", "x" * 43, "x" * 44, "' or 1=1", "é" * 43])
async def test_no_session(sessions, cookie) -> None:
    with pytest.raises(NotKnown):
        await sessions.access(cookie, None)
    assert await sessions.end(cookie, None)


async def test_a_login_ends_in_the_browser_it_began_in(browser, sessions) -> None:
    mine, theirs = await sessions.begin(), await sessions.begin()
    answer = await browser.answer(mine, "clinician.00004")
    with pytest.raises(NotKnown, match="elsewhere"):
        await browser.finish(theirs, answer)
    with pytest.raises(NotKnown):
        await browser.finish(Begun("", ""), answer)
    with pytest.raises(NotKnown):
        await browser.finish(Begun("", mine.state_cookie[:-2] + "AA"), answer)
    with pytest.raises(NotKnown, match="another issuer"):
        await browser.finish(mine, answer | {"iss": "https://evil.example"})
    with pytest.raises(NotKnown, match="refused"):
        await browser.finish(mine, {"state": answer["state"], "error": "access_denied"})
    assert await browser.finish(mine, answer)


async def test_a_code_serves_one_login(browser, sessions) -> None:
    begun = await sessions.begin()
    answer = await browser.answer(begun, "clinician.00004")
    await browser.finish(begun, answer)
    with pytest.raises(NotKnown):
        await browser.finish(begun, answer)


async def test_a_login_ends_the_session_of_its_browser_and_no_other(browser, sessions) -> None:
    mine, elsewhere = (await browser.log_in()).cookie, (await browser.log_in()).cookie
    begun = await sessions.begin()
    again = await browser.finish(begun, await browser.answer(begun, "clinician.00004"), mine)
    with pytest.raises(NotKnown):
        await sessions.access(mine, None)
    for cookie in (again.cookie, elsewhere):
        assert (await sessions.access(cookie, None)).account == 1
    for unknown in ("no cookie of ours", mine):
        begun = await sessions.begin()
        answer = await browser.answer(begun, "clinician.00004")
        assert await browser.finish(begun, answer, unknown)


async def test_a_refused_login_leaves_the_session(browser, sessions) -> None:
    mine = (await browser.log_in()).cookie
    begun = await sessions.begin()
    answer = await browser.answer(begun, "clinician.00004")
    with pytest.raises(NotKnown):
        await browser.finish(begun, answer | {"code": "another"}, mine)
    assert await sessions.access(mine, None)


async def test_a_session_outlives_its_access_token(browser, sessions, later) -> None:
    cookie = (await browser.log_in()).cookie
    for minutes in range(4, 60, 4):
        later(minutes=minutes)
        assert (await sessions.access(cookie, None)).account == 1


async def test_requests_at_once_refresh_once(browser, sessions, later) -> None:
    cookie = (await browser.log_in()).cookie
    for minutes in (6, 12):
        later(minutes=minutes)
        found = await asyncio.gather(*(sessions.access(cookie, None) for _ in range(20)))
        assert {access.account for access in found} == {1}


async def test_processes_refresh_once(browser, sessions, another_process, later) -> None:
    other = another_process()
    cookie = (await browser.log_in()).cookie
    later(minutes=6)
    await asyncio.gather(sessions.access(cookie, None), other.access(cookie, None))
    later(minutes=12)
    assert await other.access(cookie, None)


async def test_an_idle_session_ends(browser, sessions, later) -> None:
    cookie = (await browser.log_in()).cookie
    later(minutes=30)
    with pytest.raises(NotKnown, match="ended"):
        await sessions.access(cookie, None)
    later(minutes=1)
    with pytest.raises(NotKnown, match="Log in first"):
        await sessions.access(cookie, None)


async def test_ten_hours_are_the_longest(browser, sessions, later) -> None:
    cookie = (await browser.log_in()).cookie
    for minutes in range(20, 600, 20):
        later(minutes=minutes)
        await sessions.access(cookie, None)
    later(minutes=600)
    with pytest.raises(NotKnown, match="ended"):
        await sessions.access(cookie, None)


async def test_logout_ends_it_here_and_at_the_issuer(browser, sessions, demo, db, later) -> None:
    cookie = (await browser.log_in()).cookie
    await sessions.access(cookie, None)
    refresh_token = next(iter(sessions._kept.values()))[1].refresh_token
    assert await sessions.end(cookie, "127.0.0.1")
    with pytest.raises(NotKnown):
        await sessions.access(cookie, None)
    with pytest.raises(NotKnown):
        await flow_of(demo).refresh(refresh_token)


async def test_a_logout_elsewhere_counts_within_ten_seconds(
    browser, sessions, another_process, stopwatch
) -> None:
    other = another_process(clock_of_caches=stopwatch)
    cookie = (await browser.log_in()).cookie
    await other.access(cookie, None)
    await sessions.end(cookie, None)
    stopwatch.ahead = 10
    with pytest.raises(NotKnown):
        await other.access(cookie, None)


async def test_a_disabled_person_is_out(browser, sessions, db, later) -> None:
    cookie = (await browser.log_in()).cookie
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET disabled_at = now() WHERE id = 1")
    later(minutes=6)
    with pytest.raises(NotKnown):
        await sessions.access(cookie, None)


async def test_an_issuer_that_is_down_ends_no_session(
    browser, sessions, another_process, later
) -> None:
    cookie = (await browser.log_in()).cookie
    cut_off = another_process("http://127.0.0.1:9")
    assert await cut_off.access(cookie, None)
    later(minutes=6)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await cut_off.access(cookie, None)
    with pytest.raises(Unavailable):
        await cut_off.begin()
    assert await sessions.access(cookie, None)
    assert not await cut_off.end(cookie, None)


async def test_the_table_alone_opens_nothing(browser, sessions, db) -> None:
    done = await browser.log_in()
    rows = await db.fetch_directory("SELECT key, data::text, account_id FROM web_session")
    assert len(rows) == 1
    assert done.cookie not in str(rows)
    # Tokens begin so; a shorter beginning comes by chance once in a hundred sealed ones.
    assert "eyJhbGciOi" not in rows[0][1]
    with pytest.raises(NotKnown):
        Sealer(KEY).open("another cookie", rows[0][1])
    with pytest.raises(NotKnown):
        Sealer(b"j" * 32).open(done.cookie, rows[0][1])


async def test_writes_need_the_token_of_the_session(browser, sessions) -> None:
    mine, theirs = (await browser.log_in()).cookie, (await browser.log_in()).cookie
    sessions.check_csrf(mine, sessions.csrf_token(mine))
    for sent in (None, "", "é", sessions.csrf_token(theirs)):
        with pytest.raises(Forbidden):
            sessions.check_csrf(mine, sent)


async def test_logins_and_logouts_are_audited(clone, postgres, browser, sessions, audit) -> None:
    log = await Database.open(postgres.url("ehr_audit", clone), size=1, name="audit")
    audit._database = log  # an audit that another connection can read back
    done = await browser.log_in()
    await sessions.end(done.cookie, "10.0.0.9")
    async with browser.sessions._db.administration() as tx:
        await tx.execute("UPDATE account SET subject = 'someone else' WHERE id = 3")
    with pytest.raises(NotKnown, match="another subject"):
        await browser.log_in("clinician.00145")
    await log.close()
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        rows = connection.execute(
            "SELECT account, client, address, action, outcome FROM audit_event ORDER BY at"
        ).fetchall()
    assert rows == [
        (1, "tram-web", "127.0.0.1", "login", 0),
        (1, "tram-web", "10.0.0.9", "logout", 0),
        (None, None, "127.0.0.1", "login", 4),
    ]
