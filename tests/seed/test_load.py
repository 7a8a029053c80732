"""Loading: everything once, through the one write path, resumable."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from rich.console import Console

from ehr import clock
from ehr.db import Database
from seed import state
from seed.load import load, load_named, vacuum
from seed.plan import NotYet, Plan, WardPlan
from seed.progress import Shown
from seed.state import SeededOtherwise

SMALL = Plan(7, datetime(2026, 11, 23, 3, 30, tzinfo=UTC), (WardPlan("00004", 90),), days=60)

A_YEAR = Plan(7, SMALL.until, (WardPlan("00004", 120),))


async def count(db: Database, table: str, where: str = "true") -> int:
    async with db.administration() as tx:
        await tx.execute("SELECT set_config('app.every_ward', 'on', true)")
        await tx.execute("SELECT set_config('app.labels', '15', true)")
        rows = await tx.fetch(f"SELECT count(*) FROM {table} WHERE {where}")
    return int(rows[0][0])


class Breaks:
    """A watcher that ends a load in its midst."""

    def __init__(self, after: int) -> None:
        self.left = after

    def start(self, what: str, total: int) -> None:
        pass

    def advance(self, steps: int, resources: int) -> None:
        self.left -= resources
        if self.left < 0:
            raise ConnectionAbortedError("pulled the plug")


async def test_none_is_wards_staff_and_clients(empty: Database) -> None:
    loaded = await load_named(empty, "none")
    assert loaded.people == 0
    assert await count(empty, "ward") == 126
    assert await count(empty, "ward", "kind = 'phuong'") == 51
    assert await count(empty, "account", "kind = 'person'") == 254
    assert await count(empty, "account", "kind = 'client'") == 2
    assert await count(empty, "staff_assignment", "role = 'ward-clinician'") == 126
    assert await count(empty, "partner") == 2
    assert await count(empty, "resource", "ward = -1") == loaded.resources == 760
    assert await count(empty, "resource", "ward <> -1") == 0


async def test_running_again_writes_nothing(empty: Database) -> None:
    first = await load(empty, SMALL)
    before = await count(empty, "resource"), await count(empty, "visit")
    again = await load(empty, SMALL)
    assert first.people == 90
    assert (again.people, again.resources) == (0, 0)
    assert (await count(empty, "resource"), await count(empty, "visit")) == before
    assert await count(empty, "staff_assignment") == 126 * 4 + 2


async def test_an_interrupted_load_goes_on_where_it_stopped(empty: Database) -> None:
    with pytest.raises(ConnectionAbortedError):
        await load(empty, A_YEAR, Breaks(after=760 + 500))
    written = await count(empty, "resource", "pat IS NOT NULL")
    assert written > 500
    rest = await load(empty, A_YEAR)
    assert 0 < rest.people < 120
    assert await count(empty, "resource_directory") == 760 + written + rest.resources
    assert await count(empty, "resource", "pat = rid") == 120


async def test_a_larger_plan_follows_a_smaller_one(empty: Database) -> None:
    await load(empty, SMALL)
    larger = Plan(SMALL.number, SMALL.until, (WardPlan("00004", 140),), days=60)
    more = await load(empty, larger)
    assert 40 < more.people <= 55


async def test_an_assignment_that_was_ended_is_not_brought_back(empty: Database) -> None:
    await load_named(empty, "none")
    async with empty.administration() as tx:
        await tx.execute("UPDATE staff_assignment SET valid_to = '2026-01-01'")
        await tx.execute("UPDATE partner SET types = '{}'")
    await load_named(empty, "none")
    assert await count(empty, "staff_assignment", "valid_to IS NULL") == 0
    assert await count(empty, "partner", "types = '{}'") == 2


async def test_the_first_run_fixes_the_last_day(empty: Database) -> None:
    clock.freeze(datetime(2026, 11, 23, 3, 33, 20, tzinfo=UTC))
    try:
        await load_named(empty, "none", 11)
        clock.freeze(datetime(2026, 12, 24, tzinfo=UTC))
        later = await state.begin(empty, None, clock.now())
    finally:
        clock.freeze(None)
    assert later.number == 11
    assert later.size == "none"
    assert later.until == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
    rows = await empty.fetch_directory("SELECT value FROM system_state WHERE key='seed.last_day'")
    assert rows == [("2026-11-23",)]


async def test_a_second_number_is_refused(empty: Database) -> None:
    await load_named(empty, "none", 11)
    with pytest.raises(SeededOtherwise, match="number 11, not 12"):
        await load_named(empty, "none", 12)


async def test_a_size_that_is_not_there_is_refused_before_anything_is_fixed(
    empty: Database,
) -> None:
    with pytest.raises(NotYet, match="comes later"):
        await load_named(empty, "city")
    with pytest.raises(ValueError, match="choose one of none, small, ward, city"):
        await load_named(empty, "huge")
    assert await count(empty, "system_state", "key LIKE 'seed.%%'") == 0
    assert await count(empty, "ward") == 0


async def test_progress_is_told_in_lines_where_there_is_no_terminal(empty: Database) -> None:
    said = StringIO()
    with Shown(Console(file=said, width=120)) as watcher:
        await load(empty, SMALL, watcher)
    lines = said.getvalue().splitlines()
    assert "· Wards and staff: 760" in lines
    assert "· Residents of 00004: 90" in lines
    assert any("90 of 90" in line and "/s, 0 s to go" in line for line in lines)


async def test_after_a_load_the_planner_knows_the_tables(
    fresh: Callable[[str], str], empty: Database
) -> None:
    await load_named(empty, "none")
    vacuum(fresh("ehr_owner"))
    with psycopg.connect(fresh("postgres")) as connection:
        (rows,) = connection.execute(
            "SELECT count(*) FROM pg_stat_user_tables WHERE last_analyze > now() - %s::interval"
            " AND relname IN ('resource', 'resource_index', 'visit', 'ward')",
            (timedelta(minutes=5),),
        ).fetchone() or (0,)
    assert rows == 4
