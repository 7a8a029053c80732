"""A document recorded once: verb, reply and Idempotency-Key in one transaction."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b

import msgspec

from ehr import clock
from ehr.access import Access
from ehr.care.once import Recorded
from ehr.db import Database, Tx
from ehr.directory import idempotency

Work = Callable[[Tx], Awaitable[Recorded]]


async def once(
    db: Database, key: str, body: bytes, work: Work, *, access: Access
) -> idempotency.Reply:
    """The reply `{id}`: 201 when `work` recorded it now, 200 when it was there before.

    The same key with the same body gets the first reply again without any work; with another
    body it raises Unprocessable. A deadlock starts the whole again.
    """

    async def attempt(tx: Tx) -> idempotency.Reply:
        digest, now = blake2b(body, digest_size=32).digest(), clock.now()
        kept = await idempotency.begin(tx, access.account, key, body_hash=digest, now=now)
        if kept is not None:
            return kept
        recorded = await work(tx)
        reply = idempotency.Reply(
            201 if recorded.created else 200, {}, msgspec.json.encode({"id": recorded.id})
        )
        await idempotency.keep(tx, access.account, key, reply, body_hash=digest, now=now)
        return reply

    return await db.run(access, attempt)
