"""Many senders of one document, or of one person: one record (commits, on a clone)."""

import asyncio

from fixtures import callers

from ehr.access import Access
from ehr.care.documents import RecordVisit, RegisterPatient, Vitals
from ehr.care.once import Recorded
from ehr.care.record_visit import record_visit
from ehr.care.register_patient import register_patient
from ehr.db import Database
from ehr.errors import Duplicate
from ehr.records.history import instance

SENDERS = 6
VISIT = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"


def person(number: int) -> RegisterPatient:
    return RegisterPatient(
        id=f"00000000-0000-4000-8000-{number:012}",
        name="Nguyễn Thị Đào",
        sex="female",
        birth_date="1958-02-01",
        cccd="099158000001",
    )


async def register(db: Database, document: RegisterPatient, access: Access) -> Recorded:
    async with db.transaction(access) as tx:
        return await register_patient(tx, document, access=access)


async def test_a_visit_sent_at_once_by_many_is_recorded_once(open_stations: Database) -> None:
    access = callers.clinician()
    patient = (await register(open_stations, person(1), access)).id
    document = RecordVisit(
        id=VISIT, patient=patient, reason="Ho", insurance=True, vitals=Vitals(pulse=76)
    )

    async def send() -> Recorded:
        async with open_stations.transaction(access) as tx:
            return await record_visit(tx, document, access=access)

    done = await asyncio.gather(*(send() for _ in range(SENDERS)))
    assert sorted(one.created for one in done) == [False] * (SENDERS - 1) + [True]
    assert {(one.id, one.version) for one in done} == {(VISIT, 1)}
    history = await instance(open_stations, "Encounter", VISIT, access=access)
    assert history.total == 1


async def test_one_person_registered_at_once_by_many_is_one(open_stations: Database) -> None:
    wards = [callers.clinician(callers.BA_DINH), callers.clinician(callers.NGOC_HA)]
    done = await asyncio.gather(
        *(register(open_stations, person(n), wards[n % 2]) for n in range(SENDERS)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Recorded) for one in done) == 1
    assert sum(isinstance(one, Duplicate) for one in done) == SENDERS - 1
