"""Visit rows and deltas follow the records, in the same transaction."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fixtures import callers
from fixtures.visiting import AT, Records, condition, encounter, patient, pressure, ref, uid

from ehr.access import Access, Label
from ehr.db import Database
from ehr.embedded import Embedded

AN = patient("an")
DAY = date(2026, 11, 23)
BAND, FEMALE, IX, INSURED = 5, 2, 9, 1
NAMES = (
    "id place ward label day start counted band sex chapter insurance icd kind systolic diastolic"
    " author"
)


@pytest.fixture
def records(committed: Database) -> Records:
    return Records(committed, callers.clinician())


@pytest.fixture
async def jobs(postgres: Embedded, clone: str) -> AsyncIterator[Database]:
    """The worker's database: the application may add deltas, not read them."""
    database = await Database.open(postgres.url("ehr_job", clone), size=1, name="jobs")
    yield database
    await database.close()


async def visits(db: Database, access: Access | None = None) -> list[dict[str, Any]]:
    """The visit rows that a caller may see, everything by default."""
    found = await db.fetch(
        access or callers.system(),
        f"SELECT {NAMES.replace(' ', ', ')}, detail FROM visit ORDER BY start, id",
    )
    names = [*NAMES.split(), "detail"]
    return [dict(zip(names, [*row[:-1], json.loads(row[-1])], strict=True)) for row in found]


async def cells(jobs: Database) -> Counter[tuple[Any, ...]]:
    """The net of all deltas, by place, day, band, sex, chapter and insurance."""
    found: Counter[tuple[Any, ...]] = Counter()
    query = "SELECT place, day, band, sex, chapter, insurance, value FROM fact_delta"
    for *cell, value in await jobs.fetch_directory(query):
        found[tuple(cell)] += value
    return Counter({cell: value for cell, value in found.items() if value})


async def deltas(jobs: Database) -> int:
    """How many deltas there are."""
    return int((await jobs.fetch_directory("SELECT count(*) FROM fact_delta"))[0][0])


async def test_a_visit_with_its_parts_is_one_row(records: Records, jobs: Database) -> None:
    headache, pain = condition("c1", AN, "v1", "I10"), condition("c2", AN, "v1", "M54.5")
    visit = encounter("v1", AN, diagnoses=[headache, pain])
    await records.save(AN)
    await records.save(visit, headache, pain, pressure("o1", AN, "v1", 150, 95))
    [row] = await visits(records.db)
    detail = row.pop("detail")
    assert row == {
        "id": uid("v1"), "place": 1, "ward": 1, "label": 0, "day": DAY,
        "start": datetime(2026, 11, 23, 1, 15, tzinfo=UTC), "counted": True, "band": BAND,
        "sex": FEMALE, "chapter": IX, "insurance": INSURED, "icd": "I10", "kind": "01",
        "systolic": 150, "diastolic": 95, "author": 1,
    }  # fmt: skip
    assert detail == {
        "reason": "Đau đầu",
        "status": "finished",
        "vitals": {"systolic": 150, "diastolic": 95},
        "diagnoses": [
            {"code": "I10", "display": "Bệnh I10", "main": True},
            {"code": "M54.5", "display": "Bệnh M54.5", "main": False},
        ],
        "parts": [1, 2, 3],
    }
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, IX, INSURED): 1}


async def test_a_patient_and_visit_in_one_save(records: Records, jobs: Database) -> None:
    await records.save(encounter("v1", AN), AN)
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 0, INSURED): 1}


async def test_many_visits_add_few_deltas(records: Records, jobs: Database) -> None:
    await records.save(AN, *(encounter(f"v{n}", AN) for n in range(50)))
    assert len(await visits(records.db)) == 50
    assert await deltas(jobs) == 1
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 0, INSURED): 50}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"place": "ward-00008"}, 2),
        ({"place": "bachmai"}, 0),
        ({"place": None}, 1),
    ],
)
async def test_the_place_is_where_it_happened(
    records: Records, change: dict[str, Any], place: int
) -> None:
    """The provider's ward; a hospital's visit has none; without a provider the author's."""
    await records.save(AN, encounter("v1", AN, **change))
    [row] = await visits(records.db)
    assert row["place"] == place


async def test_the_place_of_an_author_without_one_ward_is_none(committed: Database) -> None:
    records = Records(committed, callers.system())
    await records.save(AN, encounter("v1", AN, place=None))
    [row] = await visits(committed)
    assert row["place"] == 0


async def test_the_place_stays_when_another_ward_corrects(records: Records) -> None:
    await records.save(AN, encounter("v1", AN, place=None))
    records.access = callers.several(1, 2)
    await records.save(encounter("v1", AN, place=None, insured=False))
    [row] = await visits(records.db)
    assert (row["place"], row["insurance"], row["author"]) == (1, 2, 1)


@pytest.mark.parametrize("status", ["planned", "in-progress", "cancelled", "entered-in-error"])
async def test_only_what_is_finished_counts(records: Records, jobs: Database, status: str) -> None:
    await records.save(AN, encounter("v1", AN, status=status))
    [row] = await visits(records.db)
    assert row["counted"] is False
    assert await deltas(jobs) == 0
    await records.save(encounter("v1", AN))
    assert sum((await cells(jobs)).values()) == 1
    await records.save(encounter("v1", AN, status=status))
    assert await cells(jobs) == {}


async def test_days_begin_in_hanoi(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN, start="2026-11-30T17:00:00Z"))
    await records.save(encounter("v2", AN, start="2026-11-30T16:59:59.999Z"))
    await records.save(encounter("v3", AN, start=None))
    assert [row["day"] for row in await visits(records.db)] == [
        DAY, date(2026, 11, 30), date(2026, 12, 1),
    ]  # fmt: skip
    assert len(await cells(jobs)) == 3


async def test_what_has_no_period_keeps_the_day_it_was_first_recorded(records: Records) -> None:
    await records.save(AN, encounter("v1", AN, start=None))
    await records.save(encounter("v1", AN, start=None, insured=False))
    [row] = await visits(records.db)
    assert row["start"] == AT


async def test_a_correction_moves_the_count(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN))
    moved = encounter("v1", AN, start="2026-10-02T09:00:00+07:00", place="ward-00008", insured=None)
    await records.save(moved)
    assert await cells(jobs) == {(2, date(2026, 10, 2), BAND, FEMALE, 0, 0): 1}
    assert await deltas(jobs) == 3


async def test_what_changes_no_cell_adds_no_delta(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN))
    await records.save(pressure("o1", AN, "v1", 120, 80))
    [row] = await visits(records.db)
    assert row["systolic"] == 120
    assert await deltas(jobs) == 1


async def test_a_deleted_visit_is_not_counted(records: Records, jobs: Database) -> None:
    visit = encounter("v1", AN)
    await records.save(AN, visit, pressure("o1", AN, "v1", 120, 80))
    await records.delete(visit)
    assert await visits(records.db) == []
    assert await cells(jobs) == {}


async def test_a_visit_of_nobody_has_no_row(records: Records, jobs: Database) -> None:
    visit = encounter("v1", AN)
    del visit["subject"]
    await records.save(visit)
    assert await visits(records.db) == []
    await records.save(AN)
    await records.save(encounter("v1", AN))
    assert len(await visits(records.db)) == 1
    await records.save(visit)
    assert await visits(records.db) == []
    assert await cells(jobs) == {}


async def test_parts_come_later_and_one_by_one(records: Records, jobs: Database) -> None:
    await records.save(AN)
    await records.save(encounter("v1", AN))
    await records.save(pressure("o1", AN, "v1", 150, 95))
    await records.save(condition("c1", AN, "v1", "J06.9"))
    [row] = await visits(records.db)
    assert (row["systolic"], row["icd"], row["chapter"]) == (150, "J06.9", 10)
    assert row["detail"]["parts"] == [1, 2]
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 10, INSURED): 1}


async def test_parts_are_corrected_withdrawn_and_deleted(records: Records, jobs: Database) -> None:
    first, second = pressure("o1", AN, "v1", 150, 95), condition("c1", AN, "v1", "J06.9")
    await records.save(AN, encounter("v1", AN), first, second)
    await records.save(pressure("o1", AN, "v1", 130, 85))
    assert (await visits(records.db))[0]["systolic"] == 130
    await records.save(first | {"status": "entered-in-error"})
    assert (await visits(records.db))[0]["systolic"] is None
    await records.delete(second)
    [row] = await visits(records.db)
    assert (row["icd"], row["chapter"]) == (None, 0)
    assert row["detail"]["parts"] == [1]
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 0, INSURED): 1}


async def test_a_part_moves_to_another_visit(records: Records) -> None:
    await records.save(AN, encounter("v1", AN), encounter("v2", AN), condition("c1", AN, "v1"))
    await records.save(condition("c1", AN, "v2"))
    assert {row["id"]: row["icd"] for row in await visits(records.db)} == {
        uid("v1"): None,
        uid("v2"): "I10",
    }


async def test_a_known_condition_is_the_diagnosis_of_a_later_visit(
    records: Records, jobs: Database
) -> None:
    chronic = condition("c1", AN, None, "I10")
    await records.save(AN, chronic)
    await records.save(encounter("v1", AN, diagnoses=[chronic]))
    assert (await visits(records.db))[0]["icd"] == "I10"
    await records.save(condition("c1", AN, None, "E11.9"))
    assert (await visits(records.db))[0]["icd"] == "E11.9"
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 4, INSURED): 1}


async def test_without_rank_only_a_single_diagnosis_is_the_main_one(records: Records) -> None:
    one, two = condition("c1", AN, "v1", "I10"), condition("c2", AN, "v1", "J00")
    visit = encounter("v1", AN, diagnoses=[one, two])
    for each in visit["diagnosis"]:
        del each["rank"]
    await records.save(AN, visit, one, two)
    assert (await visits(records.db))[0]["icd"] is None
    await records.delete(two)
    assert (await visits(records.db))[0]["icd"] == "I10"


async def test_the_rank_decides_not_the_order(records: Records) -> None:
    one, two = condition("c1", AN, "v1", "I10"), condition("c2", AN, "v1", "J00")
    visit = encounter("v1", AN)
    visit["diagnosis"] = [{"condition": ref(one), "rank": 2}, {"condition": ref(two), "rank": 1}]
    await records.save(AN, visit, one, two)
    assert (await visits(records.db))[0]["icd"] == "J00"


async def test_a_corrected_resident_is_counted_anew(records: Records, jobs: Database) -> None:
    binh = patient("binh")
    await records.save(AN, binh)
    await records.save(
        encounter("v1", AN), encounter("v2", AN, start="1990-01-05"), encounter("v3", binh)
    )
    await records.save(patient("an", born="1980-11-24", sex="male"))
    bands = {row["id"]: (row["band"], row["sex"]) for row in await visits(records.db)}
    assert bands == {uid("v1"): (5, 1), uid("v2"): (3, 1), uid("v3"): (5, 2)}
    assert sum((await cells(jobs)).values()) == 3
    before = await deltas(jobs)
    await records.save(patient("an", born="1980-11-24", sex="male") | {"active": True})
    assert await deltas(jobs) == before


async def test_a_correction_of_resident_and_visit_together(
    records: Records, jobs: Database
) -> None:
    await records.save(AN, encounter("v1", AN), encounter("v2", AN))
    await records.save(patient("an", sex="male"), encounter("v1", AN, insured=False))
    assert await cells(jobs) == {(1, DAY, BAND, 1, 0, 2): 1, (1, DAY, BAND, 1, 0, 1): 1}


async def test_a_row_carries_the_labels_of_its_parts(records: Records, jobs: Database) -> None:
    plain = replace(callers.clinician(), labels=Label.NONE)
    await records.save(AN, encounter("v1", AN))
    await records.save(condition("c1", AN, "v1", "B20"), label=Label.HIV)
    assert await visits(records.db, plain) == []
    assert len(await visits(records.db, callers.clinician())) == 1
    # A colleague who may not know of it corrects the visit all the same, and the count is exact.
    await records.save(encounter("v1", AN, insured=False), access=plain)
    assert await visits(records.db, plain) == []
    assert await cells(jobs) == {(1, DAY, BAND, FEMALE, 1, 2): 1}


async def test_the_caller_s_own_view_is_restored(records: Records) -> None:
    async with records.db.transaction(callers.clinician(2)) as tx:
        mine = await tx.fetch("SELECT current_setting('app.wards'), app_every_ward()")
    assert mine == [("-1,2", False)]
    await records.save(AN, access=callers.clinician(1))
    await records.save(encounter("v1", AN), access=callers.clinician(1))
    assert await visits(records.db, callers.clinician(2)) == []


@pytest.mark.parametrize(("bases", "place"), [((), 0), (("https://tram.example/fhir",), 1)])
async def test_an_absolute_reference_is_ours_by_its_base(
    records: Records, bases: tuple[str, ...], place: int
) -> None:
    visit = encounter("v1", AN)
    absolute = "https://tram.example/fhir/Organization/ward-00004"
    visit["serviceProvider"] = {"reference": absolute}
    await records.save(AN, visit, bases=bases)
    assert (await visits(records.db))[0]["place"] == place


async def test_two_writers_of_one_visit_follow_each_other(records: Records) -> None:
    """Each adds a part at the same time: the row ends with both."""
    await records.save(AN, encounter("v1", AN))
    await asyncio.gather(
        records.save(pressure("o1", AN, "v1", 150, 95)),
        records.save(condition("c1", AN, "v1", "J06.9")),
    )
    [row] = await visits(records.db)
    assert (row["systolic"], row["icd"]) == (150, "J06.9")
