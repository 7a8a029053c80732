"""Recording a visit: by whom, whole or not at all, once, and where it is counted."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from fixtures import callers

from ehr import clock
from ehr.access import Access, Label
from ehr.care.documents import Diagnosis, Drug, RecordVisit, Vitals
from ehr.care.once import Recorded
from ehr.care.record_visit import record_visit
from ehr.db import Database
from ehr.errors import Duplicate, Forbidden, NotFound, Unprocessable
from ehr.fhir.resource import Resource, parse
from ehr.records.find import find
from ehr.records.read import read
from ehr.search.query import Filter, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import ReferenceValue

Register = Callable[..., Awaitable[str]]
ID = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"
OTHER = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a12"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    clock.freeze(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    yield
    clock.freeze(None)


def document(patient: str, **changes: object) -> RecordVisit:
    whole = RecordVisit(
        id=ID,
        patient=patient,
        reason="Tái khám tăng huyết áp",
        kind="05",
        insurance=True,
        vitals=Vitals(systolic=150, diastolic=95, weight=58, height=154),
        diagnoses=(Diagnosis(code="I10", display="Tăng huyết áp", main=True),),
        drugs=(
            Drug(
                code="amlodipin-5-mg",
                name="Amlodipin 5 mg",
                dose=1,
                unit="viên",
                times_per_day=1,
                days=30,
                quantity=30,
            ),
        ),
        advice="Ăn nhạt",
        next_date="2026-12-21",
    )
    return msgspec.structs.replace(whole, **changes)


async def record(db: Database, visit: RecordVisit, access: Access | None = None) -> Recorded:
    caller = access or callers.clinician()
    async with db.transaction(caller) as tx:
        return await record_visit(tx, visit, access=caller)


async def of_patient(db: Database, resource_type: str, patient: str) -> list[Resource]:
    query = SearchQuery(
        types=(resource_type,),
        filters=(
            Filter(
                parameters(resource_type)["patient"], None, (ReferenceValue("Patient", patient),)
            ),
        ),
    )
    page = await find(db, query, access=callers.clinician())
    return [parse(one.content) for one in page.matches]


async def test_a_visit_is_stored_with_all_that_belongs_to_it(
    stations: Database, register: Register
) -> None:
    patient = await register(1)
    done = await record(stations, document(patient))
    assert (done.resource_type, done.id, done.version, done.created) == ("Encounter", ID, 1, True)
    stored = await read(stations, "Encounter", ID, access=callers.clinician())
    encounter = parse(stored.content)
    assert encounter["serviceProvider"] == {"reference": "Organization/ward-00004"}
    assert encounter["participant"][0]["individual"] == {"reference": "Practitioner/clinician-1"}
    assert len(await of_patient(stations, "Observation", patient)) == 4
    for resource_type in ("Condition", "MedicationRequest", "CarePlan", "Appointment"):
        assert len(await of_patient(stations, resource_type, patient)) == 1


@callers.each_stranger
async def test_who_does_not_see_the_patient_records_nothing(
    stations: Database, register: Register, access: Access, error: type[Exception]
) -> None:
    patient = await register(1)
    with pytest.raises(error):
        await record(stations, document(patient), access)
    assert await of_patient(stations, "Encounter", patient) == []


async def test_another_wards_patient_is_as_unknown_as_none(
    stations: Database, register: Register
) -> None:
    patient = await register(1)
    said = []
    for one in (patient, "nobody-of-this-name"):
        with pytest.raises(NotFound) as refused:
            await record(stations, document(one), callers.clinician(callers.NGOC_HA))
        said.append(refused.value.issues)
    assert said[0] == said[1]


async def test_a_visit_sent_twice_is_one(stations: Database, register: Register) -> None:
    patient = await register(1)
    first = await record(stations, document(patient))
    again = await record(stations, document(patient))
    assert (again.id, again.version, again.created) == (first.id, 1, False)
    assert len(await of_patient(stations, "Encounter", patient)) == 1
    assert len(await of_patient(stations, "Observation", patient)) == 4


async def test_an_id_is_of_one_visit(stations: Database, register: Register) -> None:
    first, second = await register(1), await register(2)
    await record(stations, document(first))
    with pytest.raises(Duplicate):
        await record(stations, document(second))


async def test_nothing_is_stored_of_a_visit_that_fails(
    stations: Database, register: Register
) -> None:
    patient = await register(1)
    unlabelled = msgspec.structs.replace(
        document(patient), diagnoses=(Diagnosis(code="B24", display="HIV"),)
    )
    access = replace(callers.clinician(), labels=Label.NONE)
    with pytest.raises(Forbidden):
        await record(stations, unlabelled, access)
    for resource_type in ("Encounter", "Observation", "Condition"):
        assert await of_patient(stations, resource_type, patient) == []


@pytest.mark.parametrize(
    ("changes", "expression", "details"),
    [
        ({"start": "1958-01-31T08:00", "next_date": None}, "start", "out-of-range"),
        (
            {"diagnoses": (Diagnosis(code="N40", display="Tăng sản tuyến tiền liệt"),)},
            "diagnoses[0].code",
            "wrong-sex",
        ),
        ({"vitals": Vitals(systolic=1500)}, "vitals.systolic", "out-of-range"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    stations: Database,
    register: Register,
    changes: dict[str, object],
    expression: str,
    details: str,
) -> None:
    patient = await register(1)
    with pytest.raises(Unprocessable) as refused:
        await record(stations, document(patient, **changes))
    (issue,) = refused.value.issues
    assert (issue.expression, issue.details) == (expression, details)


async def test_a_clinician_of_several_wards_records_at_the_patients(
    stations: Database, register: Register
) -> None:
    both = callers.several(callers.BA_DINH, callers.NGOC_HA)
    patient = await register(1, callers.clinician(callers.NGOC_HA))
    await record(stations, document(patient), both)
    await record(stations, document(patient, id=OTHER, ward="00004"), both)
    places = [
        parse((await read(stations, "Encounter", one, access=both)).content)["serviceProvider"]
        for one in (ID, OTHER)
    ]
    assert places == [
        {"reference": "Organization/ward-00008"},
        {"reference": "Organization/ward-00004"},
    ]


async def test_a_visit_may_be_written_down_later(stations: Database, register: Register) -> None:
    patient = await register(1)
    await record(stations, document(patient, start="2026-11-20T08:00"))
    encounter = parse((await read(stations, "Encounter", ID, access=callers.clinician())).content)
    assert encounter["period"] == {
        "start": "2026-11-20T08:00:00+07:00",
        "end": "2026-11-20T08:00:00+07:00",
    }
