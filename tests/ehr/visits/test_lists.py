"""Worklist and timeline: what they show, and to whom."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from fixtures import callers
from fixtures.visiting import Records, condition, encounter, patient, pressure, uid

from ehr.access import Access, Label
from ehr.db import Database
from ehr.visits import timeline, worklist
from ehr.visits.listed import Place

AN = patient("an") | {"name": [{"text": "Nguyễn Thị An"}]}
DAY = date(2026, 11, 23)
Ask = Callable[[Database, Access], Awaitable[list[str]]]


async def day_of(db: Database, access: Access) -> list[str]:
    """The ids in the worklist of Ba Đình."""
    return [visit.id for visit in await worklist.of_day(db, callers.BA_DINH, DAY, access=access)]


async def life_of(db: Database, access: Access) -> list[str]:
    """The ids in An's timeline."""
    page = await timeline.of_patient(db, AN["id"], access=access)
    return [visit.id for visit in page.visits]


@pytest.fixture
async def records(db: Database) -> Records:
    records = Records(db, callers.clinician())
    await records.save(AN)
    await records.save(
        encounter("v1", AN), condition("c1", AN, "v1"), pressure("o1", AN, "v1", 150, 95)
    )
    return records


@pytest.mark.parametrize("ask", [day_of, life_of])
@pytest.mark.parametrize(
    ("access", "seen"),
    [
        (callers.clinician(), True),
        (callers.several(1, 2), True),
        (callers.system(), True),
        (callers.nobody(), False),
        (callers.clinician(2), False),
        (callers.several(2, 3), False),
        (callers.analyst(), False),
        (callers.hospital(), False),
        (replace(callers.clinician(), labels=Label.NONE), True),
    ],
)
async def test_who_sees_a_visit(records: Records, ask: Ask, access: Access, seen: bool) -> None:
    assert await ask(records.db, access) == ([uid("v1")] if seen else [])


@pytest.mark.parametrize("ask", [day_of, life_of])
async def test_a_label_hides_a_visit(records: Records, ask: Ask) -> None:
    await records.save(condition("c2", AN, "v1", "B20"), label=Label.HIV)
    assert await ask(records.db, callers.clinician()) == [uid("v1")]
    assert await ask(records.db, replace(callers.clinician(), labels=Label.MENTAL_HEALTH)) == []


@pytest.mark.parametrize("ask", [day_of, life_of])
async def test_what_was_entered_in_error_is_not_listed(records: Records, ask: Ask) -> None:
    await records.save(encounter("v1", AN, status="entered-in-error"))
    assert await ask(records.db, callers.clinician()) == []


async def test_a_grant_shows_the_timeline_until_it_ends(records: Records) -> None:
    async with records.db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " VALUES (11, %s, 'referral', 'ServiceRequest/1', now() - interval '1 hour',"
            " now() + interval '1 hour')",
            (records.rid(AN),),
        )
    assert await life_of(records.db, callers.hospital()) == [uid("v1")]
    assert await day_of(records.db, callers.hospital()) == []
    async with records.db.administration() as tx:
        await tx.execute("UPDATE access_grant SET revoked_at = now()")
    assert await life_of(records.db, callers.hospital()) == []


async def test_a_worklist_is_by_place(records: Records) -> None:
    await records.save(encounter("v2", AN, place="ward-00008"))
    await records.save(encounter("v3", AN, start="2026-11-22T23:59:59+07:00"))
    await records.save(encounter("v4", AN, start="2026-11-23T16:00:00+07:00"))
    assert await day_of(records.db, callers.clinician()) == [uid("v4"), uid("v1")]
    both = await worklist.of_day(records.db, 2, DAY, access=callers.several(1, 2))
    assert [visit.id for visit in both] == [uid("v2")]
    # The resident is Ba Đình's: the clinic that saw him needs a grant to go on seeing him.
    assert await worklist.of_day(records.db, 2, DAY, access=callers.clinician(2)) == []


async def test_a_visit_says_all_that_a_list_shows(records: Records) -> None:
    [visit] = await worklist.of_day(records.db, callers.BA_DINH, DAY, access=callers.clinician())
    assert visit.place == Place(1, "00004", "Ba Đình")
    assert (visit.author, visit.author_name) == (1, "clinician.00004")
    assert (visit.insurance, visit.kind, visit.counted) == (True, "01", True)
    assert visit.detail["diagnoses"][0]["code"] == "I10"
    assert visit.patient["name"][0]["text"] == "Nguyễn Thị An"


async def test_a_timeline_is_paged_without_gap_or_repetition(records: Records) -> None:
    same = "2026-10-01T08:00:00+07:00"
    for n in range(7):
        start = same if n < 4 else f"2026-09-{n + 10}T08:00:00+07:00"
        await records.save(encounter(f"w{n}", AN, start=start, place=None))
    seen: list[str] = []
    after: timeline.Position | None = None
    for _ in range(5):
        page = await timeline.of_patient(
            records.db, AN["id"], access=callers.clinician(), limit=3, after=after
        )
        seen += [visit.id for visit in page.visits]
        after = page.next
        if after is None:
            break
    assert seen[0] == uid("v1")
    assert len(seen) == len(set(seen)) == 8
    assert await life_of(records.db, callers.clinician()) == seen


async def test_nobody_s_timeline_is_empty(records: Records) -> None:
    page = await timeline.of_patient(records.db, uid("x"), access=callers.clinician())
    assert page == timeline.Page([], None)
