"""The FHIR API as one raw ASGI application: no framework between the server and a read.

Mounted below `/fhir`; `routes` has everything that is served. ASGI:
https://asgi.readthedocs.io/en/latest/specs/www.html.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from auth.bearer import Authenticator
from ehr.audit.record import AuditLog
from ehr.config import Settings
from ehr.db import Database
from ehr.errors import EhrError
from ehr.search.query import MAX_COUNT
from fhir_api.call import Service
from fhir_api.handle import Body, answer, handle, refused
from fhir_api.request import (
    Disconnected,
    Receive,
    Request,
    Scope,
    header_map,
    is_form,
    query_of,
    read_body,
    request_id,
)
from fhir_api.routes import ROUTES, match
from fhir_api.search.links import Signer
from fhir_api.wire import content
from fhir_api.wire.errors import refusal
from fhir_api.wire.responses import NO_BODY, Reply, head

Send = Callable[[Mapping[str, Any]], Awaitable[None]]

_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})
MAX_FORM = 64 * 1024
"""Bytes of a search that is posted: taking a form apart holds up every other request."""


def service_of(
    db: Database,
    authenticator: Authenticator,
    settings: Settings,
    audit: AuditLog,
    *,
    link_key: bytes,
) -> Service:
    """What every request shares; `link_key` as in FhirApi."""
    return Service(
        db=db,
        authenticator=authenticator,
        audit=audit,
        signer=Signer(link_key),
        base=settings.fhir_base,
        body_limit=settings.body_limit,
        bundle_limit=settings.bundle_limit,
        conditional_delete_limit=max(1, min(settings.conditional_delete_limit, MAX_COUNT - 1)),
        has_cors=bool(settings.cors_origins),
        async_limit=settings.async_limit,
        async_seconds=settings.async_expiry,
        routes=ROUTES,
        match=match,
        answer=answer,
        refused=refused,
    )


class FhirApi:
    """One instance serves one database."""

    def __init__(
        self,
        db: Database,
        authenticator: Authenticator,
        settings: Settings,
        audit: AuditLog,
        *,
        link_key: bytes,
    ) -> None:
        """`link_key` (32 bytes or more, the same in every process) signs page links."""
        self._service = service_of(db, authenticator, settings, audit, link_key=link_key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; a web socket is closed."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] == "http":
            await self._respond(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = header_map(scope["headers"])
        identity = request_id(headers)
        try:
            request = self._request(scope, headers, identity)
            body = self._body(request, receive)
            reply, wanted = await handle(self._service, request, body)
            if wanted.pretty:
                reply = content.pretty(reply)
        except EhrError as error:
            reply, wanted = refusal(error), content.PLAIN
        except Disconnected:
            return
        await self._send(send, scope["method"], reply, wanted, identity)

    def _request(self, scope: Scope, headers: dict[bytes, bytes], identity: bytes) -> Request:
        client = scope.get("client")
        return Request(
            scope["method"],
            _below(scope),
            query_of(scope),
            headers,
            id=identity.decode(),
            address=client[0] if client else None,
            authorization=tuple(v for name, v in scope["headers"] if name == b"authorization"),
        )

    def _body(self, request: Request, receive: Receive) -> Body | None:
        """How to read the body, of methods that have one."""
        if request.method in _WITHOUT_BODY:
            return None
        return lambda: read_body(request.headers, receive, self._limit(request.path))

    def _limit(self, path: str) -> int:
        """Bytes of a body: a Bundle's may be larger than a resource's, a form's is small."""
        if is_form(path):
            return min(MAX_FORM, self._service.body_limit)
        return self._service.body_limit if path else self._service.bundle_limit

    async def _send(
        self, send: Send, method: str, reply: Reply, wanted: content.Format, identity: bytes
    ) -> None:
        headers = head(
            reply,
            base=self._service.base,
            content_type=wanted.content_type,
            request_id=identity,
        )
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        silent = method == "HEAD" or reply.status in NO_BODY
        await send({"type": "http.response.body", "body": b"" if silent else reply.body})


def _below(scope: Scope) -> str:
    """The path below where this is mounted, without one slash at each end."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and path.startswith(root):
        path = path[len(root) :]
    return path[1:-1] if path.endswith("/") and len(path) > 1 else path[1:]
