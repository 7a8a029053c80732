"""A worker answers what was asked to be answered later, as the one who asked.

Who that is, and what he may do and see, is decided anew: the claims of his token were kept, the
directory is read when the request is answered. The interaction, its rights, its audit event and
its errors are those of any request; only a statement may take longer.
"""

import asyncio
import contextlib

import msgspec

from auth.claims import Claims
from ehr.access import Access
from ehr.db import Database
from ehr.directory import async_requests, search_parameters
from ehr.directory.async_requests import Answer, Claimed
from ehr.directory.standing import standing
from ehr.errors import EhrError, TooCostly
from fhir_api.bundles.replies import MOST_BYTES
from fhir_api.call import Service
from fhir_api.request import Request
from fhir_api.wire.errors import failure, refusal
from fhir_api.wire.responses import Reply

ATTEMPTS = 3
"""Workers that may fall over one request, or find no database for it, before it has failed."""
HOLD_SECONDS = 5.0
AGAIN_SECONDS = 5
MOST_IN_A_ROW = 50
"""Requests before a worker looks whether it is told to stop."""


async def answer_waiting(service: Service, jobs: Database) -> int:
    """Answer what waits, one after the other; how many were. `jobs` is the job role's."""
    for done in range(MOST_IN_A_ROW):
        claimed = await async_requests.claim(jobs)
        if claimed is None:
            return done
        await _carry_out(service, jobs, claimed)
    return MOST_IN_A_ROW


async def _carry_out(service: Service, jobs: Database, claimed: Claimed) -> None:
    """Answer one request, unless it is cancelled meanwhile; told to stop, hand it back."""
    if claimed.attempts > ATTEMPTS:
        await _finish(service, jobs, claimed, failure(), None)
        return
    work = asyncio.create_task(_answer(service, claimed))
    try:
        if not await _held(jobs, claimed, work):
            return
        reply, access = work.result()
    except asyncio.CancelledError:
        await async_requests.give_back(jobs, claimed, after=0, counted=False)
        raise
    finally:
        await _stopped(work)
    if reply.status == 503 and claimed.attempts < ATTEMPTS:
        await async_requests.give_back(jobs, claimed, after=AGAIN_SECONDS, counted=True)
    else:
        await _finish(service, jobs, claimed, reply, access)


async def _held(
    jobs: Database, claimed: Claimed, work: "asyncio.Task[tuple[Reply, Access | None]]"
) -> bool:
    """Wait for the work while the request is ours; whether it came to its end."""
    while True:
        await asyncio.wait({work}, timeout=HOLD_SECONDS)
        if work.done():
            return True
        if not await async_requests.hold(jobs, claimed):
            return False


async def _stopped(work: "asyncio.Task[tuple[Reply, Access | None]]") -> None:
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError, EhrError):
            await work


async def _answer(service: Service, claimed: Claimed) -> tuple[Reply, Access | None]:
    """The reply to the request and the caller it is for; errors become replies."""
    request = Request(
        claimed.method,
        claimed.path,
        claimed.query,
        {name.encode(): text.encode("latin-1") for name, text in claimed.headers.items()},
        claimed.body,
        id=claimed.request,
        address=claimed.address,
    )
    try:
        await search_parameters.refresh(service.db)
        claims = msgspec.json.decode(claimed.claims, type=Claims)
        access = await service.authenticator.again(claims, claimed.address)
    except EhrError as error:
        return await service.refused(service, request, None, refusal(error)), None
    reply = await service.answer(service, request, access, service.db)
    if len(reply.body) > MOST_BYTES:
        reply = refusal(TooCostly(f"An answer has {MOST_BYTES} bytes at most; ask for less."))
    return reply, access


async def _finish(
    service: Service, jobs: Database, claimed: Claimed, reply: Reply, access: Access | None
) -> None:
    of = standing(access) if access else b""
    answer = Answer(reply.status, reply.body, reply.patients, of, reply.label)
    await async_requests.finish(jobs, claimed, answer, seconds=service.async_seconds)
