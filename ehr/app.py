"""The composition root: settings → services → FHIR API, web app, reports, health."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from auth import smart
from auth.demo import DemoIssuer
from auth.demo import router as demo_issuer
from ehr import health
from ehr.config import Settings
from ehr.cors import for_browsers
from ehr.errors import Unavailable
from ehr.front import SMART, Front, Receive, Scope, Send
from ehr.services import Services, opened
from ehr.web import openapi, reports
from ehr.web.app import router as web_app
from ehr.web.shapes import SmartConfiguration
from ehr.web.told import told
from fhir_api.app import FhirApi


def create_app(settings: Settings) -> "Application":
    """The whole service as one ASGI application, opened by its lifespan."""
    return Application(settings)


class Application:
    """Opens the services when the server starts and closes them when it stops."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._front: Front | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._front is not None:
            await self._front(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                services = await stack.enter_async_context(opened(self._settings))
                self._front = front(services)
            except Exception as error:
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                raise
            # What is loaded now stays: a collection need not walk through it again.
            gc.collect()
            gc.freeze()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self._front = None
            await asyncio.sleep(0)
        await send({"type": "lifespan.shutdown.complete"})


def front(services: Services) -> Front:
    """The front door of opened services."""
    settings = services.settings
    fhir = FhirApi(
        services.db, services.authenticator, settings, services.audit, link_key=services.keys.links
    )
    return Front(
        web(services),
        for_browsers(fhir, settings.cors_origins),  # type: ignore[arg-type] # it takes any mapping, and is given ASGI's
        hosts=frozenset(_listed(settings.allowed_hosts)),
        proxies=frozenset(_listed(settings.trusted_proxies)),
        audit=services.audit,
    )


_SMART = told(
    "Where and how a SMART client gets its tokens",
    SmartConfiguration,
    more={503: "application/json"},
)


def web(services: Services) -> FastAPI:
    """Everything that is not FHIR; `ehr.web.openapi` tells of it to whoever is known."""
    app = FastAPI(title="Trạm", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(openapi.router(services, app))
    app.include_router(health.router(services.db, services.audit))
    app.include_router(web_app(services))
    app.include_router(reports.router(services))
    for path in (SMART, "/.well-known/smart-configuration"):
        app.add_api_route(path, _smart(services), methods=["GET"], **_SMART)
    if isinstance(services.issuer, DemoIssuer):
        app.include_router(demo_issuer(services.issuer, services.db))
    return app


def _smart(services: Services) -> Callable[[], Awaitable[JSONResponse]]:
    has_secret = services.settings.web_client_secret is not None

    async def smart_configuration() -> JSONResponse:
        """Where and how a SMART client gets its tokens."""
        try:
            document = await smart.configuration(services.issuer, has_secret=has_secret)
        except Unavailable as error:
            return JSONResponse({"error": str(error)}, 503, {"Retry-After": "5"})
        # A page of any site may read what is public, before it knows where to log in.
        return JSONResponse(
            document, headers={"Cache-Control": "max-age=300", "Access-Control-Allow-Origin": "*"}
        )

    return smart_configuration


def _listed(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]
