"""Everything the browser asks for, as one router: api, login, then the app for every other path."""

from fastapi import APIRouter

from ehr.services import Services
from ehr.web import choices, login, me, residents, static, visits
from ehr.web.headers import is_https


def router(services: Services) -> APIRouter:
    """/app, /app/login, /app/callback, /app/logout, /app/api/*, and / which leads to /app/."""
    routes = APIRouter()
    for part in (me, choices, residents, visits, login):
        routes.include_router(part.router(services))
    routes.include_router(static.router(https=is_https(services.settings)))
    return routes
