"""How many, how long, and what a kill leaves behind."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, Api
from fixtures.later import LATER, Sql, Worker, ask

from ehr.directory import async_requests
from ehr.directory.async_requests import Answer
from ehr.embedded import Embedded
from ehr.jobs.purge import purge
from fhir_api.asynchronous import work

SEARCH = "Patient?gender=male"
OVER = "UPDATE async_request SET leased_until = now() - interval '1 second'"


@pytest.fixture
async def locked(postgres: Embedded, clone: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """Every search waits until this connection's transaction ends."""
    url = postgres.url("postgres", clone)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("LOCK TABLE resource_index IN ACCESS EXCLUSIVE MODE")
        yield connection
        await connection.rollback()


async def progress(api: Api, where: str, wanted: str) -> None:
    """Wait until a request is said to be `wanted`."""
    async with asyncio.timeout(20):
        while (await api.get(where)).headers.get("x-progress") != wanted:
            await asyncio.sleep(0.02)


@pytest.mark.proves("interactions/respond-async")
async def test_a_caller_has_so_many_and_no_more(committing: Api, worker: Worker, sql: Sql) -> None:
    api = committing
    replies = await asyncio.gather(*(api.get(SEARCH, headers=LATER) for _ in range(24)))
    assert sorted(one.status for one in replies) == [202] * 20 + [429] * 4
    refused = next(one for one in replies if one.status == 429)
    assert refused.codes == ["throttled"]
    assert refused.headers["retry-after"]
    assert (await api.get(SEARCH, who=NEIGHBOUR, headers=LATER)).status == 202
    assert (await api.get(SEARCH)).status == 200
    assert await worker.answer() == 21
    assert (await api.get(SEARCH, headers=LATER)).status == 429
    kept = next(one for one in replies if one.status == 202)
    await api.delete(kept.headers["content-location"])
    assert (await api.get(SEARCH, headers=LATER)).status == 202
    sql("UPDATE async_request SET expires_at = now()")
    assert (await api.get(SEARCH, headers=LATER)).status == 202


async def test_one_of_a_caller_at_a_time(committing: Api, worker: Worker) -> None:
    for _ in range(2):
        await ask(committing, SEARCH)
    await ask(committing, SEARCH, who=NEIGHBOUR)
    first = await async_requests.claim(worker.jobs)
    other = await async_requests.claim(worker.jobs)
    assert first is not None
    assert other is not None
    assert first.claims != other.claims
    assert await async_requests.claim(worker.jobs) is None


async def test_one_of_a_caller_however_many_workers_look_at_once(
    committing: Api, worker: Worker
) -> None:
    for _ in range(6):
        await ask(committing, SEARCH)
    found = await asyncio.gather(*(async_requests.claim(worker.jobs) for _ in range(6)))
    assert len([one for one in found if one is not None]) == 1


@pytest.mark.proves("interactions/respond-async")
async def test_expired_it_is_neither_answered_nor_told(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    where = await ask(committing, SEARCH)
    sql("UPDATE async_request SET expires_at = now() - interval '1 second'")
    assert (await committing.get(where)).status == 404
    assert await worker.answer() == 0
    done = await ask(committing, SEARCH)
    assert await worker.answer() == 1
    assert sql(
        "SELECT expires_at - finished_at FROM async_request WHERE finished_at IS NOT NULL"
    ) == sql("SELECT interval '1 hour'")
    sql("UPDATE async_request SET expires_at = now() - interval '1 second'")
    for method in ("GET", "DELETE"):
        assert (await committing.ask(method, done)).status == 404
    assert await purge(worker.jobs) == 2
    assert sql("SELECT FROM async_request") == []


@pytest.mark.proves("interactions/respond-async")
async def test_a_killed_worker_s_request_is_taken_by_the_next(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    """A worker that was killed has claimed, and says nothing more."""
    await committing.create(records.patient())
    where = await ask(committing, SEARCH)
    killed = await async_requests.claim(worker.jobs)
    assert killed is not None
    assert (await committing.get(where)).headers["x-progress"] == "running"
    assert await worker.answer() == 0
    sql(OVER)
    assert (await committing.get(where)).headers["x-progress"] == "waiting"
    assert await worker.answer() == 1
    before = await committing.get(where)
    assert before.status == 200
    # Should it not be dead after all, nothing it says counts.
    late = Answer(500, b"{}", (), b"")
    assert not await async_requests.hold(worker.jobs, killed)
    assert not await async_requests.finish(worker.jobs, killed, late, seconds=60)
    assert (await committing.get(where)).body == before.body


async def test_what_fells_every_worker_fails_in_the_end(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    where = await ask(committing, SEARCH)
    for _ in range(work.ATTEMPTS):
        assert await async_requests.claim(worker.jobs) is not None
        sql(OVER)
    assert await worker.answer() == 1
    (entry,) = (await committing.get(where)).entries
    assert entry["response"]["status"] == "500 Internal Server Error"
    assert entry["response"]["outcome"]["issue"][0]["code"] == "exception"


async def test_without_a_database_it_is_tried_again(
    committing: Api, worker: Worker, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "AGAIN_SECONDS", 0)
    where = await ask(committing, SEARCH)
    sql("REVOKE INSERT ON audit_event FROM ehr_app")
    # Its event cannot be written, so there is no answer.
    assert await worker.answer() == work.ATTEMPTS
    sql("GRANT INSERT ON audit_event TO ehr_app")
    (entry,) = (await committing.get(where)).entries
    assert entry["response"]["status"] == "503 Service Unavailable"


async def test_cancelled_while_it_runs_it_stops(
    committing: Api,
    worker: Worker,
    sql: Sql,
    locked: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "HOLD_SECONDS", 0.05)
    where = await ask(committing, SEARCH)
    working = asyncio.create_task(worker.answer())
    await progress(committing, where, "running")
    assert (await committing.delete(where)).status == 202
    async with asyncio.timeout(20):
        await working
    waiting = "SELECT FROM pg_stat_activity WHERE application_name = 'tram-later'"
    assert sql(f"{waiting} AND state = 'active'") == []
    assert sql("SELECT FROM async_request") == []


async def test_told_to_stop_a_worker_hands_back(
    committing: Api, worker: Worker, sql: Sql, locked: psycopg.AsyncConnection
) -> None:
    where = await ask(committing, SEARCH)
    working = asyncio.create_task(worker.answer())
    await progress(committing, where, "running")
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert (await committing.get(where)).headers["x-progress"] == "waiting"
    assert sql("SELECT attempts FROM async_request") == [(0,)]
    await locked.rollback()
    assert await worker.answer() == 1
    assert (await committing.get(where)).status == 200


async def test_a_long_lease_is_renewed(
    committing: Api,
    worker: Worker,
    sql: Sql,
    locked: psycopg.AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "HOLD_SECONDS", 0.05)
    where = await ask(committing, SEARCH)
    working = asyncio.create_task(worker.answer())
    await progress(committing, where, "running")
    sql(OVER)
    await progress(committing, where, "running")
    await locked.rollback()
    assert await working == 1
    assert (await committing.get(where)).status == 200


async def test_no_statement_reads_the_whole_table(
    worker: Worker, postgres: Embedded, clone: str, sql: Sql
) -> None:
    """Among the requests and answers of thousands of callers."""
    sql(
        "INSERT INTO async_request (id, account, client, claims, method, path, query, headers,"
        " body, asked_at, expires_at, finished_at, status)"
        " SELECT 'r' || n, n % 4000, 'tram-web', '', 'GET', 'Patient', '', '{}', '', now(),"
        " now() + interval '1 hour', CASE WHEN n % 50 > 0 THEN now() END, 200"
        " FROM generate_series(1, 20000) n"
    )
    sql("ANALYZE async_request")
    for role, statement, params in (
        ("ehr_app", async_requests._COUNT, (7, "tram-web")),
        ("ehr_app", async_requests._STATE, ("r7",)),
        ("ehr_app", async_requests._CANCEL, ("r7",)),
        ("ehr_job", async_requests._CLAIM, (30, 1)),
        ("ehr_job", async_requests._HOLD, (30, "r7", 1)),
    ):
        with psycopg.connect(postgres.url(role, clone)) as connection:
            plan = connection.execute(f"EXPLAIN {statement}", params).fetchall()
        assert "Seq Scan" not in str(plan), plan
