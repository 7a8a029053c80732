"""The worker: runs what is due, waits for a database that is away, and stops when told."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import psycopg
from fixtures import callers
from fixtures.database import PATIENCE_SECONDS
from fixtures.visiting import Records, encounter, patient
from structlog.testing import capture_logs

from ehr.aggregates.recount import differences
from ehr.db import Database
from ehr.embedded import Embedded
from ehr.errors import Unavailable
from ehr.jobs.purge import purge
from ehr.jobs.schedule import Nightly, every
from ehr.jobs.worker import JOBS, Job, count_again, run, work

AN = patient("an")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.05)


async def folded(jobs: Database) -> bool:
    """Whether no delta is left and there are facts."""
    rows = await jobs.fetch_directory(
        "SELECT NOT EXISTS (SELECT FROM fact_delta) AND EXISTS (SELECT FROM fact)"
    )
    return bool(rows[0][0])


async def test_the_worker_folds_and_stops_on_sigterm(
    committed: Database, jobs: Database, postgres: Embedded, clone: str
) -> None:
    await Records(committed, callers.clinician()).save(AN, encounter("v1", AN))
    worker = asyncio.create_task(run(postgres.url("ehr_job", clone)))
    await until(lambda: folded(jobs))
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await worker
    assert await differences(jobs) == []


async def test_a_running_job_ends_before_the_worker_does(jobs: Database) -> None:
    stop, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_: Database) -> int:
        begun.set()
        await asyncio.sleep(0.2)
        ended.set()
        return 1

    worker = asyncio.create_task(work(jobs, stop, (Job("slow", slow, every(60)),)))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await worker
    assert ended.is_set()


async def test_a_job_that_can_hand_back_is_cancelled_at_the_end(jobs: Database) -> None:
    stop, begun, handed_back = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def endless(_: Database) -> int:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            handed_back.set()
        return 1

    job = Job("endless", endless, every(60), ends_at_stop=True)
    worker = asyncio.create_task(work(jobs, stop, (job,)))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await worker
    assert handed_back.is_set()


async def test_a_job_that_fails_is_tried_again_and_ends_no_other(jobs: Database) -> None:
    stop, tries, others = asyncio.Event(), [], []

    async def away(_: Database) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable
        if len(tries) == 2:
            raise ValueError("Nguyễn Thị An, 099158000123")
        return 0

    async def other(_: Database) -> int:
        others.append(1)
        if len(tries) > 2 and len(others) > 3:
            stop.set()
        return 0

    with capture_logs() as logs:
        pair = (Job("away", away, every(0.01)), Job("other", other, every(0.01)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await work(jobs, stop, pair)
    assert [log["event"] for log in logs if log["log_level"] != "info"] == [
        "database unavailable",
        "job failed",
    ]
    assert "099158000123" not in str(logs)


async def test_the_worker_outlives_its_connections(
    committed: Database, jobs: Database, postgres: Embedded, clone: str
) -> None:
    """All its connections are cut, as a restart of the database does."""
    stop = asyncio.Event()
    mine = await Database.open(postgres.url("ehr_job", clone), size=2, name="cut")
    begun = asyncio.Event()

    async def fold(database: Database) -> int:
        begun.set()
        return await JOBS[0].work(database)

    worker = asyncio.create_task(work(mine, stop, (Job("fold", fold, every(0.05)),)))
    await begun.wait()
    with psycopg.connect(postgres.url("postgres", clone), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'tram-cut'"
        )
    await Records(committed, callers.clinician()).save(AN, encounter("v1", AN))
    await until(lambda: folded(jobs))
    stop.set()
    await worker
    await mine.close()


async def test_a_difference_is_logged_without_saying_who(
    committed: Database, jobs: Database
) -> None:
    await Records(committed, callers.clinician()).save(AN, encounter("v1", AN))
    with capture_logs() as logs:
        assert await count_again(jobs) == 0
        async with jobs.administration() as tx:
            await tx.execute("DELETE FROM fact_delta")
        assert await count_again(jobs) == 9
    assert {log["event"] for log in logs} == {"figure differs"}
    assert logs[0]["figure"] == 0
    assert logs[0]["counted"] == 1


async def test_what_has_expired_is_forgotten(committed: Database, jobs: Database) -> None:
    async with committed.administration() as tx:
        await tx.execute(
            "INSERT INTO web_session (key, account_id, data, created_at, seen_at, expires_at)"
            " SELECT decode(n::text, 'escape'), 1, '{}', now(), now(), now() + n * interval '1 h'"
            " FROM (VALUES (-1), (1)) AS v(n)"
        )
        await tx.execute(
            "INSERT INTO idempotency_key"
            " (account_id, key, body_hash, status, headers, reply, created_at)"
            " SELECT 1, n::text, '', 200, '{}', '', now() - n * interval '1 h'"
            " FROM (VALUES (23), (25)) AS v(n)"
        )
    assert await purge(jobs) == 2
    left = "SELECT (SELECT count(*) FROM web_session), (SELECT count(*) FROM idempotency_key)"
    assert await jobs.fetch_directory(left) == [(1, 1)]


def test_nightly_is_hanoi_s_night() -> None:
    night = Nightly(time(2, 30))
    evening = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert night(evening) == datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
    assert night(night(evening)) == night(evening) + timedelta(days=1)
    assert every(2)(evening) - evening == timedelta(seconds=2)
