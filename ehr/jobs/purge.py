"""Forget what has expired: browser sessions, and replies kept for repeated or late requests."""

from ehr.db import Database

_SESSIONS = "DELETE FROM web_session WHERE expires_at < statement_timestamp()"
_KEYS = """
DELETE FROM idempotency_key WHERE created_at < statement_timestamp() - interval '24 hours'"""
_ANSWERS = "DELETE FROM async_request WHERE expires_at < statement_timestamp()"


async def purge(db: Database) -> int:
    """Delete what has expired; how many rows. `db` is the job role's."""
    async with db.administration() as tx:
        return sum(await tx.execute_all([(_SESSIONS, None), (_KEYS, None), (_ANSWERS, None)]))
