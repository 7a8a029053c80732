"""`/app/api/visits` and `/app/api/today`: record a visit, read one, list a day."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from ehr import clock
from ehr.access import Access
from ehr.care.caller import require_staff
from ehr.care.documents import RecordVisit
from ehr.care.profile import shown
from ehr.care.record_visit import record_visit
from ehr.care.resident import WardName, hit, resident
from ehr.db import Database
from ehr.directory import wards
from ehr.directory.wards import Ward
from ehr.errors import Forbidden, NotFound
from ehr.fhir.dates import bounds
from ehr.fhir.resource import parse
from ehr.records.read import read
from ehr.records.stored import Stored, labels_of
from ehr.services import Services
from ehr.visits import timeline, worklist
from ehr.visits.listed import Visit
from ehr.visits.timeline import Position
from ehr.web.answers import document_of, idempotency_key, json_answer
from ehr.web.caller import Callers
from ehr.web.shapes import Day, Recorded, VisitOfDay, VisitPage
from ehr.web.told import READER, WRITER, told
from ehr.web.trail import route_class, trail_of
from ehr.web.writes import once

_NEIGHBOURS = 5
"""Visits of one resident that may have begun in the same second."""


def router(services: Services) -> APIRouter:
    """The three routes."""
    routes = APIRouter(route_class=route_class(services))
    callers = Callers(services)
    db = services.db

    @routes.post(
        "/app/api/visits",
        name="record-visit",
        **told(
            "Record a visit, whole or not at all",
            Recorded,
            status=201,
            security=WRITER,
            refused=(400, 401, 403, 404, 409, 410, 413, 422, 429, 503),
            document=RecordVisit,
            more={200: Recorded},
        ),
    )
    async def record(
        request: Request, access: Annotated[Access, Depends(callers.writer)]
    ) -> Response:
        trail = trail_of(request)
        trail.entity = "Encounter"
        key = idempotency_key(request)
        document, body = await document_of(request, RecordVisit)
        reply = await once(
            db, key, body, lambda tx: record_visit(tx, document, access=access), access=access
        )
        trail.silent = True
        return Response(reply.body, reply.status, media_type="application/json")

    @routes.get(
        "/app/api/visits/{id}",
        name="read",
        **told(
            "A visit and whose it is",
            VisitPage,
            security=READER,
            refused=(401, 403, 404, 410, 422, 429, 503),
        ),
    )
    async def one(
        request: Request, id: str, access: Annotated[Access, Depends(callers.reader)]
    ) -> Response:
        trail = trail_of(request)
        trail.entity = f"Encounter/{id}"
        require_staff(access, "Encounter", "Patient")
        visit = await _visit(db, await read(db, "Encounter", id, access=access), access)
        stored = await read(db, "Patient", visit.patient["id"], access=access)
        trail.patients, trail.label = (stored.rid,), visit.label
        whose = resident(parse(stored.content), stored.version)
        return json_answer(VisitPage(visit=shown(visit), resident=whose))

    @routes.get(
        "/app/api/today",
        name="worklist",
        **told(
            "The visits of today in a ward of the caller",
            Day,
            security=READER,
            refused=(401, 403, 422, 429, 503),
        ),
    )
    async def today(
        request: Request,
        access: Annotated[Access, Depends(callers.reader)],
        ward: Annotated[str, Query(pattern="^[0-9]{5}$")],
    ) -> Response:
        trail = trail_of(request)
        trail.entity = "Encounter"
        require_staff(access, "Encounter", "Patient")
        place = await _own_ward(db, ward, access)
        day = clock.today()
        found = await worklist.of_day(db, place.id, day, access=access)
        trail.patients = tuple(dict.fromkeys(visit.pat for visit in found))
        trail.label = labels_of(found)
        return json_answer(
            Day(
                day=day.isoformat(),
                ward=WardName(code=place.code, name=place.name),
                visits=[_listed(visit) for visit in found],
            )
        )

    return routes


def _listed(visit: Visit) -> VisitOfDay:
    """A visit in a list of several residents: with whose it is, without a full number."""
    one = shown(visit)
    parts = {name: getattr(one, name) for name in one.__struct_fields__}
    return VisitOfDay(patient=hit(resident(visit.patient, 0)), **parts)


async def _own_ward(db: Database, code: str, access: Access) -> Ward:
    found = await wards.by_code(db, code, clock.today())
    if found is None or not (access.every_ward or found.id in access.wards):
        raise Forbidden(expression="ward", details="not-your-ward")
    return found


async def _visit(db: Database, encounter: Stored, access: Access) -> Visit:
    """The visit row of an Encounter, found in its resident's timeline; raises NotFound."""
    resource = parse(encounter.content)
    patient = (resource.get("subject") or {}).get("reference", "").rpartition("/")[2]
    start = (resource.get("period") or {}).get("start")
    begun = bounds(start)[0] if start else encounter.last_updated
    after = Position(begun + timedelta(seconds=1), 0)
    page = await timeline.of_patient(db, patient, access=access, limit=_NEIGHBOURS, after=after)
    found = next((visit for visit in page.visits if visit.id == encounter.id), None)
    if found is None:
        raise NotFound
    return found
