"""`code:text` with its phrases looked up: the same is found, by whom it was found before."""

import pytest
from fixtures import callers
from fixtures.searching import (
    LOINC,
    ids_of,
    observation,
    organizations,
    page,
    patient,
    query,
    store,
)

from ehr.db import Database
from ehr.records import phrases
from ehr.records.resolved import resolved
from ehr.search.query import Filter
from ehr.search.values import PhrasedText, TextValue


@pytest.fixture
async def city(db: Database) -> Database:
    """Findings of a resident of ward 1 and of one of ward 2: by display, and by a text alone."""
    await organizations(db)
    for who, ward in (("a", 1), ("b", 2)):
        coded = {"coding": [{"system": LOINC, "code": "1-1", "display": "Mạch quay"}]}
        await store(
            db,
            patient(who, ward),
            observation(f"m{who}", who, code=coded),
            observation(f"t{who}", who, code={"text": "mạch đập"}),
            observation(f"x{who}", who, code={"text": "cân nặng"}),
        )
    return db


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("code:text=mach", "ma ta mb tb"),
        ("code:text=mach quay", "ma mb"),
        ("code:text=quay,nang", "ma xa mb xb"),
        ("code:text=dap", "ta tb"),
        ("code:text=zzz", ""),
        ("patient=a&code:text=mach", "ma ta"),
        ("patient.active:missing=true&code:text=quay", "ma mb"),
        ("combo-code:text=quay", "ma mb"),
    ],
)
async def test_the_same_is_found_by_whom_it_was(city: Database, asked: str, ids: str) -> None:
    wanted = query("Observation", asked)
    for access, ward in ((callers.system(), "ab"), (callers.clinician(1), "a")):
        told = await resolved(city, wanted, access)
        mine = sorted(one for one in ids.split() if one[-1] in ward)
        assert sorted(ids_of(await page(city, told, access))) == mine
        assert sorted(ids_of(await page(city, wanted, access))) == mine
    nowhere = callers.clinician(3)
    told = await resolved(city, wanted, nowhere)
    assert ids_of(await page(city, told, nowhere)) == []
    for access in (callers.nobody(), callers.analyst()):
        assert await resolved(city, wanted, access) is wanted


async def test_of_too_many_the_statement_looks_itself(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, access = query("Observation", "code:text=mach"), callers.system()
    for most, kind in ((0, TextValue), (1, PhrasedText)):
        monkeypatch.setattr(phrases, "MOST", most)
        told = await resolved(city, wanted, access)
        (one,) = told.filters
        assert isinstance(one, Filter)
        assert isinstance(one.values[0], kind)
        assert sorted(ids_of(await page(city, told, access))) == ["ma", "mb", "ta", "tb"]
