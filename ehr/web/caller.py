"""Who asks: the Access of the browser's session, as dependencies of the endpoints.

`Callers(services).reader` for what is read, `.writer` for what changes something: that one also
wants the session's token in `X-CSRF`, which no other site can send.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request

from ehr.access import Access
from ehr.errors import Throttled
from ehr.services import Services
from ehr.throttle import Throttle
from ehr.web.trail import trail_of

COOKIE = "tram_session"


def cookie_of(request: Request) -> str | None:
    """The session's cookie, if one was sent."""
    return request.cookies.get(COOKIE)


def admit(request: Request, access: Access, throttle: Throttle) -> None:
    """Count a request; raises Throttled, which is on record once a second."""
    try:
        throttle.admit(access)
    except Throttled as error:
        trail_of(request).told = error.again
        raise


def known(services: Services) -> Callable[[Request], Coroutine[Any, Any, Access]]:
    """The dependency of what takes a bearer token too: a token that is sent decides alone."""

    async def caller(request: Request) -> Access:
        trail = trail_of(request)
        values = [value for name, value in request.scope["headers"] if name == b"authorization"]
        if values:
            access = await services.authenticator.from_bearer(values, trail.address)
        else:
            access = await services.sessions.access(cookie_of(request), trail.address)
        trail.access = access
        admit(request, access, services.authenticator.throttle)
        return access

    return caller


class Callers:
    """The dependencies for one application's sessions."""

    def __init__(self, services: Services) -> None:
        self._sessions = services.sessions
        self._authenticator = services.authenticator

    async def reader(self, request: Request) -> Access:
        """Whoever is logged in; raises NotKnown (401), Throttled, Unavailable."""
        trail = trail_of(request)
        access = await self._sessions.access(cookie_of(request), trail.address)
        trail.access = access
        admit(request, access, self._authenticator.throttle)
        return access

    async def writer(self, request: Request) -> Access:
        """The same, proven to come from our own page; raises Forbidden (403) too."""
        access = await self.reader(request)
        self._sessions.check_csrf(cookie_of(request) or "", request.headers.get("x-csrf"))
        return access
