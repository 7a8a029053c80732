"""The first thing a request meets: Host allow-list, real source address, dispatch, access log.

`/fhir` goes straight to the raw ASGI application of `fhir_api`; everything else to FastAPI.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from ehr import metrics
from ehr.errors import Unavailable
from ehr.fhir.definitions import is_resource_type
from ehr.logs import request_line
from fhir_api.operations.registry import OPERATIONS
from fhir_api.wire.errors import refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_UNDER_WAY = 1_000
"""Requests at once in one process: more would only wait longer than anybody does."""
_BUSY = refusal(Unavailable("The service has too much to do; try again in a moment."))
_WRONG_HOST = b'{"error":"host","message":"This host name is not served here."}'


SMART = "/fhir/.well-known/smart-configuration"
"""What a SMART client asks below the FHIR base, answered by the web application."""


_WORDS = frozenset(
    {
        *(
            "",
            "fhir",
            "metadata",
            "_search",
            "_history",
            "async",
            ".well-known",
            "smart-configuration",
        ),
        *("app", "api", "me", "residents", "visits", "today", "diagnoses", "drugs", "login"),
        *("callback", "logout", "assets", "reports", "health", "live", "ready", "metrics"),
        "openapi.json",
        *("demo-issuer", "authorize", "token", "certs", "mint", "revoke"),
        *(f"${one.name}" for one in OPERATIONS),
    }
)
"""Segments of paths that a log line may show, beside resource types."""


class Busy(Protocol):
    """What batches its work by how much is coming."""

    under_way: int


class Front:
    """The outermost application."""

    def __init__(
        self,
        web: Asgi,
        fhir: Asgi,
        *,
        hosts: frozenset[str],
        proxies: frozenset[str],
        audit: Busy,
    ) -> None:
        """`hosts` are names without a port; `proxies` addresses whose X-Forwarded-For counts.

        `audit` is told how many requests are under way.
        """
        self._audit = audit
        self._web = web
        self._fhir = fhir
        self._hosts = {host.encode() for host in hosts}
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection event."""
        if scope["type"] != "http":
            await self._web(scope, receive, send)
            return
        if not self._is_served(scope):
            await _refuse(send, 421, _WRONG_HOST)
            return
        if self._proxies:
            self._believe_proxy(scope)
        path: str = scope["path"]
        status = 0
        started = time.perf_counter()

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        is_full = self._audit.under_way >= MOST_UNDER_WAY and not path.startswith("/health/")
        self._audit.under_way += 1
        try:
            if is_full:
                await _refuse(watched, _BUSY.status, _BUSY.body, *_BUSY.headers)
            elif path == "/fhir" or (path.startswith("/fhir/") and path != SMART):
                scope["root_path"] = "/fhir"
                await self._fhir(scope, receive, watched)
            else:
                await self._web(scope, receive, watched)
        finally:
            self._audit.under_way -= 1
            seconds = time.perf_counter() - started
            metrics.observe(scope["method"], path, status, seconds)
            request_line(
                method=scope["method"],
                route=_route(path),
                status=status,
                ms=round(seconds * 1000, 2),
            )

    def _is_served(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host: bytes = hosts[0].lower()
        name = host.rsplit(b":", 1)[0] if not host.endswith(b"]") else host
        return name in self._hosts

    def _believe_proxy(self, scope: Scope) -> None:
        """Take the address that the nearest trusted proxy saw, and the scheme it was asked by."""
        client = scope.get("client")
        if not client or client[0] not in self._proxies:
            return
        headers = dict(scope["headers"])
        seen = [part.strip() for part in headers.get(b"x-forwarded-for", b"").decode().split(",")]
        for address in reversed([part for part in seen if part]):
            scope["client"] = (address, 0)
            if address not in self._proxies:
                break
        if headers.get(b"x-forwarded-proto") == b"https":
            scope["scheme"] = "https"


def _route(path: str) -> str:
    """The path with our own words alone: an id or a typed name would say who was seen."""
    parts = path.split("/")[:5]
    return "/".join(part if part in _WORDS or is_resource_type(part) else ":id" for part in parts)


async def _refuse(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
