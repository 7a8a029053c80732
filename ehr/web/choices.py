"""Typeahead for the visit form: `GET /app/api/diagnoses?q=` and `/app/api/drugs?q=`.

Lists of codes hold nothing of a person; only ward staff have a use for them.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from ehr.access import Access
from ehr.care.caller import require_staff
from ehr.services import Services
from ehr.terminology.lookup import Diagnosis, Drug
from ehr.terminology.suggest import suggest_diagnoses, suggest_drugs
from ehr.web.answers import json_answer
from ehr.web.caller import Callers
from ehr.web.shapes import Diagnoses, DiagnosisChoice, DrugChoice, Drugs
from ehr.web.told import READER, told
from ehr.web.trail import route_class, trail_of

FAVOURITES = (
    "I10", "E11.9", "J06.9", "J02.9", "J00", "J20.9", "K29.7", "M54.5", "E78.5", "M17.9",
    "R51", "A09.9", "K21.9", "J45.9", "J44.9", "L20.9", "H10.9", "Z00.0",
)  # fmt: skip
"""What ward clinics code most: shown first, and for an empty box."""
FAVOURITE_DRUGS = (
    "amlodipin-5-mg", "losartan-50-mg", "enalapril-5-mg", "metformin-500-mg", "gliclazid-30-mg",
    "atorvastatin-10-mg", "paracetamol-500-mg", "amoxicilin-500-mg", "cetirizin-10-mg",
    "omeprazol-20-mg",
)  # fmt: skip

LONGEST = 100
_REFUSED = (401, 403, 422, 429, 503)
_TOO_COARSE = "Còn mã chi tiết hơn"
Text = Annotated[str, Query(max_length=LONGEST)]


def router(services: Services) -> APIRouter:
    """The two lists."""
    routes = APIRouter(route_class=route_class(services))
    callers = Callers(services)

    @routes.get(
        "/app/api/diagnoses",
        **told("Diagnoses that fit a text", Diagnoses, security=READER, refused=_REFUSED),
    )
    async def diagnoses(
        request: Request, access: Annotated[Access, Depends(callers.reader)], q: Text = ""
    ) -> Response:
        trail_of(request).silent = True
        require_staff(access)
        found = suggest_diagnoses(q, FAVOURITES)
        return json_answer(Diagnoses(diagnoses=[_diagnosis(one) for one in found]))

    @routes.get(
        "/app/api/drugs",
        **told("Drugs that fit a text", Drugs, security=READER, refused=_REFUSED),
    )
    async def drugs(
        request: Request, access: Annotated[Access, Depends(callers.reader)], q: Text = ""
    ) -> Response:
        trail_of(request).silent = True
        require_staff(access)
        return json_answer(Drugs(drugs=[_drug(one) for one in suggest_drugs(q, FAVOURITE_DRUGS)]))

    return routes


def _diagnosis(one: Diagnosis) -> DiagnosisChoice:
    return DiagnosisChoice(
        code=one.code,
        display=one.vi,
        favourite=one.code in FAVOURITES,
        never_main=one.never_main,
        sex=one.sex,
        blocked=_TOO_COARSE if one.unusable else None,
    )


def _drug(one: Drug) -> DrugChoice:
    return DrugChoice(
        code=one.code,
        name=one.label,
        unit=one.unit,
        dose=one.dose,
        times_per_day=one.times_per_day,
        days=one.days,
        group=one.group,
    )
