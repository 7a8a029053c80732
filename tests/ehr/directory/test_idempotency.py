"""The same key twice: the same reply, one effect; another body: refused."""

import asyncio
from datetime import UTC, datetime

import pytest

from ehr.db import Database
from ehr.directory import idempotency
from ehr.directory.idempotency import KEPT, Reply
from ehr.errors import Unprocessable

NOW = datetime(2026, 11, 1, tzinfo=UTC)
REPLY = Reply(201, {"Location": "Patient/1"}, b"{}")


async def test_a_reply_is_kept_for_a_day(db: Database) -> None:
    async with db.administration() as tx:
        assert await idempotency.begin(tx, 1, "k", body_hash=b"h", now=NOW) is None
        await idempotency.keep(tx, 1, "k", REPLY, body_hash=b"h", now=NOW)
    async with db.administration() as tx:
        assert await idempotency.begin(tx, 1, "k", body_hash=b"h", now=NOW + KEPT) == REPLY
        assert await idempotency.begin(tx, 2, "k", body_hash=b"h", now=NOW) is None
        assert await idempotency.begin(tx, 1, "other", body_hash=b"h", now=NOW) is None
        with pytest.raises(Unprocessable):
            await idempotency.begin(tx, 1, "k", body_hash=b"another", now=NOW)
        later = NOW + KEPT * 1.01
        assert await idempotency.begin(tx, 1, "k", body_hash=b"another", now=later) is None


async def test_two_at_once_are_one(committed: Database) -> None:
    firsts = 0

    async def request() -> Reply:
        nonlocal firsts
        async with committed.administration() as tx:
            kept = await idempotency.begin(tx, 1, "k", body_hash=b"h", now=NOW)
            if kept is None:
                firsts += 1
                await asyncio.sleep(0.05)
                await idempotency.keep(tx, 1, "k", REPLY, body_hash=b"h", now=NOW)
            return kept or REPLY

    assert await asyncio.gather(*(request() for _ in range(6))) == [REPLY] * 6
    assert firsts == 1
