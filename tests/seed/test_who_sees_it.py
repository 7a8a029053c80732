"""Seeded residents are seen by their ward, and by the hospital they were sent to: nobody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from fixtures import callers

from ehr.access import Access, Label
from ehr.aggregates.fold import fold
from ehr.aggregates.recount import differences
from ehr.care.find_residents import find_residents
from ehr.db import Database
from ehr.errors import Forbidden
from ehr.visits.worklist import of_day
from seed import wards
from seed.residents import residents
from seed.visits import REFERRED_TODAY

BA_DINH, LONG_BIEN = wards.ward("00004").id, wards.ward("00145").id
LAST_DAY = date(2026, 11, 23)
PATIENTS = "SELECT count(*) FROM resource WHERE pat = rid AND NOT deleted"


async def patients(db: Database, access: Access) -> int:
    return int((await db.fetch(access, PATIENTS))[0][0])


async def account(db: Database, login: str) -> int:
    rows = await db.fetch_directory("SELECT id FROM account WHERE login = %s", (login,))
    return int(rows[0][0])


async def test_a_clinician_sees_the_residents_of_the_ward(seeded: Database) -> None:
    assert await patients(seeded, callers.clinician(BA_DINH)) == 120
    assert await patients(seeded, callers.clinician(LONG_BIEN)) == 80


async def test_a_clinician_of_another_ward_sees_none(seeded: Database) -> None:
    elsewhere = callers.clinician(wards.ward("00592").id)
    assert await patients(seeded, elsewhere) == 0
    assert await of_day(seeded, BA_DINH, LAST_DAY, access=elsewhere) == []


async def test_nobody_and_the_analyst_see_none(seeded: Database) -> None:
    assert await patients(seeded, callers.nobody()) == 0
    assert await patients(seeded, callers.analyst()) == 0


async def test_the_hospital_sees_those_who_were_sent_to_it(seeded: Database) -> None:
    hospital = replace(callers.hospital(), grantee=await account(seeded, "hospital.bachmai"))
    seen = await patients(seeded, hospital)
    rows = await seeded.fetch_directory("SELECT count(DISTINCT pat) FROM access_grant")
    assert seen == rows[0][0]
    assert 2 * REFERRED_TODAY <= seen < 30


async def test_labelled_records_are_hidden_from_those_without_the_label(seeded: Database) -> None:
    labelled = "SELECT count(*) FROM resource WHERE label <> 0"
    system = callers.system()
    assert (await seeded.fetch(system, labelled))[0][0] > 0
    assert (await seeded.fetch(replace(system, labels=Label.NONE), labelled))[0][0] == 0


async def test_today_has_visits_in_each_ward(seeded: Database) -> None:
    for ward in (BA_DINH, LONG_BIEN):
        assert len(await of_day(seeded, ward, LAST_DAY, access=callers.clinician(ward))) >= 2


async def test_the_author_of_a_visit_is_the_clinician_of_its_ward(seeded: Database) -> None:
    for ward, code in ((BA_DINH, "00004"), (LONG_BIEN, "00145")):
        visits = await of_day(seeded, ward, LAST_DAY, access=callers.clinician(ward))
        author = await account(seeded, f"clinician.{code}")
        assert {visit.author for visit in visits} == {author}


async def test_the_citys_figures_equal_the_visits(
    seeded: Database, town: Callable[[str], str]
) -> None:
    jobs = await Database.open(town("ehr_job"), size=1, name="test")
    try:
        assert await fold(jobs) > 0
        assert await differences(jobs) == []
    finally:
        await jobs.close()


async def test_the_search_box_finds_residents_of_the_own_ward_alone(seeded: Database) -> None:
    some = next(residents(1954, wards.ward("00004"), 120, LAST_DAY)).people[0]
    at_home, elsewhere = callers.clinician(BA_DINH), callers.clinician(LONG_BIEN)
    for text in (some.papers.cccd or "", some.name):
        found = await find_residents(seeded, text, access=at_home)
        assert some.id in {hit.id for hit in found.value}
        found = await find_residents(seeded, text, access=elsewhere)
        assert some.id not in {hit.id for hit in found.value}
    many = await find_residents(seeded, "nguyen thi", access=at_home)
    assert len(many.value) == 8
    with pytest.raises(Forbidden):
        await find_residents(seeded, some.name, access=callers.analyst())
