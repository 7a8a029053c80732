"""Facts plus deltas are always what the visits say: whatever is written, folded or rebuilt."""

import asyncio
import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from fixtures import callers
from fixtures.visiting import Records, condition, encounter, patient

from ehr.aggregates import fold as folding
from ehr.aggregates.fold import fold
from ehr.aggregates.recount import Difference, differences, rebuild
from ehr.db import Database
from ehr.fhir.resource import Resource
from ehr.visits.measures import (
    DAY,
    MARGINS,
    MONTH,
    VISITS_BY_AGE_AND_SEX,
    VISITS_BY_CHAPTER,
    VISITS_BY_INSURANCE,
    WEEK,
)

AN = patient("an")


@pytest.fixture
def records(committed: Database) -> Records:
    return Records(committed, callers.clinician())


async def facts(jobs: Database, measure: int, grain: int) -> dict[tuple[Any, ...], int]:
    """(place, period, the measure's dimensions …) → value, zeros left out."""
    names = [name for name in ("band", "sex", "chapter", "insurance") if name in MARGINS[measure]]
    rows = await jobs.fetch_directory(
        f"SELECT place, period, {', '.join(names)}, value FROM fact"
        " WHERE measure = %s AND grain = %s AND value <> 0",
        (measure, grain),
    )
    return {tuple(row[:-1]): row[-1] for row in rows}


async def test_a_visit_becomes_a_cell_of_each_measure_and_grain(
    records: Records, jobs: Database
) -> None:
    await records.save(AN, encounter("v1", AN), condition("c1", AN, "v1"))
    assert await fold(jobs) == 1
    monday, month = date(2026, 11, 23), date(2026, 11, 1)
    assert await facts(jobs, VISITS_BY_AGE_AND_SEX, MONTH) == {(1, month, 5, 2): 1}
    assert await facts(jobs, VISITS_BY_CHAPTER, WEEK) == {(1, monday, 9): 1}
    assert await facts(jobs, VISITS_BY_INSURANCE, DAY) == {(1, monday, 1): 1}
    assert await jobs.fetch_directory("SELECT count(*) FROM fact") == [(9,)]
    assert await jobs.fetch_directory("SELECT count(*) FROM fact_delta") == [(0,)]
    assert await fold(jobs) == 0


async def test_a_week_begins_on_monday_and_may_span_two_months(
    records: Records, jobs: Database
) -> None:
    await records.save(AN, encounter("v1", AN, start="2026-12-01"))
    await fold(jobs)
    assert await facts(jobs, VISITS_BY_INSURANCE, WEEK) == {(1, date(2026, 11, 30), 1): 1}
    assert await facts(jobs, VISITS_BY_INSURANCE, MONTH) == {(1, date(2026, 12, 1), 1): 1}


def random_visit(rng: random.Random, residents: list[Resource]) -> list[Resource]:
    """A visit of any day, place, state and diagnosis; one of twenty names, so also corrections."""
    name, whose = f"v{rng.randrange(20)}", rng.choice(residents)
    visit = encounter(
        name,
        whose,
        start=f"2026-{rng.choice((10, 11))}-{rng.randrange(1, 29):02}T10:00:00+07:00",
        place=rng.choice(["ward-00004", "ward-00008", "ward-00145", "bachmai", None]),
        insured=rng.choice([True, False, None]),
        status=rng.choice(["finished", "finished", "in-progress"]),
    )
    code = rng.choice(["I10", "J00", "E11.9", "Z23", "nonsense"])
    return [visit, condition(f"{name}-c", whose, name, code)]


@pytest.mark.parametrize("seed", range(4))
async def test_no_history_of_writes_makes_a_difference(
    records: Records, jobs: Database, seed: int
) -> None:
    rng = random.Random(seed)
    residents = [patient(f"p{n}", born=f"{1940 + 12 * n}-06-01") for n in range(6)]
    await records.save(*residents)
    live: dict[str, list[Resource]] = {}
    for _ in range(60):
        match rng.randrange(8):
            case 0 if live:
                await records.delete(*live.pop(rng.choice(sorted(live))))
            case 1:
                born, sex = f"{rng.randrange(1930, 2026)}-01-01", rng.choice(["male", "female"])
                await records.save(patient(f"p{rng.randrange(6)}", born=born, sex=sex))
            case 2:
                await fold(jobs, batch=rng.choice([1, 3, 1000]))
            case _:
                visit = random_visit(rng, residents)
                live[visit[0]["id"]] = visit
                await records.save(*visit)
    assert await differences(jobs) == []
    await fold(jobs)
    assert await differences(jobs) == []
    before = await everything(jobs)
    assert sum(before.values()) == 9 * await finished(jobs)
    await rebuild(jobs)
    assert await everything(jobs) == before


async def everything(jobs: Database) -> Counter[tuple[Any, ...]]:
    """All cells that are not zero."""
    rows = await jobs.fetch_directory(
        "SELECT place, grain, period, measure, band, sex, chapter, insurance, value FROM fact"
        " WHERE value <> 0"
    )
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


async def finished(jobs: Database) -> int:
    """How many visits count."""
    async with jobs.administration() as tx:
        return int((await tx.fetch("SELECT count(*) FROM visit WHERE counted"))[0][0])


async def test_a_wrong_figure_is_named_and_rebuilt(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN))
    await fold(jobs)
    async with jobs.administration() as tx:
        await tx.execute(
            "UPDATE fact SET value = 3 WHERE measure = %s AND grain = %s",
            (VISITS_BY_INSURANCE, MONTH),
        )
        await tx.execute(
            "INSERT INTO fact_delta (place, day, measure, band, sex, chapter, insurance, value)"
            " VALUES (0, '2026-01-05', 1, 1, 1, 1, 1, 1)"
        )
    found = await differences(jobs)
    wrong = Difference(1, MONTH, date(2026, 11, 1), VISITS_BY_INSURANCE, -1, -1, -1, 1, 3, 1)
    assert wrong in found
    assert len(found) == 10
    await rebuild(jobs)
    assert await differences(jobs) == []


async def test_several_workers_fold_while_many_write(records: Records, jobs: Database) -> None:
    await records.save(AN)
    stop = asyncio.Event()

    async def worker() -> None:
        while not stop.is_set():
            await fold(jobs, batch=7)

    async def compare() -> None:
        while not stop.is_set():
            assert await differences(jobs) == []

    async def write(writer: int) -> None:
        mine = Records(records.db, callers.clinician(), first=1000 * (writer + 1))
        await mine.save(whose := patient(f"w{writer}"))
        for n in range(15):
            await mine.save(encounter(f"w{writer}-{n}", whose))

    workers = [asyncio.create_task(task) for task in (worker(), worker(), compare())]
    await asyncio.gather(*(write(n) for n in range(4)))
    await rebuild(jobs)
    stop.set()
    await asyncio.gather(*workers)
    await fold(jobs)
    assert await differences(jobs) == []
    assert await finished(jobs) == 60


async def test_a_rebuild_keeps_folding_out(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN))
    async with jobs.administration() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (folding.LOCK,))
        assert await fold(jobs) == 0
    assert await fold(jobs) == 1
