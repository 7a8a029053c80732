"""`/app/api/residents`: find, register, and the page of one resident."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from ehr.access import Access
from ehr.care.documents import RegisterPatient
from ehr.care.find_residents import find_residents
from ehr.care.patient_profile import patient_profile
from ehr.care.profile import Profile
from ehr.care.register_patient import register_patient
from ehr.db import Database
from ehr.errors import Duplicate
from ehr.services import Services
from ehr.web.answers import document_of, idempotency_key, json_answer
from ehr.web.caller import Callers
from ehr.web.shapes import AlreadyKnown, Recorded, Residents
from ehr.web.told import READER, WRITER, told
from ehr.web.trail import Trail, route_class, trail_of
from ehr.web.words import refusal, status_of
from ehr.web.writes import once

LONGEST_QUESTION = 200


def router(services: Services) -> APIRouter:
    """The three routes."""
    routes = APIRouter(route_class=route_class(services))
    callers = Callers(services)
    db = services.db

    @routes.get(
        "/app/api/residents",
        name="search",
        **told(
            "Residents by name, number, phone or birth year",
            Residents,
            security=READER,
            refused=(401, 403, 422, 429, 503),
        ),
    )
    async def search(
        request: Request,
        access: Annotated[Access, Depends(callers.reader)],
        q: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "",
    ) -> Response:
        trail = trail_of(request)
        trail.entity = "Patient"
        seen = await find_residents(db, q, access=access)
        trail.shows(seen)
        return json_answer(Residents(residents=seen.value))

    @routes.post(
        "/app/api/residents",
        name="register",
        **told(
            "Register a resident",
            Recorded,
            status=201,
            security=WRITER,
            refused=(400, 401, 403, 410, 413, 422, 429, 503),
            document=RegisterPatient,
            more={200: Recorded, 409: AlreadyKnown},
        ),
    )
    async def register(
        request: Request, access: Annotated[Access, Depends(callers.writer)]
    ) -> Response:
        trail = trail_of(request)
        trail.entity = "Patient"
        key = idempotency_key(request)
        document, body = await document_of(request, RegisterPatient)
        try:
            reply = await once(
                db, key, body, lambda tx: register_patient(tx, document, access=access),
                access=access,
            )  # fmt: skip
        except Duplicate as error:
            trail.reason = error.issues[0].details
            return await _known(db, error, document, access, trail)
        trail.silent = True
        return Response(reply.body, reply.status, media_type="application/json")

    @routes.get(
        "/app/api/residents/{id}",
        name="read",
        **told(
            "The page of a resident",
            Profile,
            security=READER,
            refused=(401, 403, 404, 410, 422, 429, 503),
        ),
    )
    async def page(
        request: Request, id: str, access: Annotated[Access, Depends(callers.reader)]
    ) -> Response:
        trail = trail_of(request)
        trail.entity = f"Patient/{id}"
        seen = await patient_profile(db, id, access=access)
        trail.shows(seen)
        return json_answer(seen.value)

    return routes


async def _known(
    db: Database, error: Duplicate, document: RegisterPatient, access: Access, trail: Trail
) -> Response:
    """409 with the caller's own residents who have the identifier; of others nothing is told."""
    answer: dict[str, Any] = refusal(error)
    issue = error.issues[0]
    number = document.bhyt if issue.expression == "bhyt" else document.cccd
    if issue.details == "already-here" and number:
        seen = await find_residents(db, number, access=access)
        trail.shows(seen)
        answer["residents"] = msgspec.to_builtins(seen.value)
    return json_answer(answer, status_of(error))
