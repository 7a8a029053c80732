"""The profile: what the ward's staff see of a resident, and who sees nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from fixtures import callers

from ehr.access import Access, Label, Verb
from ehr.care.documents import Diagnosis, RecordVisit, Vitals
from ehr.care.patient_profile import patient_profile
from ehr.care.record_visit import record_visit
from ehr.db import Database
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change
from ehr.ingest.save import save

Register = Callable[..., Awaitable[str]]
ID = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"
ALLERGY: Resource = {
    "resourceType": "AllergyIntolerance",
    "id": "a1",
    "clinicalStatus": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                "code": "active",
            }
        ]
    },
    "code": {"text": "Penicillin"},
}


async def record(db: Database, patient: str, *codes: str) -> None:
    access = callers.clinician()
    visit = RecordVisit(
        id=ID,
        patient=patient,
        reason="Tái khám",
        insurance=True,
        vitals=Vitals(systolic=150, diastolic=95),
        diagnoses=tuple(Diagnosis(code=code, display=code) for code in codes),
    )
    async with db.transaction(access) as tx:
        await record_visit(tx, visit, access=access)


async def test_the_staff_see_who_it_is_and_what_was_found(
    stations: Database, register: Register
) -> None:
    patient = await register(1, cccd="099158000001")
    await record(stations, patient, "I10")
    allergy = ALLERGY | {"patient": {"reference": f"Patient/{patient}"}}
    async with stations.transaction(callers.clinician()) as tx:
        change = Change(Verb.CREATE, "AllergyIntolerance", "a1", allergy)
        await save(tx, [change], access=callers.clinician())
    seen = await patient_profile(stations, patient, access=callers.clinician())
    page = seen.value
    assert (page.resident.name, page.resident.cccd) == ("Nguyễn Thị Đào", "099158000001")
    assert page.resident.ward is not None
    assert (page.resident.ward.code, page.resident.version) == ("00004", 1)
    assert page.allergies == ["Penicillin"]
    assert [problem.code for problem in page.problems] == ["I10"]
    assert [trend.vital for trend in page.trends] == ["systolic", "diastolic"]
    (visit,) = page.timeline
    assert (visit.id, visit.reason, visit.insurance) == (ID, "Tái khám", True)
    assert len(seen.patients) == 1


@callers.each_stranger
async def test_others_see_nothing(
    stations: Database, register: Register, access: Access, error: type[Exception]
) -> None:
    patient = await register(1)
    await record(stations, patient, "I10")
    with pytest.raises(error):
        await patient_profile(stations, patient, access=access)


async def test_a_label_hides_the_visit_that_carries_it(
    stations: Database, register: Register
) -> None:
    patient = await register(1)
    await record(stations, patient, "B24")
    plain = replace(callers.clinician(), labels=Label.NONE)
    seen = await patient_profile(stations, patient, access=plain)
    assert (seen.value.timeline, seen.value.problems) == ([], [])
    open_to_hiv = await patient_profile(stations, patient, access=callers.clinician())
    assert [problem.code for problem in open_to_hiv.value.problems] == ["B24"]
