"""429: a caller who asks too often, while the others are answered."""

from collections.abc import AsyncIterator

import pytest
from fixtures import records
from fixtures.auditing import Events
from fixtures.fhir import ANALYST, NEIGHBOUR, SYSTEM, Api, asking, authenticating

from auth.demo import DemoIssuer
from ehr.db import Database
from ehr.fhir.resource import Resource
from ehr.throttle import Throttle

BURST = 5


@pytest.fixture
async def hurried(committed: Database, issuer: DemoIssuer) -> AsyncIterator[Api]:
    """The API with five requests a caller, and one more an hour or so."""
    throttle = Throttle(1, BURST, clock=lambda: 7.0)
    async with (
        authenticating(committed, issuer, throttle) as authenticator,
        asking(committed, issuer, authenticator) as api,
    ):
        yield api


async def test_one_too_many_is_refused_and_does_nothing(hurried: Api) -> None:
    for _ in range(BURST):
        assert (await hurried.post("Patient", records.patient())).status == 201
    for method, path in (
        ("POST", "Patient"),
        ("GET", "Patient?name=x"),
        ("GET", "Patient/1"),
        ("POST", ""),
        ("GET", "async/x"),
    ):
        body = records.patient() if method == "POST" else None
        reply = await hurried.ask(method, path, body=body)
        assert (reply.status, reply.codes) == (429, ["throttled"])
        assert reply.headers["retry-after"] == "1"
        assert "wait" in reply.said
    assert (await hurried.get("Patient?_summary=count", who=SYSTEM)).json["total"] == BURST


async def test_the_others_are_answered(hurried: Api) -> None:
    for _ in range(BURST + 2):
        reply = await hurried.get("Patient?name=x")
    assert reply.status == 429
    assert (await hurried.get("Patient?name=x", who=NEIGHBOUR)).status == 200
    # Another token of the same caller is the same caller.
    assert (await hurried.get("Patient?name=x", scope="user/Patient.rs")).status == 429
    assert (await hurried.get("metadata")).status == 200
    assert (await hurried.get("Patient?name=x", who=None)).status == 401


async def test_what_is_refused_for_another_reason_counts_too(hurried: Api) -> None:
    for _ in range(BURST):
        assert (await hurried.get("Patient?name=x", who=ANALYST)).status == 403
    assert (await hurried.get("Patient?name=x", who=ANALYST)).status == 429


def bundle(kind: str, entries: int) -> Resource:
    entry = {"request": {"method": "GET", "url": "Patient?name=x"}}
    return {"resourceType": "Bundle", "type": kind, "entry": [entry] * entries}


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_a_bundle_counts_by_its_entries(hurried: Api, kind: str) -> None:
    reply = await hurried.post("", bundle(kind, BURST - 1))
    assert {one["response"]["status"] for one in reply.entries} == {"200 OK"}
    assert (await hurried.get("Patient?name=x")).status == 200
    assert (await hurried.get("Patient?name=x")).status == 429
    assert (await hurried.get("Patient?name=x", who=NEIGHBOUR)).status == 200


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_one_of_more_than_the_burst_is_answered_and_then_waited_for(
    hurried: Api, kind: str
) -> None:
    assert (await hurried.post("", bundle(kind, BURST + 30))).status == 200
    reply = await hurried.get("Patient?name=x")
    assert (reply.status, reply.headers["retry-after"]) == (429, "31")
    reply = await hurried.post("", bundle(kind, 1))
    assert (reply.status, reply.headers["retry-after"]) == (429, "31")


@pytest.mark.parametrize("kind", ["batch", "transaction", "collection"])
async def test_one_that_is_refused_or_empty_counts_too(hurried: Api, kind: str) -> None:
    for _ in range(BURST):
        assert (await hurried.post("", bundle(kind, 0))).status in {200, 400}
    assert (await hurried.post("", bundle(kind, 0))).status == 429


async def test_a_flood_is_on_record_once_a_second(hurried: Api, events: Events) -> None:
    for _ in range(BURST + 20):
        await hurried.get("Patient/nobody")
    found = events()
    assert found == [(1, "read", "Patient/nobody", 4)] * (BURST + 1)
