"""Browser sessions: a random cookie here, the issuer's tokens in the database, an Access in use.

`ehr.web` writes the routes and cookies; what a login is, how long it lasts and how it ends is
decided here. Idle for 30 minutes, or 10 hours old, a session has ended. The caller of every
request is worked out from the session's access token exactly as for a bearer token.
"""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakValueDictionary

import msgspec

from auth.bearer import Authenticator
from auth.code_flow import CodeFlow, Tokens
from auth.scopes import WEB
from auth.seal import Sealer
from ehr import clock
from ehr.access import Access
from ehr.audit.event import Event, Outcome
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.directory import sessions
from ehr.directory.sessions import WebSession
from ehr.errors import Forbidden, NotKnown, Unavailable

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
KEEP_SECONDS = 10.0
"""How long this process trusts its copy of the row: a logout elsewhere counts within it."""
_NOTE_USE_AFTER = timedelta(minutes=1)
_REFRESH_BEFORE = 20.0
_TURN_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.1
_MOST_ENTRIES = 10_000
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")


class _Secret(msgspec.Struct, frozen=True):
    """What is sealed in a row."""

    access_token: str
    refresh_token: str | None
    good_until: float


@dataclass(frozen=True, slots=True)
class Begun:
    """Send the browser to `location`, with this state cookie (HttpOnly, Path=/app, 10 minutes)."""

    location: str
    state_cookie: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Set the session cookie (HttpOnly, SameSite=Lax, Path=/), and go to `return_to`."""

    cookie: str
    return_to: str
    access: Access


class Sessions:
    """The sessions of one application."""

    def __init__(
        self,
        db: Database,
        flow: CodeFlow,
        authenticator: Authenticator,
        audit: AuditLog,
        *,
        key: bytes,
        clock_of_caches: Callable[[], float] = time.monotonic,
    ) -> None:
        """`key` is the installation's session key (`ehr.secrets`)."""
        self._db = db
        self._flow = flow
        self._authenticator = authenticator
        self._audit = audit
        self._sealer = Sealer(key)
        self._clock = clock_of_caches
        self._kept: dict[bytes, tuple[float, _Secret]] = {}
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, return_to: str = "/app/") -> Begun:
        """The first step of a login; raises Unavailable when the issuer cannot be reached."""
        state, cookie = self._sealer.new_state(return_to)
        location = await self._flow.address(state=state.state, challenge=state.challenge, scope=WEB)
        return Begun(location, cookie)

    async def finish(
        self,
        state_cookie: str,
        *,
        code: str | None,
        state: str | None,
        issuer: str | None,
        address: str | None,
        before: str | None = None,
    ) -> Finished:
        """The last step, from the callback's query (`code`, `state`, `iss`).

        The session that this browser had (the cookie `before`) ends, whoever's it was.
        Raises NotKnown when the login did not begin in this browser, was refused, or is of
        someone who has no account here; Unavailable.
        """
        begun = self._sealer.read_state(state_cookie)
        if not hmac.compare_digest(begun.state.encode(), (state or "").encode()):
            raise NotKnown("The login began elsewhere; begin again.")
        if issuer is not None and issuer != self._flow.issuer.url:
            raise NotKnown("The login came back from another issuer.")
        if not code:
            raise NotKnown("The login was refused.")
        tokens = await self._flow.redeem(code, begun.verifier)
        try:
            access = await self._authenticator.from_token(tokens.access_token, address)
        except NotKnown as refusal:
            await self._audit.record(
                Event("login", address=address, outcome=Outcome.REFUSED, reason=str(refusal))
            )
            raise
        cookie = await self._create(tokens, access)
        await self._forget(before)
        await self._audit.record(Event("login", access))
        return Finished(cookie, begun.return_to, access)

    async def access(self, cookie: str | None, address: str | None) -> Access:
        """The caller of a request with this cookie; raises NotKnown (401), Unavailable."""
        key = _key(cookie)
        until, secret = self._kept.get(key, (0.0, None))
        if secret is None or self._clock() >= until or _is_old(secret):
            secret = await self._read(key, cookie or "")
        return await self._authenticator.from_token(secret.access_token, address)

    def csrf_token(self, cookie: str) -> str:
        """What a page must send in `X-CSRF` with every write of this session."""
        return self._sealer.csrf(cookie)

    def check_csrf(self, cookie: str, sent: str | None) -> None:
        """Raises Forbidden when the header is not this session's token."""
        if not hmac.compare_digest(self._sealer.csrf(cookie).encode(), (sent or "").encode()):
            raise Forbidden("The page is out of date; load it again.", details="stale-page")

    async def end(self, cookie: str | None, address: str | None) -> bool:
        """Forget the session here and at the issuer; False when it may still live at the issuer.

        Then the page must say so: on a shared computer the next person could go on with it.
        """
        try:
            key = _key(cookie)
        except NotKnown:
            return True
        row = await sessions.find(self._db, key)
        self._kept.pop(key, None)
        if row is None:
            return True
        await sessions.remove(self._db, key)
        who = Access(account=row.account or 0, client=self._flow.client, address=address)
        await self._audit.record(Event("logout", who))
        refresh_token = self._open(row.data, cookie or "").refresh_token
        return refresh_token is None or await self._flow.log_out(refresh_token)

    async def _forget(self, cookie: str | None) -> None:
        """Remove a session here alone: at the issuer it may be the one of the new login."""
        if cookie is not None and _COOKIE.fullmatch(cookie):
            self._kept.pop(_key(cookie), None)
            await sessions.remove(self._db, _key(cookie))

    async def _create(self, tokens: Tokens, access: Access) -> str:
        cookie, now = secrets.token_urlsafe(32), clock.now()
        data = self._data(cookie, tokens)
        row = WebSession(_key(cookie), access.account, data, now, now, now + LONGEST)
        await sessions.create(self._db, row)
        return cookie

    async def _read(self, key: bytes, cookie: str) -> _Secret:
        """The session's tokens, good for some seconds at least."""
        self._kept.pop(key, None)
        row = await sessions.find(self._db, key)
        now = clock.now()
        if row is None:
            raise NotKnown("Log in first.")
        if now >= row.expires_at or now - row.seen_at >= IDLE:
            await sessions.remove(self._db, key)
            raise NotKnown("The session has ended; log in again.")
        secret = self._open(row.data, cookie)
        if _is_old(secret):
            secret = await self._refresh(key, cookie)
        await self._note_use(row, now)
        if len(self._kept) >= _MOST_ENTRIES:
            self._kept.clear()
        self._kept[key] = (self._clock() + KEEP_SECONDS, secret)
        return secret

    async def _note_use(self, row: WebSession, now: datetime) -> None:
        if now - row.seen_at >= _NOTE_USE_AFTER:
            await sessions.seen(self._db, row.key, now)

    async def _refresh(self, key: bytes, cookie: str) -> _Secret:
        """New tokens, unless another request or process has fetched them meanwhile.

        Only one may ask: a refresh token that is used twice ends the login at the issuer.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            data, secret = await self._claim(key, cookie)
            if not _is_old(secret):
                return secret
            try:
                tokens = await self._flow.refresh(secret.refresh_token or "")
            except NotKnown:
                await sessions.remove(self._db, key)
                raise
            except Unavailable:
                await sessions.replace_data(self._db, key, data)
                raise
            data = self._data(cookie, tokens)
            await sessions.replace_data(self._db, key, data)
            return self._open(data, cookie)

    async def _claim(self, key: bytes, cookie: str) -> tuple[dict[str, object], _Secret]:
        """The row's data and tokens, when they are good again or it is this process's turn."""
        for _ in range(int(_TURN_SECONDS / _LOOK_AGAIN_SECONDS)):
            row = await sessions.find(self._db, key)
            if row is None:
                raise NotKnown("The session has ended; log in again.")
            secret = self._open(row.data, cookie)
            now = clock.now().timestamp()
            if not _is_old(secret) or await sessions.claim_refresh(
                self._db, key, now=now, until=now + _TURN_SECONDS
            ):
                return row.data, secret
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise Unavailable("The login is being renewed; try again in a moment.")

    def _data(self, cookie: str, tokens: Tokens) -> dict[str, object]:
        good_until = clock.now().timestamp() + tokens.expires_in
        secret = _Secret(tokens.access_token, tokens.refresh_token, good_until)
        return {"sealed": self._sealer.seal(cookie, msgspec.json.encode(secret))}

    def _open(self, data: dict[str, object], cookie: str) -> _Secret:
        return msgspec.json.decode(self._sealer.open(cookie, data.get("sealed")), type=_Secret)


def _is_old(secret: _Secret) -> bool:
    return clock.now().timestamp() >= secret.good_until - _REFRESH_BEFORE


def _key(cookie: str | None) -> bytes:
    if cookie is None or not _COOKIE.fullmatch(cookie):
        raise NotKnown("Log in first.")
    return sha256(cookie.encode()).digest()
