"""How parameters that clients define become part of searches, by the worker, beside writers."""

import asyncio

import pytest
from fixtures.defining import (
    COLOUR,
    define,
    defined,
    fresh,
    has_rows,
    indexed,
    number_of,
    with_eye,
)
from fixtures.fhir import SYSTEM, Api
from fixtures.records import patient

from ehr.db import Database
from ehr.directory import search_parameters
from ehr.jobs import reindex as job
from ehr.search import registry

__all__ = ["fresh"]

pytestmark = [pytest.mark.proves("search/custom"), pytest.mark.usefixtures("fresh")]


async def test_it_is_sorted_by_included_and_chained(api: Api) -> None:
    base = {"base": ["Patient"], "type": "reference", "target": ["Patient"]}
    await define(api, code="twin", **base)
    await define(
        api, url="http://example.org/born", code="born", type="date", expression="Patient.birthDate"
    )
    brother = await api.create({**patient(), "birthDate": "1957-03-01"})
    twin = {"url": COLOUR, "valueReference": {"reference": f"Patient/{brother}"}}
    sister = await api.create({**patient(), "extension": [twin]})
    await indexed(api)
    assert (await api.get("Patient?_sort=born")).ids == [brother, sister]
    assert (await api.get("Patient?_sort=-born")).ids == [sister, brother]
    assert (await api.get("Patient?twin:Patient.born=1957")).ids == [sister]
    assert (await api.get(f"Patient?_has:Patient:twin:_id={sister}")).ids == [brother]
    both = await api.get(f"Patient?_id={sister}&_include=Patient:twin")
    assert set(both.ids) == {sister, brother}


async def test_the_worker_does_it_in_its_own_role(committing: Api, jobs: Database) -> None:
    before = await committing.create(with_eye("brown"))
    id = await define(committing)
    assert await job.reindex_some(jobs) > 0
    assert (await committing.get("Patient?eye=brown")).ids == [before]
    assert await job.reindex_some(jobs) == 0
    await committing.delete(f"SearchParameter/{id}", who=SYSTEM)
    assert await job.reindex_some(jobs) > 0
    assert not await has_rows(committing, await number_of(committing))


async def test_how_far_it_is_can_be_read(
    committing: Api, jobs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "BATCH", 1)
    await committing.create(with_eye("brown"))
    await define(committing)
    assert await job.reindex(jobs, batches=1) == 1
    search_parameters.forget()
    said = (await committing.get("Patient?eye=brown")).said
    assert "1 of " in said
    assert (await committing.get("$reindex", who=SYSTEM)).json["parameter"][1] == {
        "name": "done",
        "valueInteger": 1,
    }


async def test_a_transaction_that_fails_defines_nothing(api: Api) -> None:
    entries = [
        {"resource": defined(), "request": {"method": "POST", "url": "SearchParameter"}},
        {"resource": {**patient(), "gender": "x"}, "request": {"method": "POST", "url": "Patient"}},
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    assert (await api.post("", bundle, who=SYSTEM)).status in (400, 422)
    assert await api.db.fetch_directory("SELECT code FROM search_parameter", ()) == []
    assert (await api.post("", {**bundle, "entry": entries[:1]}, who=SYSTEM)).status == 200
    assert await api.db.fetch_directory("SELECT code FROM search_parameter", ()) == [("eye",)]


async def test_all_that_ask_first_wait_for_the_registry(api: Api) -> None:
    await define(api)
    search_parameters.forget()
    registry.install(())
    replies = await asyncio.gather(*(api.get("Patient?eye=brown") for _ in range(3)))
    assert [one.status for one in replies] == [400, 400, 400]
