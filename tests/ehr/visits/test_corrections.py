"""What a visit is made of comes later, changes, moves or goes; its row and count follow."""

import asyncio
from dataclasses import replace
from datetime import date

from fixtures import callers
from fixtures.visiting import (
    Records,
    cells,
    condition,
    deltas,
    encounter,
    patient,
    pressure,
    ref,
    uid,
    visits,
)

from ehr.access import Label
from ehr.db import Database

AN = patient("an")
DAY = date(2026, 11, 23)
BAND, FEMALE, IX, INSURED = 5, 2, 9, 1


async def test_what_changes_no_cell_adds_no_delta(records: Records, jobs: Database) -> None:
    await records.save(AN, encounter("v1", AN))
    await records.save(pressure("o1", AN, "v1", 120, 80))
    [row] = await visits(records.db)
    assert row["systolic"] == 120
    assert await deltas(jobs) == 1


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


async def test_two_writers_of_one_visit_follow_each_other(records: Records) -> None:
    """Each adds a part at the same time: the row ends with both."""
    await records.save(AN, encounter("v1", AN))
    await asyncio.gather(
        records.save(pressure("o1", AN, "v1", 150, 95)),
        records.save(condition("c1", AN, "v1", "J06.9")),
    )
    [row] = await visits(records.db)
    assert (row["systolic"], row["icd"]) == (150, "J06.9")
