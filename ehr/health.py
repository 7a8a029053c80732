"""Health and metrics: what a supervisor, a load balancer and Prometheus ask."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ehr import migrate
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.errors import EhrError
from ehr.metrics import watch
from ehr.web.shapes import Ready
from ehr.web.told import told

_LOCAL = frozenset({"127.0.0.1", "::1"})
_REVISION = "SELECT version_num FROM alembic_version"


def router(db: Database, audit: AuditLog) -> APIRouter:
    """/health/live, /health/ready and /metrics."""
    routes = APIRouter()
    needed = migrate.head()
    watch(audit)

    async def database() -> bool:
        return bool(await db.fetch_directory(_REVISION))

    async def schema() -> bool:
        return await db.fetch_directory(_REVISION) == [(needed,)]

    checks: dict[str, Callable[[], Awaitable[bool]]] = {
        "database": database,
        "schema": schema,
        "audit": audit.ready,
    }

    @routes.get("/health/live", **told("The process answers", "text/plain"))
    async def live() -> PlainTextResponse:
        """The process answers."""
        return PlainTextResponse("ok")

    @routes.get(
        "/health/ready", **told("What the service needs can be reached", Ready, more={503: Ready})
    )
    async def ready() -> JSONResponse:
        """The database answers, is at this version's schema, and audits; 503 with what fails."""
        found = {name: await _holds(check) for name, check in checks.items()}
        good = all(found.values())
        headers = {"Cache-Control": "no-store"} | ({} if good else {"Retry-After": "5"})
        return JSONResponse(found, 200 if good else 503, headers)

    @routes.get(
        "/metrics",
        **told(
            "Prometheus metrics, to callers on this machine",
            "text/plain",
            more={404: "text/plain"},
        ),
    )
    async def metrics(request: Request) -> Response:
        """Prometheus metrics, to callers on this machine."""
        if request.client is None or request.client.host not in _LOCAL:
            return PlainTextResponse("Not found", 404)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _holds(check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await check()
    except EhrError:
        return False
