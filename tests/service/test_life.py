"""An API process: its database goes and returns, it is asked to stop, it is small and discreet."""

import json
import signal
import threading
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from fixtures.database import PATIENCE_SECONDS
from fixtures.records import observation, patient
from fixtures.service import Service

from ehr import migrate
from ehr.urls import urls

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]

LARGEST_MEGABYTES = 300
WRITING = "SELECT FROM pg_locks WHERE relation = 'resource'::regclass AND mode = 'RowExclusiveLock'"


def resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(pid)


def test_a_database_that_is_away_is_told_and_comes_back(service: Service) -> None:
    with service.client("clinician.00004") as client:
        who = client.post("/Patient", json=patient()).json()["id"]
        service.server.stop()
        try:
            for ask in (
                lambda: client.get(f"/Patient/{who}"),
                lambda: client.get("/Patient?name=nguyen"),
                lambda: client.post("/Observation", json=observation(who)),
            ):
                reply = ask()
                assert reply.status_code == 503
                assert int(reply.headers["retry-after"]) > 0
                assert reply.json()["issue"][0]["code"] == "transient"
            assert (
                httpx.get(
                    f"{service.url}/health/live", trust_env=False, timeout=PATIENCE_SECONDS
                ).status_code
                == 200
            )
            ready = httpx.get(
                f"{service.url}/health/ready", trust_env=False, timeout=PATIENCE_SECONDS
            )
            assert (ready.status_code, ready.json()["database"]) == (503, False)
        finally:
            service.server.start()
        service.wait_until_ready()
        assert client.get(f"/Patient/{who}").status_code == 200


def test_a_schema_that_is_not_this_versions_is_told(service: Service) -> None:
    with psycopg.connect(urls(service.settings).owner, autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '0001'")
        try:
            ready = httpx.get(
                f"{service.url}/health/ready", trust_env=False, timeout=PATIENCE_SECONDS
            )
        finally:
            owner.execute("UPDATE alembic_version SET version_num = %s", [migrate.head()])
    assert ready.status_code == 503
    assert ready.json() == {"database": True, "schema": False, "audit": True}


def test_sigterm_finishes_what_is_running(service: Service) -> None:
    with service.client("clinician.00004") as client:
        who = client.post("/Patient", json=patient()).json()["id"]
        entry = {"request": {"method": "POST", "url": "Observation"}, "resource": observation(who)}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 600}
        replies: list[httpx.Response] = []
        writer = threading.Thread(target=lambda: replies.append(client.post("/", json=bundle)))
        writer.start()
        with psycopg.connect(service.server.url("postgres"), autocommit=True) as watching:
            while writer.is_alive() and not watching.execute(WRITING).fetchall():
                time.sleep(0.01)
        code = service.stop("serve")
        writer.join()
    assert code in (0, -signal.SIGTERM)
    assert [reply.status_code for reply in replies] == [200]
    service.start("serve")
    with service.client("clinician.00004") as client:
        found = client.get(f"/Observation?patient={who}&_summary=count").json()["total"]
    assert found == 600


def test_a_process_is_small(service: Service) -> None:
    with service.client("system") as client:
        for _ in range(200):
            assert client.get("/Patient?_count=50").status_code == 200
    assert resident_megabytes(service.processes["serve"].pid) < LARGEST_MEGABYTES


def test_its_log_is_json_without_what_is_private(service: Service) -> None:
    with service.client("clinician.00004") as client:
        client.post("/Patient", json=patient() | {"name": [{"text": "Nguyễn Chim Hoàng Yến"}]})
        client.get("/Patient?name=chim%20hoang%20yen")
        client.get("/Patient?identifier=099123456789")
        token = client.headers["authorization"].split()[1]
    log = (service.settings.data_dir / "serve.log").read_text()
    for line in log.splitlines():
        json.loads(line)
    for private in ("Hoàng Yến", "hoang%20yen", "hoang yen", "099123456789", token):
        assert private not in log
