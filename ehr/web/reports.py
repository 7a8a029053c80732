"""`GET /reports` and `GET /reports/{slug}`: the city's figures, by bearer token or session.

Every answer is one audit event that says what was asked, refusals too. docs/reports.md has the
parameters and the answer.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from ehr import clock
from ehr.access import Access
from ehr.reports import registry, who
from ehr.reports.params import parse
from ehr.reports.render.csv import as_csv
from ehr.reports.render.json import Json, as_json
from ehr.reports.report import Document, Report
from ehr.reports.run import run
from ehr.services import Services
from ehr.web.answers import json_answer
from ehr.web.caller import known
from ehr.web.shapes import Figures, Reports
from ehr.web.told import EITHER, told
from ehr.web.trail import route_class, trail_of

_PARAMETERS = {
    "period": ("The month, YYYY-MM.", r"^\d{4}-\d{2}$", True),
    "ward": ("Five digits; without it the whole city.", r"^\d{5}$", False),
    "format": ("A file for a spreadsheet instead of JSON.", "^csv$", False),
}
"""Parameters as OpenAPI has them: what they mean, their form, whether they are needed."""
_AS_FILE = ("format", "csv")
_FILE_TYPE = "text/csv; charset=utf-8"
_HEADERS = {"Vary": "Authorization, Cookie"}
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def router(services: Services) -> APIRouter:
    """The routes; `services.reports` is the report role's pool, which reaches no record."""
    routes = APIRouter(route_class=_route_class(services))
    caller = Annotated[Access, Depends(known(services))]

    @routes.get(
        "/reports",
        name="reports",
        **told("The reports in force", Reports, security=EITHER, refused=(401, 403, 429, 503)),
    )
    async def reports(access: caller) -> Response:
        who.require_some(access)
        return json_answer({"reports": [_listed(each) for each in registry.current(clock.today())]})

    @routes.get(
        "/reports/{slug}",
        name="report",
        **told(
            "The figures of a month, of the city or of one ward",
            Figures,
            security=EITHER,
            file="text/csv",
            refused=(400, 401, 403, 404, 422, 429, 503),
            query=_PARAMETERS,
        ),
    )
    async def report(slug: str, request: Request, access: caller) -> Response:
        trail_of(request).entity = f"Measure/{slug[:64]}"
        query = request.query_params.multi_items()
        is_file = _AS_FILE in query
        if is_file:
            query.remove(_AS_FILE)
        params = parse(query)
        asked = f"period={params.period}" + (f"&ward={params.ward}" if params.ward else "")
        asked += "&format=csv" if is_file else ""
        trail_of(request).entity = f"Measure/{slug[:64]}?{asked}"
        document = await run(
            services.reports,
            slug,
            params,
            access=access,
            threshold=services.settings.hidden_below,
        )
        return _file(document) if is_file else json_answer(as_json(document))

    return routes


def _file(document: Document) -> Response:
    """The figures to be saved, under a name that says which."""
    parts = (document.report, document.period, *(document.ward or ())[:1])
    named = {"Content-Disposition": f'attachment; filename="{"-".join(parts)}.csv"'}
    return Response(as_csv(document), media_type=_FILE_TYPE, headers=named)


def _listed(report: Report) -> Json:
    return {
        "slug": report.slug,
        "title": report.vi,
        "titleEn": report.en,
        "source": report.source,
        "validFrom": report.valid_from.isoformat(),
        "validTo": report.valid_to.isoformat() if report.valid_to else None,
        "parameters": ["period", "ward"],
        "columns": [{"name": c.name, "vi": c.vi, "en": c.en} for c in report.columns],
        "definitions": list(report.definitions),
    }


def _route_class(services: Services) -> type[APIRoute]:
    """The routes of the web app, with the headers that a bearer's client looks for."""

    class ReportRoute(route_class(services)):  # type: ignore[misc] # a class made for the services
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def handle(request: Request) -> Response:
                response: Response = await answer(request)
                response.headers.update(_HEADERS)
                if response.status_code == 401:
                    response.headers.update(_CHALLENGE)
                return response

            return handle

    return ReportRoute
