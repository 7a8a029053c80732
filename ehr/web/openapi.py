"""`GET /openapi.json`: all that is served beside FHIR, for whoever is known here.

FHIR describes itself: `/fhir/metadata`. https://spec.openapis.org/oas/v3.1.0.
"""

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from ehr.access import Access
from ehr.services import Services
from ehr.web.answers import json_answer
from ehr.web.caller import COOKIE, known
from ehr.web.shapes import OpenApi
from ehr.web.told import BEARER, CSRF, EITHER, SESSION, schemas, told
from ehr.web.trail import route_class, trail_of

PATH = "/openapi.json"
_ABOUT = (
    "What Trạm serves beside FHIR: the web app's own interface, the city's figures, health."
    " FHIR R4 is below /fhir and describes itself in /fhir/metadata."
)
_SCHEMES = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the issuer that /.well-known/smart-configuration names.",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The session of the web app, begun at /app/login.",
    },
    CSRF: {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF",
        "description": "The `csrf` of /app/api/me: no other site can send it.",
    },
}


def router(services: Services, app: FastAPI) -> APIRouter:
    """The one route, on what `app` has when it is asked."""
    routes = APIRouter(route_class=route_class(services))

    @routes.get(
        PATH,
        **told("This document", OpenApi, security=EITHER, refused=(401, 429, 503)),
    )
    async def openapi(
        request: Request, access: Annotated[Access, Depends(known(services))]
    ) -> Response:
        trail_of(request).silent = True
        return json_answer(document(app))

    return routes


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    found = get_openapi(
        title="Trạm",
        version=version("tram"),
        openapi_version="3.1.0",
        description=_ABOUT,
        routes=app.routes,
    )
    for methods in found["paths"].values():
        for operation in methods.values():
            _leave_out_what_never_is(operation["responses"])
    components = found.setdefault("components", {})
    components["schemas"] = schemas()
    components["securitySchemes"] = _SCHEMES
    return found


def _leave_out_what_never_is(responses: dict[str, Any]) -> None:
    """FastAPI's own refusal of parameters: ours is told where there is one."""
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
