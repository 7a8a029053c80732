"""Visit rows and deltas follow the records, in the same transaction."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fixtures import callers
from fixtures.visiting import (
    AT,
    Records,
    cells,
    condition,
    deltas,
    encounter,
    patient,
    pressure,
    uid,
    visits,
)

from ehr.db import Database

AN = patient("an")
DAY = date(2026, 11, 23)
BAND, FEMALE, IX, INSURED = 5, 2, 9, 1


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


@pytest.mark.parametrize(("bases", "place"), [((), 0), (("https://tram.example/fhir",), 1)])
async def test_an_absolute_reference_is_ours_by_its_base(
    records: Records, bases: tuple[str, ...], place: int
) -> None:
    visit = encounter("v1", AN)
    absolute = "https://tram.example/fhir/Organization/ward-00004"
    visit["serviceProvider"] = {"reference": absolute}
    await records.save(AN, visit, bases=bases)
    assert (await visits(records.db))[0]["place"] == place
