"""Registering a resident: by whom, where, once, and what is told of those known elsewhere."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from fixtures import callers

from ehr import clock
from ehr.access import Access, Verb
from ehr.care.build.patient import patient
from ehr.care.documents import RegisterPatient
from ehr.care.duplicates import RegisteredElsewhere
from ehr.care.register_patient import register_patient
from ehr.db import Database
from ehr.directory.wards import by_code
from ehr.errors import Duplicate, EhrError, Forbidden, NotFound, Unprocessable
from ehr.fhir.resource import parse
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.records.read import read

Register = Callable[..., Awaitable[str]]
NGOC_HA = callers.clinician(callers.NGOC_HA)


async def test_a_clinician_registers_a_resident_of_the_ward(
    stations: Database, register: Register
) -> None:
    resident = await register(1, cccd="099158000001")
    stored = await read(stations, "Patient", resident, access=callers.clinician())
    assert parse(stored.content)["managingOrganization"] == {"reference": "Organization/ward-00004"}
    with pytest.raises(NotFound):
        await read(stations, "Patient", resident, access=NGOC_HA)


@pytest.mark.parametrize(
    "access",
    [
        callers.nobody(),
        callers.analyst(),
        callers.hospital(),
        callers.system(),
        replace(callers.clinician(), rights=frozenset({("Patient", Verb.READ)})),
    ],
    ids=["nobody", "the city analyst", "a hospital", "the system", "a reader"],
)
async def test_nobody_else_does(register: Register, access: Access) -> None:
    with pytest.raises(Forbidden):
        await register(1, access)


async def test_the_wrong_ward_is_refused(register: Register) -> None:
    with pytest.raises(Forbidden) as refused:
        await register(1, ward="00145")
    assert refused.value.issues[0].details == "not-your-ward"


@pytest.mark.parametrize("code", ["99999", "00145"])
async def test_another_ward_and_no_ward_are_the_same(register: Register, code: str) -> None:
    with pytest.raises(Forbidden, match="ward is not a ward of yours"):
        await register(1, ward=code)


async def test_who_has_several_wards_chooses(stations: Database, register: Register) -> None:
    both = callers.several(callers.BA_DINH, callers.NGOC_HA)
    with pytest.raises(Unprocessable) as refused:
        await register(1, both)
    assert (refused.value.issues[0].expression, refused.value.issues[0].details) == (
        "ward",
        "choose-ward",
    )
    resident = await register(1, both, ward="00008")
    await read(stations, "Patient", resident, access=NGOC_HA)


async def test_the_same_document_twice_is_one_record(
    stations: Database, register: Register
) -> None:
    assert await register(1, cccd="099158000001") == await register(1, cccd="099158000001")
    stored = await read(
        stations, "Patient", "00000000-0000-4000-8000-000000000001", access=callers.clinician()
    )
    assert stored.version == 1


@pytest.mark.parametrize(
    "field", [{"cccd": "099158000001"}, {"bhyt": "GD4010123456789"}], ids=["cccd", "bhyt"]
)
async def test_a_number_known_in_the_ward_names_the_record(
    register: Register, field: dict[str, str]
) -> None:
    first = await register(1, **field)
    with pytest.raises(Duplicate, match=f"Patient/{first}") as refused:
        await register(2, name="Trần Văn An", birth_date="1990", **field)
    (issue,) = refused.value.issues
    assert (issue.expression, issue.details) == (next(iter(field)), "already-here")


async def test_a_person_known_elsewhere_is_told_and_nothing_more(register: Register) -> None:
    first = await register(1, cccd="099158000001")
    with pytest.raises(RegisteredElsewhere) as refused:
        await register(2, NGOC_HA, cccd="099158000001", birth_date="1958-02-01")
    (issue,) = refused.value.issues
    assert (issue.code, issue.details, issue.expression) == (
        "duplicate",
        "registered-elsewhere",
        None,
    )
    assert first not in issue.diagnostics
    assert "00004" not in issue.diagnostics


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("1958-02-01", "1958"),
        ("1958-02-01", "1958-02"),
        ("1958", "1958-02-01"),
        ("1958-02", "1958-02-01"),
        ("1958", "1958"),
    ],
)
async def test_less_than_a_full_birth_date_tells_nothing(
    register: Register, there: str, here: str
) -> None:
    """A CCCD contains the year: who has the number has that too."""
    await register(1, cccd="099158000001", birth_date=there)
    await register(2, NGOC_HA, cccd="099158000001", birth_date=here)


async def test_an_identifier_without_its_birth_date_tells_nothing(register: Register) -> None:
    await register(1, cccd="099158000001")
    await register(2, NGOC_HA, cccd="099158000001", birth_date="1990-01-01")


async def test_one_name_and_birth_date_are_two_people(register: Register) -> None:
    assert await register(1) != await register(2)


async def test_a_labelled_record_elsewhere_counts_too(
    stations: Database, register: Register
) -> None:
    ward = await by_code(stations, "00004", clock.today())
    assert ward is not None
    document = RegisterPatient(
        id="00000000-0000-4000-8000-000000000009",
        name="Đào",
        sex="female",
        birth_date="1958-02-01",
        cccd="099158000009",
    )
    secret = patient(document, ward)
    secret["meta"] = {
        "security": [
            {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}
        ]
    }
    async with stations.transaction(callers.system()) as tx:
        change = Change(Verb.CREATE, "Patient", document.id, secret)
        await save(tx, [change], access=callers.system())
    with pytest.raises(RegisteredElsewhere):
        await register(2, cccd="099158000009")


async def test_a_bad_document_is_refused_before_anything_is_asked(stations: Database) -> None:
    document = RegisterPatient(id="x", name="", sex="female", birth_date="1")
    access = callers.clinician()
    with pytest.raises(EhrError) as refused:
        async with stations.transaction(access) as tx:
            await register_patient(tx, document, access=access)
    assert {issue.expression for issue in refused.value.issues} == {"id", "name", "birthDate"}
