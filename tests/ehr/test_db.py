"""The pool and its transactions: what is set, what is left behind, what errors become."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest
from fixtures import callers

from ehr.access import Access
from ehr.db import Database
from ehr.embedded import Embedded
from ehr.errors import Conflict, Forbidden, Invalid, Unavailable

RESOURCE = (
    "INSERT INTO resource (bucket, rid, rtype, id, version, ward, pat, label, lu, deleted, fmt,"
    " content) VALUES (%s, %s, 1, %s, 1, %s, %s, %s, %s, false, 0, '{}')"
)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def put(
    db: Database, access: Access, rid: int, ward: int, *, pat: int | None = None, label: int = 0
) -> None:
    async with db.transaction(access) as tx:
        await tx.execute(RESOURCE, (ward * 4, rid, f"r{rid}", ward, pat, label, NOW))


async def rids(db: Database, access: Access) -> set[int]:
    return {row[0] for row in await db.fetch(access, "SELECT rid FROM resource")}


@pytest.mark.parametrize(
    ("access", "seen"),
    [
        (callers.clinician(1), {1}),
        (callers.clinician(2), {2, 4}),
        (callers.several(1, 2), {1, 2, 4}),
        (callers.system(), {1, 2, 3, 4}),
        (callers.analyst(), set()),
        (callers.nobody(), set()),
        (callers.hospital(), set()),
    ],
    ids=["ward 1", "the other ward", "two wards", "system", "city analyst", "nobody", "hospital"],
)
async def test_row_level_security_shows_each_caller_its_wards(
    db: Database, access: Access, seen: set[int]
) -> None:
    await put(db, callers.system(), 1, 1)
    await put(db, callers.system(), 2, 2)
    await put(db, callers.system(), 3, 3, label=8)
    await put(db, callers.system(), 4, 2, label=1)
    assert await rids(db, access) == seen


async def test_a_grant_shows_one_patient_until_it_ends(db: Database) -> None:
    await put(db, callers.system(), 1, 1, pat=1)
    await put(db, callers.system(), 2, 1, pat=2)
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until) VALUES"
            " (11, 1, 'referral', 'a', now() - interval '1 day', now() + interval '1 day'),"
            " (11, 2, 'referral', 'b', now() - interval '2 day', now() - interval '1 day')"
        )
    assert await rids(db, callers.hospital()) == {1}


async def test_a_ward_cannot_write_into_another(db: Database) -> None:
    with pytest.raises(Forbidden):
        await put(db, callers.clinician(1), 5, 2)


async def test_nothing_is_visible_when_no_caller_is_set(db: Database) -> None:
    await put(db, callers.system(), 1, 1)
    assert await db.fetch_directory("SELECT rid FROM resource") == []


async def test_a_failed_transaction_leaves_nothing(committed: Database) -> None:
    with pytest.raises(RuntimeError):
        async with committed.transaction(callers.system()) as tx:
            await tx.execute(RESOURCE, (4, 1, "a", 1, None, 0, NOW))
            raise RuntimeError
    assert await rids(committed, callers.system()) == set()


async def test_the_last_caller_is_forgotten_by_the_pooled_connection(
    postgres: Embedded, clone: str
) -> None:
    """One connection: of two, the pool would take turns, and nobody would come after anybody."""
    database = await Database.open(postgres.url("ehr_app", clone), size=1, name="test")
    settings = ", ".join(
        f"coalesce(current_setting('app.{name}', true), '')"
        for name in ("wards", "every_ward", "labels", "grantee")
    )
    await put(database, callers.system(), 1, 1)
    for access in (callers.system(), callers.clinician(1), callers.hospital()):
        await rids(database, access)
        await database.search(access, "SELECT 1")
        async with database.transaction(access) as tx:
            await tx.fetch("SELECT 1")
        assert await database.fetch_directory("SELECT rid FROM resource") == []
        assert await database.fetch_directory(f"SELECT {settings}") == [("", "", "", "")]
    await database.close()


async def test_a_thousand_interleaved_callers_see_only_their_own(committed: Database) -> None:
    await put(committed, callers.system(), 1, 1)
    await put(committed, callers.system(), 2, 2)

    async def ask(ward: int, abort: bool) -> None:
        task = asyncio.create_task(rids(committed, callers.clinician(ward)))
        if abort:
            await asyncio.sleep(0)
            task.cancel()
        answer = (await asyncio.gather(task, return_exceptions=True))[0]
        assert answer == {ward} or (abort and isinstance(answer, asyncio.CancelledError))

    for start in range(0, 1000, 20):
        await asyncio.gather(*(ask(1 + n % 2, abort=n % 7 == 3) for n in range(start, start + 20)))


async def test_a_deadlock_is_tried_again_and_then_told(committed: Database) -> None:
    await put(committed, callers.system(), 1, 1)
    await put(committed, callers.system(), 2, 1)
    met = asyncio.Barrier(2)
    rounds: list[int] = []

    async def cross(first: int, second: int) -> None:
        async def work(tx: object) -> None:
            rounds.append(first)
            await tx.execute("UPDATE resource SET version = 2 WHERE rid = %s", (first,))  # type: ignore[attr-defined] # a Tx
            if len(rounds) <= 2:
                await met.wait()
            await tx.execute("UPDATE resource SET version = 3 WHERE rid = %s", (second,))  # type: ignore[attr-defined] # a Tx

        await committed.run(callers.system(), work)

    await asyncio.gather(cross(1, 2), cross(2, 1))
    assert len(rounds) >= 3


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT 1/0", Invalid),
        ("INSERT INTO system_state (key, value) VALUES ('a', 'b'), ('a', 'b')", Conflict),
        ("SELECT * FROM audit_event", Forbidden),
        ("SELECT * FROM fact", Forbidden),
        ("SELECT * FROM of_a_version_to_come", Unavailable),
    ],
)
async def test_errors_of_the_server_become_ours(
    db: Database, statement: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        async with db.administration() as tx:
            await tx.execute(statement)
    assert "system_state" not in str(caught.value)


async def test_a_server_that_is_away_is_unavailable_and_comes_back(
    postgres: Embedded, clone: str
) -> None:
    database = await Database.open(postgres.url("ehr_app", clone), size=2, name="test")
    try:
        with pytest.raises(Unavailable):
            async with database.administration() as tx:
                await tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert await database.fetch_directory("SELECT 1") == [(1,)]
    finally:
        await database.close()


PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = %s"
ONE = "SELECT rid FROM resource WHERE bucket = $1 AND rid = $2"
ASKED = ONE.replace("$1", "%s").replace("$2", "%s")


@pytest.fixture
async def alone(postgres: Embedded) -> AsyncIterator[Database]:
    """One connection, so that every statement meets the plans of the one before."""
    database = await Database.open(postgres.url("ehr_app"), size=1, name="test")
    yield database
    await database.close()


async def planned(db: Database) -> tuple[int, int]:
    """How often the statement above was run by one plan for all values, and by its own."""
    ((once, each),) = await db.fetch_directory(PLANS, (ONE,))
    return (once, each)


async def test_what_is_found_by_keys_is_planned_once(alone: Database) -> None:
    for number in range(9):
        await alone.fetch(callers.system(), ASKED, (4, number))
    once, each = await planned(alone)
    assert once > 0
    assert each == 0


async def test_a_search_is_planned_for_its_values(alone: Database) -> None:
    for number in range(9):
        await alone.search(callers.system(), ASKED, (4, number))
    once, each = await planned(alone)
    assert once == 0
    assert each > 0


async def test_a_search_within_a_transaction_too(alone: Database) -> None:
    async with alone.transaction(callers.system()) as tx:
        for number in range(9):
            await tx.search(ASKED, (4, number))
        mode = await tx.fetch("SELECT current_setting('plan_cache_mode')")
    assert (await planned(alone))[0] == 0
    assert mode == [("force_generic_plan",)]


async def test_how_to_plan_ends_with_the_transaction(alone: Database) -> None:
    await alone.fetch(callers.system(), ASKED, (4, 1))
    mode = await alone.fetch_directory("SELECT current_setting('plan_cache_mode')")
    assert mode == [("force_custom_plan",)]


@pytest.mark.parametrize(
    ("seconds", "timeouts"),
    [({}, ["5s", "2s", "10s"]), ({"statement_seconds": 60}, ["1min", "1min", "1min"])],
    ids=["somebody waits", "nobody waits"],
)
async def test_work_that_nobody_waits_for_has_more_time(
    postgres: Embedded, seconds: dict[str, int], timeouts: list[str]
) -> None:
    database = await Database.open(postgres.url("ehr_app"), size=1, name="patient", **seconds)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    try:
        assert await database.fetch_directory(f"SELECT {asked}") == [tuple(timeouts)]
    finally:
        await database.close()


@pytest.mark.parametrize("query", ["SELECT FROM not_yet", "SELECT not_yet FROM resource"])
async def test_a_schema_of_another_version_is_for_later(db: Database, query: str) -> None:
    with pytest.raises(Unavailable):
        await db.fetch(callers.system(), query)


async def test_a_read_of_a_table_that_an_upgrade_holds_is_for_later(
    postgres: Embedded, clone: str
) -> None:
    database = await Database.open(postgres.url("ehr_app", clone), size=1, name="test")
    with psycopg.connect(postgres.url("ehr_owner", clone)) as upgrade:
        upgrade.execute("LOCK TABLE resource IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Unavailable):
            await database.fetch(callers.system(), "SELECT FROM resource")
    await database.close()


async def test_a_database_that_is_away_is_waited_for_once(postgres: Embedded) -> None:
    url = postgres.url("ehr_app") + " port=1 connect_timeout=1"
    database = await Database.open(url, size=1, name="away", wait=False)
    try:
        with pytest.raises(Unavailable):
            await database.fetch(callers.clinician(), "SELECT 1")
        assert database._pool.get_stats()["requests_num"] == 1
    finally:
        await database.close()
