"""What is asked to be answered later is answered as it would have been at once."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import BASE, Api
from fixtures.later import LATER, Worker, answered, ask

from ehr.fhir.validate import check


@pytest.fixture
async def ids(committing: Api) -> dict[str, str]:
    """A resident in two versions, with a weight."""
    made = (await committing.post("Patient", records.patient())).json
    await committing.put(f"Patient/{made['id']}", made | {"gender": "female"})
    weight = await committing.create(records.observation(made["id"]))
    return {"who": str(made["id"]), "weight": weight}


@pytest.mark.proves("interactions/respond-async")
async def test_from_the_request_to_its_answer(
    committing: Api, worker: Worker, ids: dict[str, str]
) -> None:
    api = committing
    begun = await api.get("Patient?gender=female", headers=LATER)
    assert (begun.status, begun.codes) == (202, ["informational"])
    assert begun.headers["preference-applied"] == "respond-async"
    assert begun.headers["retry-after"] == "2"
    where = begun.headers["content-location"]
    assert where.startswith(f"{BASE}/async/")
    assert len(where.rpartition("/")[2]) >= 32
    waiting = await api.get(where)
    assert (waiting.status, waiting.body) == (202, b"")
    assert waiting.headers["x-progress"] == "waiting"
    assert waiting.headers["retry-after"] == "2"
    assert await worker.answer() == 1
    for _ in range(2):
        done = await api.get(where)
        assert done.status == 200
        assert done.headers["expires"].endswith("GMT")
        assert done.headers["cache-control"] == "no-store"
        assert "retry-after" not in done.headers
        assert check(done.json) == []
        assert done.json["type"] == "batch-response"
        (entry,) = done.entries
        assert entry["response"] == {"status": "200 OK"}
        assert entry["resource"] == (await api.get("Patient?gender=female")).json
    assert await worker.answer() == 0


@pytest.mark.proves("interactions/respond-async")
@pytest.mark.parametrize(
    "asked",
    [
        ("GET", "Observation?subject:Patient.gender=female&_include=*", None),
        ("GET", "Patient/_history?_since=2020", None),
        ("GET", "_history", None),
        ("GET", "Patient/{who}/_history", None),
        ("GET", "Patient/{who}/Observation?code=29463-7", None),
        ("GET", "Patient/{who}/*", None),
        ("GET", "?_type=Patient,Observation", None),
        ("GET", "Patient/{who}/$everything", None),
        ("POST", "Patient/{who}/$everything", {"resourceType": "Parameters"}),
        ("GET", "Observation/$lastn?patient={who}", None),
        ("POST", "Patient/$match", records.patient()),
        ("GET", "$meta", None),
    ],
)
async def test_what_may_find_much(
    committing: Api, worker: Worker, ids: dict[str, str], asked: tuple[str, str, Any]
) -> None:
    method, url, body = asked
    path = url.format(**ids)
    entry = await answered(committing, worker, path, method, body=body)
    at_once = await committing.ask(method, path, body=body)
    assert at_once.status == 200, at_once.body
    assert entry["response"]["status"] == "200 OK"
    assert entry["resource"] == at_once.json


async def test_a_search_that_is_posted(
    committing: Api, worker: Worker, ids: dict[str, str]
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    entry = await answered(
        committing, worker, "Patient/_search", "POST", content=b"gender=female", headers=form
    )
    assert [one["resource"]["id"] for one in entry["resource"]["entry"]] == [ids["who"]]


async def test_what_answers_quickly_is_answered_at_once(
    committing: Api, worker: Worker, ids: dict[str, str]
) -> None:
    path = f"Patient/{ids['who']}"
    for method, url, status in (
        ("GET", path, 200),
        ("GET", f"{path}/_history/1", 200),
        ("GET", "metadata", 200),
        ("GET", "$versions", 200),
        ("HEAD", "Patient?gender=female", 200),
        ("DELETE", f"Observation/{ids['weight']}", 204),
    ):
        reply = await committing.ask(method, url, headers=LATER)
        assert reply.status == status
        assert "content-location" not in reply.headers
    made = await committing.post("Patient", records.patient(), headers=LATER)
    assert made.status == 201
    entry = {"request": {"method": "GET", "url": "Patient?gender=female"}}
    for kind in ("batch", "transaction"):
        bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
        reply = await committing.post("", bundle, headers=LATER)
        assert reply.status == 200
        assert reply.entries[0]["response"]["status"] == "200 OK"
    assert await worker.answer() == 0


async def test_pages_go_on_at_once_and_later(
    committing: Api, worker: Worker, ids: dict[str, str]
) -> None:
    await committing.create(records.patient())
    first = (await answered(committing, worker, "Patient?_count=1"))["resource"]
    link = next(one["url"] for one in first["link"] if one["relation"] == "next")
    second = (await answered(committing, worker, link))["resource"]
    assert second["entry"] == (await committing.get(link)).json["entry"]
    assert first["entry"] != second["entry"]


@pytest.mark.proves("interactions/respond-async")
@pytest.mark.parametrize(
    ("url", "prefer", "told"),
    [
        ("Patient?birthdate=never", "respond-async", ("400 Bad Request", "invalid")),
        ("Patient?foo=1", "respond-async, handling=strict", ("400 Bad Request", "not-supported")),
        ("Patient/nobody/$everything", "respond-async", ("404 Not Found", "not-found")),
    ],
)
async def test_what_is_refused_is_told_in_the_answer(
    committing: Api, worker: Worker, url: str, prefer: str, told: tuple[str, str]
) -> None:
    status, code = told
    entry = await answered(committing, worker, url, headers={"Prefer": prefer})
    assert entry["response"]["status"] == status
    outcome = entry["response"]["outcome"]
    assert [issue["code"] for issue in outcome["issue"]] == [code]
    assert "resource" not in entry


async def test_what_cannot_be_asked_is_refused_at_once(committing: Api) -> None:
    for path, headers, status in (
        ("Patient?name=x", {"Accept": "image/png"}, 406),
        ("Patient/a_b/_history", {}, 400),
        ("Nothing?name=x", {}, 404),
    ):
        reply = await committing.get(path, headers=LATER | headers)
        assert reply.status == status
        assert "content-location" not in reply.headers


async def test_cancelled_it_is_not_there(committing: Api, worker: Worker) -> None:
    for answer_first in (False, True):
        where = await ask(committing, "Patient?name=x")
        if answer_first:
            assert await worker.answer() == 1
        gone = await committing.delete(where)
        assert (gone.status, gone.body) == (202, b"")
        for method in ("GET", "DELETE"):
            reply = await committing.ask(method, where)
            assert (reply.status, reply.codes) == (404, ["not-found"])
        assert await worker.answer() == 0
