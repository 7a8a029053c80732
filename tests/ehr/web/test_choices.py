"""Typeahead of codes: ward staff only, favourites first."""

import pytest
from fixtures.browsing import Browser

from ehr.terminology.lookup import diagnoses, drugs
from ehr.web.choices import FAVOURITE_DRUGS, FAVOURITES

PATHS = ("/app/api/diagnoses?q=tang huyet", "/app/api/drugs?q=amlo")


def test_favourites_can_be_chosen() -> None:
    assert [code for code in FAVOURITES if code not in diagnoses()] == []
    assert [code for code in FAVOURITES if diagnoses()[code].unusable] == []
    assert [code for code in FAVOURITE_DRUGS if code not in drugs()] == []


async def test_diagnoses(clinician: Browser) -> None:
    empty = (await clinician.get("/app/api/diagnoses")).json()["diagnoses"]
    assert empty[0]["code"] == "I10"
    found = (await clinician.get("/app/api/diagnoses?q=tang huyet")).json()["diagnoses"]
    assert found[0]["code"] == "I10"
    assert found[0]["favourite"] is True
    coarse = (await clinician.get("/app/api/diagnoses?q=e11")).json()["diagnoses"]
    assert {"E11", "E11.9"} <= {each["code"] for each in coarse}
    assert next(each for each in coarse if each["code"] == "E11")["blocked"]


async def test_drugs(clinician: Browser) -> None:
    found = (await clinician.get("/app/api/drugs?q=amlo 5")).json()["drugs"]
    assert found[0]["name"].startswith("Amlodipin")
    assert {"code", "unit", "dose", "timesPerDay", "days"} <= found[0].keys()


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_and_the_city_analyst(path: str, nobody: Browser, analyst: Browser) -> None:
    assert (await nobody.get(path)).status_code == 401
    assert (await analyst.get(path)).status_code == 403


async def test_a_question_too_long_is_refused(clinician: Browser) -> None:
    reply = await clinician.get(f"/app/api/diagnoses?q={'a' * 101}")
    assert reply.status_code == 422
    assert reply.json()["message"]
