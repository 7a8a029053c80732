"""The worker: runs each periodic job when it is due until it is told to stop.

A job that fails is logged and tried again, later each time: a database that restarts is waited
for. Several workers may run; every job is safe beside itself. SIGTERM lets the running job end.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import time

import structlog

from ehr import clock
from ehr.aggregates import recount
from ehr.aggregates.fold import fold
from ehr.db import Database
from ehr.errors import EhrError, Unavailable
from ehr.jobs.purge import purge
from ehr.jobs.reindex import reindex_some
from ehr.jobs.schedule import Next, Nightly, every

CONNECTIONS = 5
FOLD_SECONDS = 2.0
PURGE_SECONDS = 3600.0
REINDEX_SECONDS = 2.0
RECOUNT_AT = time(2, 30)
LONGEST_WAIT = 60.0
"""Seconds between two tries of a job that fails."""

_log = structlog.get_logger("tram.worker")


@dataclass(frozen=True, slots=True)
class Job:
    """`work` returns how much it did; what is nothing is not logged."""

    name: str
    work: Callable[[Database], Awaitable[int]]
    next: Next
    at_start: bool = True
    ends_at_stop: bool = False
    """Whether it is cancelled when the worker is told to stop, and hands back what it was at."""


async def count_again(db: Database) -> int:
    """Compare every figure with the visits; each difference is logged as an error."""
    found = await recount.differences(db)
    for each in found:
        _log.error(
            "figure differs",
            place=each.place,
            grain=each.grain,
            period=each.period.isoformat(),
            measure=each.measure,
            figure=each.figure,
            counted=each.counted,
        )
    return len(found)


JOBS = (
    Job("fold", fold, every(FOLD_SECONDS)),
    Job("reindex", reindex_some, every(REINDEX_SECONDS)),
    Job("purge", purge, every(PURGE_SECONDS)),
    Job("recount", count_again, Nightly(RECOUNT_AT), at_start=False),
)


async def run(job_url: str, jobs: tuple[Job, ...] = JOBS) -> None:
    """Work until SIGTERM or SIGINT; `job_url` is the job role's."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    database = await Database.open(job_url, size=CONNECTIONS, name="worker", wait=False)
    try:
        await work(database, stop, jobs)
    finally:
        await database.close()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


async def work(database: Database, stop: asyncio.Event, jobs: tuple[Job, ...] = JOBS) -> None:
    """Run `jobs` side by side until `stop` is set and each has ended what it was doing."""
    _log.info("worker started", jobs=[job.name for job in jobs])
    await asyncio.gather(*(_repeat(database, job, stop) for job in jobs))
    _log.info("worker stopped")


async def _repeat(database: Database, job: Job, stop: asyncio.Event) -> None:
    failures = 0
    wait = 0.0 if job.at_start else _until_due(job)
    while not await _stopped(stop, wait):
        work = _tried(database, job)
        if await (_until(stop, work) if job.ends_at_stop else work):
            failures = 0
            wait = _until_due(job)
        else:
            failures += 1
            wait = min(LONGEST_WAIT, 0.5 * 2**failures)


async def _until(stop: asyncio.Event, work: Coroutine[None, None, bool]) -> bool:
    """What `work` returns; False when it was cancelled because `stop` was set."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
    try:
        return await working
    except asyncio.CancelledError:
        return False


def _until_due(job: Job) -> float:
    now = clock.now()
    return (job.next(now) - now).total_seconds()


async def _tried(database: Database, job: Job) -> bool:
    """Whether the job ran; why not is logged, without values."""
    try:
        done = await job.work(database)
    except Unavailable:
        _log.warning("database unavailable", job=job.name)
        return False
    except EhrError as error:
        _log.warning("job refused", job=job.name, error=type(error).__name__)
        return False
    except Exception as error:
        # One job's fault must not end the others; its text could hold what it worked on.
        _log.error("job failed", job=job.name, error=type(error).__name__)
        return False
    if done:
        _log.info("job done", job=job.name, count=done)
    return True


async def _stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Whether `stop` was set within `seconds`."""
    try:
        await asyncio.wait_for(stop.wait(), max(0.0, seconds))
    except TimeoutError:
        return False
    return True
