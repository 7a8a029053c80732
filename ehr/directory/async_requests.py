"""Requests that are answered later: kept by the API, answered by a worker, read by who asked.

A row is seen by its own caller (account and client) and by the job role; its id is 192 random
bits. A worker holds a request by a lease that it renews, so that the request of a worker which
was killed is taken by the next one; `attempts` tells the old holder from the new.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Jsonb

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.directory.standing import in_sight
from ehr.errors import Throttled

LEASE_SECONDS = 30
AT_ONCE = 1
"""Requests of one caller that are answered at the same time."""

_ASK = """
INSERT INTO async_request (id, account, client, claims, address, request, method, path, query,
  headers, body, asked_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp(),
  statement_timestamp() + make_interval(secs => %s))"""
_STATE = """
SELECT method, path, leased_until > statement_timestamp(), status, answer, patients, standing,
  label, expires_at
FROM async_request WHERE id = %s AND expires_at > statement_timestamp()"""
_CLAIM = """
UPDATE async_request a SET attempts = a.attempts + 1,
  leased_until = statement_timestamp() + make_interval(secs => %s)
WHERE a.id = (
  SELECT w.id FROM async_request w
  WHERE w.finished_at IS NULL AND w.expires_at > statement_timestamp()
    AND (w.leased_until IS NULL OR w.leased_until <= statement_timestamp())
    AND (SELECT count(*) FROM async_request o WHERE o.account = w.account AND o.client = w.client
         AND o.finished_at IS NULL AND o.leased_until > statement_timestamp()) < %s
  ORDER BY w.asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING a.id, a.attempts, a.claims, a.address, a.request, a.method, a.path, a.query, a.headers,
  a.body"""
_TURN = "SELECT pg_advisory_xact_lock(7203003)"
"""Of two workers that claim at once neither would see what the other takes of the same caller."""
_COUNT = """
SELECT count(*) FROM async_request
WHERE account = %s AND client = %s AND expires_at > statement_timestamp()"""
_CANCEL = "DELETE FROM async_request WHERE id = %s AND expires_at > statement_timestamp()"
_HOLD = """
UPDATE async_request SET leased_until = statement_timestamp() + make_interval(secs => %s)
WHERE id = %s AND attempts = %s AND finished_at IS NULL"""
_GIVE_BACK = """
UPDATE async_request SET attempts = greatest(attempts - %s, 0),
  leased_until = statement_timestamp() + make_interval(secs => %s)
WHERE id = %s AND attempts = %s AND finished_at IS NULL"""
_FINISH = """
UPDATE async_request SET finished_at = statement_timestamp(), leased_until = NULL, body = '',
  status = %s, answer = %s, patients = %s, standing = %s, label = %s,
  expires_at = statement_timestamp() + make_interval(secs => %s)
WHERE id = %s AND attempts = %s AND finished_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be answered later; `claims` are its caller's, as `auth` writes them."""

    claims: bytes
    address: str | None
    request: str | None
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claimed(Asked):
    """One that a worker has taken; `attempts` counts this time."""

    id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, and of whom it tells.

    `standing` is that of the caller it was made for, empty where it tells of nothing.
    """

    status: int
    body: bytes
    patients: tuple[int, ...]
    standing: bytes
    label: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """How far a request is; `in_sight`: whether all it tells of may still be seen."""

    method: str
    path: str
    is_running: bool
    expires_at: datetime
    answer: Answer | None = None
    in_sight: bool = True


async def ask(db: Database, asked: Asked, *, limit: int, seconds: int, access: Access) -> str:
    """The id of a request that is now kept; raises Throttled when the caller has `limit` of them.

    An answer counts until it is deleted or `seconds` have passed since it was made.
    """
    id = secrets.token_urlsafe(24)
    async with db.transaction(access) as tx:
        await _as_caller(tx, access)
        await tx.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7203002))", (_caller(access),)
        )
        ((kept,),) = await tx.fetch(_COUNT, (access.account, access.client))
        if kept >= limit:
            raise Throttled(
                f"You have {kept} requests that are answered later; delete one, or wait."
            )
        await tx.execute(
            _ASK,
            (
                id, access.account, access.client, asked.claims, asked.address, asked.request,
                asked.method, asked.path, asked.query, Jsonb(dict(asked.headers)), asked.body,
                seconds,
            ),
        )  # fmt: skip
    return id


async def find(db: Database, id: str, *, access: Access) -> State | None:
    """How far a request of this caller is; None for what is another's, unknown or expired."""
    async with db.transaction(access) as tx:
        await _as_caller(tx, access)
        rows = await tx.fetch(_STATE, (id,))
        if not rows:
            return None
        method, path, is_running, status, body, patients, of, label, expires_at = rows[0]
        if status is None:
            return State(method, path, bool(is_running), expires_at)
        is_seen = await in_sight(tx, patients)
    answer = Answer(status, body, tuple(patients), of, label or 0)
    return State(method, path, False, expires_at, answer, is_seen)


async def cancel(db: Database, id: str, *, access: Access) -> bool:
    """Forget a request or its answer; whether it was there. Whoever is at it stops."""
    async with db.transaction(access) as tx:
        await _as_caller(tx, access)
        return bool(await tx.execute(_CANCEL, (id,)))


async def claim(jobs: Database) -> Claimed | None:
    """The request that waits longest, of a caller for whom none is under way; None for none."""
    async with jobs.administration() as tx:
        _, rows = await tx.fetch_all([(_TURN, None), (_CLAIM, (LEASE_SECONDS, AT_ONCE))])
    if not rows:
        return None
    id, attempts, *rest = rows[0]
    claims, address, request, method, path, query, headers, body = rest
    return Claimed(
        claims, address, request, method, path, query, headers, body, id=id, attempts=attempts
    )


async def hold(jobs: Database, claimed: Claimed) -> bool:
    """Renew the lease; False once the request was cancelled or is another worker's."""
    return await _change(jobs, _HOLD, (LEASE_SECONDS, claimed.id, claimed.attempts))


async def give_back(jobs: Database, claimed: Claimed, *, after: int, counted: bool) -> None:
    """Let another worker take it, in `after` seconds; not `counted`: as if it was never tried."""
    await _change(jobs, _GIVE_BACK, (0 if counted else 1, after, claimed.id, claimed.attempts))


async def finish(jobs: Database, claimed: Claimed, answer: Answer, *, seconds: int) -> bool:
    """Keep the answer for `seconds`; whether it was still wanted, and ours to give."""
    return await _change(
        jobs,
        _FINISH,
        (
            answer.status, answer.body, list(answer.patients), answer.standing, answer.label,
            seconds,
            claimed.id, claimed.attempts,
        ),
    )  # fmt: skip


async def _change(jobs: Database, statement: LiteralString, params: tuple[object, ...]) -> bool:
    async with jobs.administration() as tx:
        return bool(await tx.execute(statement, params))


def _caller(access: Access) -> str:
    return f"{access.account}|{access.client}"


async def _as_caller(tx: Tx, access: Access) -> None:
    """What row-level security compares a row's account and client with."""
    await tx.execute("SELECT set_config('app.caller', %s, true)", (_caller(access),))
