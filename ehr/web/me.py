"""`GET /app/api/me`: who is logged in, and what their pages need to know."""

import base64
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ehr import clock
from ehr.access import Access, Role
from ehr.care.caller import STAFF
from ehr.care.resident import WardName
from ehr.directory import accounts, wards
from ehr.services import Services
from ehr.web.answers import json_answer
from ehr.web.caller import Callers, cookie_of
from ehr.web.shapes import Me
from ehr.web.told import READER, told
from ehr.web.trail import route_class, trail_of


def draft_key(key: bytes, account: int) -> str:
    """32 bytes, base64: with it this person's browser seals and opens their drafts.

    Always the same for an account, so that a draft outlives the session it was typed in.
    """
    return base64.b64encode(hmac.digest(key, f"drafts {account}".encode(), "sha256")).decode()


def router(services: Services) -> APIRouter:
    """The one route."""
    routes = APIRouter(route_class=route_class(services))
    callers = Callers(services)

    @routes.get(
        "/app/api/me",
        **told("Who is logged in", Me, security=READER, refused=(401, 429, 503)),
    )
    async def me(request: Request, access: Annotated[Access, Depends(callers.reader)]) -> Response:
        trail_of(request).silent = True
        account = await accounts.by_id(services.db, access.account)
        today = clock.today()
        mine = [
            WardName(code=ward.code, name=ward.name)
            for ward in await wards.all_wards(services.db)
            if ward.id in access.wards and ward.valid_on(today)
        ]
        return json_answer(
            Me(
                name=account.name if account else "",
                account=str(access.account),
                draft_key=draft_key(services.keys.sessions, access.account),
                roles=sorted(access.roles),
                wards=mine,
                clinical=bool(access.roles & STAFF and mine),
                records=Role.CLINICIAN in access.roles,
                reports=access.reports,
                csrf=services.sessions.csrf_token(cookie_of(request) or ""),
                today=today.isoformat(),
            )
        )

    return routes
