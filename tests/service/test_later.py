"""A request that is answered later outlives a kill of the API and of the worker that was at it."""

import time
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from fixtures.records import patient
from fixtures.service import Service, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]

LONGEST = 90.0


@pytest.fixture
def service() -> Iterator[Service]:
    yield from running("none", "serve", "worker")


def until(client: httpx.Client, where: str, wanted: str | None) -> httpx.Response:
    """The status of the request once it is `wanted`; None: once it is answered."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        reply = client.get(where)
        assert reply.status_code in {200, 202}, reply.text
        if reply.headers.get("x-progress") == wanted:
            return reply
        time.sleep(0.1)
    raise AssertionError(f"not {wanted} in time")


@pytest.mark.proves("interactions/respond-async")
def test_it_outlives_api_and_worker(service: Service) -> None:
    with service.client("clinician.00004") as client:
        who = client.post("/Patient", json=patient()).json()["id"]
        with psycopg.connect(service.server.url("postgres")) as connection:
            # Every search waits for this transaction.
            connection.execute("LOCK TABLE resource_index IN ACCESS EXCLUSIVE MODE")
            begun = client.get("/Patient?gender=male", headers={"Prefer": "respond-async"})
            assert begun.status_code == 202
            where = begun.headers["content-location"]
            until(client, where, "running")
            service.kill("worker")
            service.kill("serve")
            connection.rollback()
        service.start("serve")
        assert until(client, where, "waiting").status_code == 202
        service.start("worker")
        done = until(client, where, None)
    assert done.status_code == 200
    (entry,) = done.json()["entry"]
    assert [one["resource"]["id"] for one in entry["resource"]["entry"]] == [who]
