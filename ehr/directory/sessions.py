"""Browser sessions, as any API process finds them.

The key is the SHA-256 of the cookie, and `data` is sealed by the caller with a key made from
the cookie itself (`auth.session`): who steals the table has neither cookies nor tokens.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from ehr.db import Database


@dataclass(frozen=True, slots=True)
class WebSession:
    """A row of `web_session`."""

    key: bytes
    account: int | None
    data: dict[str, object]
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


_COLUMNS = "SELECT key, account_id, data, created_at, seen_at, expires_at FROM web_session"


async def create(db: Database, session: WebSession) -> None:
    """Store a new session."""
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO web_session (key, account_id, data, created_at, seen_at, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (
                session.key,
                session.account,
                Jsonb(session.data),
                session.created_at,
                session.seen_at,
                session.expires_at,
            ),
        )


async def find(db: Database, key: bytes) -> WebSession | None:
    """The session of a key, expired or not; None if there is none."""
    rows = await db.fetch_directory(f"{_COLUMNS} WHERE key = %s", (key,))
    return WebSession(*rows[0]) if rows else None


async def claim_refresh(db: Database, key: bytes, *, now: float, until: float) -> bool:
    """Take the turn to fetch new tokens, until an instant (seconds since 1970).

    False when another request has it. No connection is held while the issuer answers, and the
    turn of a process that died passes on.
    """
    async with db.administration() as tx:
        return bool(
            await tx.execute(
                "UPDATE web_session"
                " SET data = data || jsonb_build_object('claimed_until', %s::float8)"
                " WHERE key = %s AND coalesce((data ->> 'claimed_until')::float8, 0) <= %s",
                (until, key, now),
            )
        )


async def replace_data(db: Database, key: bytes, data: dict[str, object]) -> None:
    """Put new data in the place of the old, and end the turn."""
    async with db.administration() as tx:
        await tx.execute("UPDATE web_session SET data = %s WHERE key = %s", (Jsonb(data), key))


async def seen(db: Database, key: bytes, at: datetime) -> None:
    """Note that the session was used."""
    async with db.administration() as tx:
        await tx.execute("UPDATE web_session SET seen_at = %s WHERE key = %s", (at, key))


async def remove(db: Database, key: bytes) -> None:
    """Forget a session."""
    async with db.administration() as tx:
        await tx.execute("DELETE FROM web_session WHERE key = %s", (key,))
