"""kill -9 of the API and of the database under load: what was acknowledged is there.

A writer's log holds each id whose creation was answered 201; at the end every one is read. A visit
bundle is there whole or not at all.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from fixtures.records import condition, encounter, observation, patient
from fixtures.service import Service, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]

ACKNOWLEDGED = 5_000
WRITERS = 8
KILLS = 4


@pytest.fixture
def service() -> Iterator[Service]:
    yield from running("none", "serve")


class Log:
    """What the server acknowledged."""

    def __init__(self) -> None:
        self.observations: list[str] = []
        self.visits: list[str] = []
        self.refused = 0

    @property
    def resources(self) -> int:
        return len(self.observations) + 3 * len(self.visits)


def visit(who: str) -> dict[str, object]:
    parts = (encounter(who), observation(who, "urn:uuid:v"), condition(who, "urn:uuid:v", "I10"))
    encounter_url = "urn:uuid:0b3f6c3a-4f0e-4a6b-9a53-2f1a6f2f9a01"
    entries = []
    for part in parts:
        if "encounter" in part:
            part["encounter"] = {"reference": encounter_url}
        entry = {"request": {"method": "POST", "url": part["resourceType"]}, "resource": part}
        if part["resourceType"] == "Encounter":
            entry["fullUrl"] = encounter_url
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


async def write(service: Service, log: Log, who: str, done: asyncio.Event) -> None:
    """Create observations and visits until `done`; a refusal or a broken line is tried again."""
    headers = {"Authorization": f"Bearer {service.token('clinician.00004')}"}
    async with httpx.AsyncClient(
        base_url=f"{service.url}/fhir", headers=headers, trust_env=False, timeout=30
    ) as client:
        turn = 0
        while not done.is_set():
            turn += 1
            try:
                if turn % 4:
                    reply = await client.post("/Observation", json=observation(who))
                    if reply.status_code == 201:
                        log.observations.append(reply.json()["id"])
                else:
                    reply = await client.post("/", json=visit(who))
                    if reply.status_code == 200:
                        found = reply.json()["entry"][0]["response"]["location"]
                        log.visits.append(found.partition("Encounter/")[2].partition("/")[0])
            except httpx.HTTPError:
                log.refused += 1
                await asyncio.sleep(0.1)
            else:
                if reply.status_code == 503:
                    assert "retry-after" in reply.headers
                    log.refused += 1
                    await asyncio.sleep(0.1)
                else:
                    assert reply.status_code in (200, 201), reply.text


async def under_load(service: Service, log: Log, who: str) -> None:
    """Let the writers write; kill the API and the database in turn; wait for enough of the log."""
    done = asyncio.Event()
    writers = [asyncio.create_task(write(service, log, who, done)) for _ in range(WRITERS)]
    for turn in range(KILLS):
        goal = (turn + 1) * ACKNOWLEDGED // (KILLS + 1)
        await reach(log, goal, writers)
        if turn % 2:
            pid = int((service.server.cluster / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(service.server.start)
        else:
            service.kill("serve")
            await asyncio.to_thread(service.start, "serve")
    await reach(log, ACKNOWLEDGED, writers)
    done.set()
    await asyncio.gather(*writers)


async def reach(log: Log, goal: int, writers: list["asyncio.Task[None]"]) -> None:
    async with asyncio.timeout(180):
        while log.resources < goal:
            for writer in writers:
                if writer.done():
                    writer.result()
            await asyncio.sleep(0.05)


def test_no_acknowledged_write_is_lost(service: Service, tmp_path: Path) -> None:
    with service.client("clinician.00004") as client:
        who = client.post("/Patient", json=patient()).json()["id"]
    log = Log()
    asyncio.run(under_load(service, log, who))
    assert log.resources >= ACKNOWLEDGED
    assert log.refused > 0  # the kills were felt
    with psycopg.connect(service.server.url("postgres")) as connection:
        stored = {
            id
            for (id,) in connection.execute("SELECT id FROM resource WHERE NOT deleted").fetchall()
        }
        halves = connection.execute(
            "SELECT count(*) FROM (SELECT FROM resource_index WHERE enc IS NOT NULL"
            " GROUP BY enc HAVING count(*) <> 3) AS visits"
        ).fetchone()
        unindexed = connection.execute(
            "SELECT count(*) FROM resource r WHERE NOT deleted AND NOT EXISTS (SELECT FROM"
            " resource_index i WHERE i.bucket = r.bucket AND i.rid = r.rid)"
        ).fetchone()
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM visit WHERE counted), (SELECT coalesce(sum(value), 0)"
            " FROM fact_delta WHERE measure = 1)"
        ).fetchone()
    assert set(log.observations) <= stored
    assert set(log.visits) <= stored
    assert halves == (0,)
    assert unindexed == (0,)
    assert counted is not None
    assert counted[0] == counted[1] >= len(log.visits)
