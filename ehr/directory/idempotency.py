"""Doing a thing once: replies kept under an Idempotency-Key, and a lock on criteria.

A reply is written in the writer's own transaction, so that it is kept exactly when what it tells
of is stored; it is kept for 24 hours. Draft: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from ehr.db import Tx
from ehr.errors import Unprocessable
from ehr.search import hashing

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: bytes


async def begin(tx: Tx, account: int, key: str, *, body_hash: bytes, now: datetime) -> Reply | None:
    """The reply kept for `key`, or None when this request is the first and now holds the key.

    A second request with the same key waits for the first one's transaction to end. Raises
    Unprocessable when the key was used for another body.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (key, account))
    await tx.execute(
        "DELETE FROM idempotency_key WHERE account_id = %s AND key = %s AND created_at < %s",
        (account, key, now - KEPT),
    )
    rows = await tx.fetch(
        "SELECT body_hash, status, headers, reply FROM idempotency_key"
        " WHERE account_id = %s AND key = %s",
        (account, key),
    )
    if not rows:
        return None
    known_hash, status, headers, body = rows[0]
    if known_hash != body_hash:
        raise Unprocessable(
            "This Idempotency-Key was used for another request.", details="key-reused"
        )
    return Reply(status, headers, body)


async def keep(
    tx: Tx, account: int, key: str, reply: Reply, *, body_hash: bytes, now: datetime
) -> None:
    """Keep the reply, in the transaction that `begin` was called in."""
    await tx.execute(
        "INSERT INTO idempotency_key (account_id, key, body_hash, status, headers, reply,"
        " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (account, key, body_hash, reply.status, Jsonb(reply.headers), reply.body, now),
    )


async def lock(tx: Tx, criteria: Collection[str]) -> None:
    """Hold each of `criteria` until the transaction ends; waits for those who hold one.

    Everybody takes them in one order, so that no two transactions wait for each other.
    """
    hasher = hashing.installed().hasher
    numbers = sorted({hasher.key(0, "criteria", one) for one in criteria})
    await tx.fetch("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS t(n)", (numbers,))
