"""The report of visits: what it counts, by brute force, and to whom it answers."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from fixtures import callers
from fixtures.figures import all_wards, city, store
from fixtures.visiting import Records, condition, encounter, patient

from ehr.access import Access, Role
from ehr.aggregates import figures
from ehr.aggregates.fold import fold
from ehr.db import Database
from ehr.embedded import Embedded
from ehr.errors import Forbidden, InvalidQuery, NotFound
from ehr.reports import visits
from ehr.reports.render.json import Json, as_json
from ehr.reports.report import Params
from ehr.reports.run import make, run
from ehr.visits.measures import MARGINS

NOVEMBER = Params(date(2026, 11, 1))
PLACES = {"ward-00004": "00004", "ward-00008": "00008", "ward-00145": "00145"}


async def answer(reports: Database, params: Params = NOVEMBER, *, threshold: int = 5) -> Json:
    """The report as JSON."""
    return as_json(await make(reports, "visits", params, threshold=threshold))


@pytest.fixture
async def written(committed: Database) -> Counter[tuple[str, ...]]:
    """Random visits of October and November; those of November by ward, age, sex, chapter,
    insurance."""
    rng = random.Random(7)
    records = Records(committed, callers.several(1, 2, 3))
    ages = {"1-4": "2023-06-01", "15-39": "1995-06-01", "60-69": "1962-06-01", "80+": "1940-06-01"}
    people = [
        (age, sex, patient(f"{age}{sex}", born=born, sex=sex))
        for age, born in ages.items()
        for sex in ("male", "female")
    ]
    chapters = {"I10": "IX", "J06.9": "X", "E11.9": "IV", "": "unknown"}
    await records.save(*(person for _, _, person in people))
    counted: Counter[tuple[str, ...]] = Counter()
    batch = []
    for n in range(400):
        age, sex, person = rng.choice(people)
        place, month = rng.choice([*PLACES, "bachmai"]), rng.choice((10, 11, 11))
        code, insured = rng.choice(list(chapters)), rng.choice((True, True, False))
        status = rng.choice(("finished", "finished", "finished", "in-progress"))
        start = f"2026-{month}-{rng.randint(1, 30):02}T09:00:00+07:00"
        batch.append(
            encounter(f"v{n}", person, start=start, place=place, insured=insured, status=status)
        )
        if code:
            batch.append(condition(f"c{n}", person, f"v{n}", code))
        if place in PLACES and month == 11 and status == "finished":
            cell = (PLACES[place], age, sex, chapters[code], "yes" if insured else "no")
            counted[cell] += 1
    await records.save(*batch)
    return counted


def margin(counted: Counter[tuple[str, ...]], at: int, ward: str | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for cell, value in counted.items():
        if ward in (None, cell[0]):
            found[cell[at]] += value
    return found


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("ward", [None, "00004", "00145"])
async def test_every_cell_is_what_was_written(
    written: Counter[tuple[str, ...]],
    reports: Database,
    jobs: Database,
    ward: str | None,
    folded: bool,
) -> None:
    """By brute force, with nothing hidden (a threshold of 1), before and after folding."""
    if folded:
        await fold(jobs)
    found = await answer(reports, Params(NOVEMBER.month, ward), threshold=1)
    totals = margin(written, 0, ward)
    assert found["total"] == {"value": totals.total(), "hidden": False}
    assert {each["code"]: each["value"] for each in found["wards"]} == dict(totals)
    for name, at in (("ageBand", 1), ("sex", 2), ("chapter", 3), ("insurance", 4)):
        values = {each["code"]: each["value"] for each in found["margins"][name] if each["value"]}
        assert values == dict(margin(written, at, ward))
    grid = found["ageSex"]
    for row, cells in zip(grid["rows"], grid["cells"], strict=True):
        for column, cell in zip(grid["columns"], cells, strict=True):
            expected = sum(
                value
                for each, value in written.items()
                if ward in (None, each[0]) and each[1:3] == (row["code"], column["code"])
            )
            assert cell == {"value": expected, "hidden": False}


async def test_the_shape_of_the_answer(
    written: Counter[tuple[str, ...]], reports: Database
) -> None:
    found = await answer(reports)
    assert found["report"] == "visits"
    assert found["period"] == "2026-11"
    assert found["threshold"] == 5
    assert "ward" not in found
    assert found["generatedAt"].endswith("+07:00")
    assert found["previousYear"] == {"value": 0, "hidden": False}
    assert [each["code"] for each in found["wards"]] == ["00004", "00008", "00145"]
    assert set(found["wards"][0]) == {"code", "name", "column", "row", "value", "hidden"}
    assert len(found["margins"]["chapter"]) == 23
    assert len(found["ageSex"]["cells"]) == len(found["ageSex"]["rows"]) == 9
    assert all(len(row) == 3 for row in found["ageSex"]["cells"])
    assert found["definitions"]
    one = await answer(reports, Params(NOVEMBER.month, "00008"))
    assert one["ward"] == {"code": "00008", "name": "Ngọc Hà"}
    assert [each["code"] for each in one["wards"]] == ["00008"]


async def test_a_hidden_cell_has_no_value(
    written: Counter[tuple[str, ...]], reports: Database
) -> None:
    def cells(part: object) -> list[Json]:
        if isinstance(part, dict):
            here = [part] if "hidden" in part else []
            return [*here, *(cell for value in part.values() for cell in cells(value))]
        return [cell for each in part for cell in cells(each)] if isinstance(part, list) else []

    found = cells(await answer(reports, Params(NOVEMBER.month, "00004")))
    assert any(cell["hidden"] for cell in found)
    assert all((cell["value"] is None) == cell["hidden"] for cell in found)
    assert not any(cell["value"] in (1, 2, 3, 4) for cell in found)


async def test_a_visit_is_in_the_figures_at_once(reports: Database, committed: Database) -> None:
    records, an = Records(committed, callers.clinician()), patient("an")
    await records.save(an, *(encounter(f"v{n}", an) for n in range(30)))
    assert (await answer(reports))["total"]["value"] == 30
    await records.save(encounter("v30", an))
    assert (await answer(reports))["total"]["value"] == 31


async def test_the_same_question_gets_the_same_answer(
    written: Counter[tuple[str, ...]], reports: Database, jobs: Database
) -> None:
    first = await answer(reports)
    await fold(jobs)
    for _ in range(20):
        assert {**await answer(reports), "generatedAt": 0} == {**first, "generatedAt": 0}


WHO = [
    (callers.analyst(), None, True),
    (callers.analyst(), "00004", True),
    (callers.clinician(), "00004", True),
    (replace(callers.clinician(), roles=frozenset({Role.ADMIN})), "00004", True),
    (callers.several(1, 2), "00008", True),
    (callers.clinician(), None, False),
    (callers.clinician(), "00008", False),
    (callers.clinician(), "99999", False),
    (callers.nobody(), None, False),
    (callers.nobody(), "00004", False),
    (callers.hospital(), None, False),
    (callers.hospital(), "00004", False),
    (callers.system(), None, False),
]


@pytest.mark.parametrize(("access", "ward", "may"), WHO)
async def test_who_may_read(reports: Database, access: Access, ward: str | None, may: bool) -> None:
    params = Params(NOVEMBER.month, ward)
    if may:
        await run(reports, "visits", params, access=access, threshold=5)
    else:
        with pytest.raises(Forbidden):
            await run(reports, "visits", params, access=access, threshold=5)


async def test_what_there_is_not(reports: Database) -> None:
    with pytest.raises(NotFound):
        await run(reports, "deaths", NOVEMBER, access=callers.analyst(), threshold=5)
    with pytest.raises(InvalidQuery):
        unknown = Params(NOVEMBER.month, "99999")
        await run(reports, "visits", unknown, access=callers.analyst(), threshold=5)
    with pytest.raises(InvalidQuery, match="2025-07"):
        early = Params(date(2025, 6, 1))
        await run(reports, "visits", early, access=callers.analyst(), threshold=5)


async def test_the_report_role_reaches_no_record(reports: Database) -> None:
    for table in ("visit", "resource", "resource_index", "account"):
        with pytest.raises(Forbidden):
            await reports.fetch_directory(f"SELECT * FROM {table}")


@pytest.mark.slow
async def test_a_month_of_the_city_reads_its_own_facts_and_is_planned_once(
    postgres: Embedded, clone: str, reports: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten million visits a year are some sixty thousand facts; a report reads one month's."""
    all_wards(postgres.url("ehr_owner", clone))
    months = [date(2026, month, 1) for month in range(1, 13)]
    counts = city(random.Random(1), range(1, 127), 6600)
    for month in months:
        store(postgres.url("ehr_job", clone), month, counts)
    with psycopg.connect(postgres.url("ehr_owner", clone)) as connection:
        connection.execute("ANALYZE fact")
    of_year = len(await figures.of_months(reports, months))
    assert 40_000 < of_year < 100_000
    asked = {"months": months[10:11], "measures": sorted(MARGINS)}
    explained = await reports.fetch_directory(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {figures._MONTHS}", asked
    )
    assert facts_read(explained[0][0][0]["Plan"]) <= of_year / 12
    assert len((await answer(reports))["wards"]) == 126
    monkeypatch.delattr(visits, "plan")  # the same counts are not planned again
    await answer(reports)


def facts_read(plan: dict[str, Any]) -> int:
    """Rows of the table `fact` that a plan read, thrown away or not."""
    below = sum(facts_read(one) for one in plan.get("Plans", ()))
    if plan.get("Relation Name") != "fact":
        return below
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return below + round(sum(plan.get(name, 0) for name in names) * plan["Actual Loops"])
