"""The one way a record changes: who may, where it lies, what refers to what, all or nothing."""

from collections.abc import Sequence

import pytest
from fixtures import callers
from fixtures.records import condition, encounter, observation, patient
from fixtures.writes import create, delete, put, registered, update

from ehr.access import Access, Verb
from ehr.db import Database
from ehr.errors import (
    Conflict,
    EhrError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Unprocessable,
    VersionMismatch,
)
from ehr.fhir.resource import parse
from ehr.ingest.change import Change, new_id
from ehr.records import history
from ehr.records.read import read, vread


@pytest.mark.parametrize(
    ("access", "error"),
    [
        (callers.clinician(1), None),
        (callers.several(1, 2), None),
        (callers.system(), None),
        (callers.clinician(2), NotFound),
        (callers.analyst(), NotFound),
        (callers.hospital(), NotFound),
        (callers.nobody(), NotFound),
    ],
    ids=["own ward", "two wards", "system", "wrong ward", "analyst", "hospital", "nobody"],
)
async def test_a_resident_is_read_in_his_ward_only(
    db: Database, access: Access, error: type[EhrError] | None
) -> None:
    id = await registered(db)
    if error is None:
        assert (await read(db, "Patient", id, access=access)).version == 1
        return
    for ask in (
        read(db, "Patient", id, access=access),
        vread(db, "Patient", id, 1, access=access),
        history.instance(db, "Patient", id, access=access),
    ):
        with pytest.raises(error):
            await ask


@pytest.mark.parametrize(
    "access",
    [callers.analyst(), callers.nobody()],
    ids=["city analyst", "nobody"],
)
async def test_who_has_no_right_writes_nothing(db: Database, access: Access) -> None:
    id = await registered(db)
    for change in (
        create(patient()),
        update(patient(), id),
        delete("Patient", id),
        create(observation(id)),
    ):
        with pytest.raises(Forbidden):
            await put(db, access, change)
    assert (await read(db, "Patient", id, access=callers.system())).version == 1


async def test_another_ward_changes_nothing_and_learns_nothing(db: Database) -> None:
    id = await registered(db)
    stranger = callers.clinician(2)
    missing = new_id()
    for change in (update(patient(), id), delete("Patient", id)):
        with pytest.raises(NotFound) as foreign:
            await put(db, stranger, change)
        with pytest.raises(NotFound) as none:
            await put(db, stranger, Change(change.verb, "Patient", missing, change.resource))
        assert str(foreign.value) == str(none.value)
    for reference in (
        f"Patient/{id}",
        f"http://127.0.0.1:8000/fhir/Patient/{id}",
        f"Patient/{id}/_history/1",
    ):
        with pytest.raises(Unprocessable) as refused:
            await put(db, stranger, create(observation(reference)))
        assert refused.value.issues[0].expression == "Observation.subject.reference"


async def test_a_record_lies_in_its_patients_ward_and_bucket(db: Database) -> None:
    id = await registered(db)
    for access in (callers.clinician(1), callers.several(1, 3), callers.system()):
        saved = (await put(db, access, create(observation(id))))[0]
        rows = await db.fetch(
            callers.system(), "SELECT bucket, ward, pat FROM resource WHERE rid = %s", (saved.rid,)
        )
        pat = saved.pat or 0
        assert rows == [(pat >> 48, 1, pat)]
        assert saved.rid >> 48 == pat >> 48


@pytest.mark.parametrize(
    ("access", "organization", "ward"),
    [
        (callers.clinician(2), None, 2),
        (callers.clinician(2), "ward-00008", 2),
        (callers.several(1, 2), "ward-00008", 2),
        (callers.system(), "ward-00145", 3),
        (callers.system(), None, 0),
    ],
)
async def test_a_new_resident_belongs_to_a_ward_of_the_author(
    db: Database, access: Access, organization: str | None, ward: int
) -> None:
    await organizations(db)
    saved = (await put(db, access, create(patient(organization))))[0]
    rows = await db.fetch(
        callers.system(), "SELECT ward, bucket / 4 FROM resource WHERE rid = %s", (saved.rid,)
    )
    assert rows == [(ward, ward)]


async def test_nobody_registers_or_moves_a_resident_into_a_foreign_ward(db: Database) -> None:
    await organizations(db)
    with pytest.raises(Forbidden):
        await put(db, callers.clinician(1), create(patient("ward-00008")))
    with pytest.raises(Forbidden):
        await put(db, callers.several(1, 2), create(patient()))
    with pytest.raises(Forbidden):
        await put(db, callers.hospital(), create(patient()))
    id = await registered(db)
    with pytest.raises(Forbidden, match="transfer"):
        await put(db, callers.system(), update(patient("ward-00008"), id))


async def organizations(db: Database) -> None:
    names = ("ward-00004", "ward-00008", "ward-00145")
    await put(
        db,
        callers.system(),
        *(
            Change(
                Verb.UPDATE, "Organization", name, {"resourceType": "Organization", "name": name}
            )
            for name in names
        ),
    )


async def test_the_directory_is_read_by_all_and_written_by_few(db: Database) -> None:
    await organizations(db)
    for access in (callers.clinician(2), callers.hospital()):
        assert await read(db, "Organization", "ward-00004", access=access)
    with pytest.raises(Forbidden):
        await put(db, callers.clinician(1), create({"resourceType": "Organization", "name": "x"}))


async def test_a_bundle_may_refer_to_itself(db: Database) -> None:
    who, visit = new_id(), new_id()
    saved = await put(
        db,
        callers.clinician(),
        create(encounter(who), visit),
        create(observation(who, visit)),
        create(condition(who, visit, "I10")),
        create(patient(), who),
    )
    assert {one.pat for one in saved} == {saved[3].rid}


async def test_one_bad_part_stores_nothing(db: Database) -> None:
    who = new_id()
    parts: Sequence[Change] = (create(patient(), who), create(observation("nowhere")))
    with pytest.raises(Unprocessable):
        await put(db, callers.clinician(), *parts)
    with pytest.raises(NotFound):
        await read(db, "Patient", who, access=callers.system())


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"gender": "blue"}, "Patient.gender"),
        ({"birthDate": "1980-02-30"}, "Patient.birthDate"),
        ({"colour": "blue"}, "Patient.colour"),
        ({"active": "true"}, "Patient.active"),
        ({"name": []}, "Patient.name"),
    ],
)
async def test_what_is_not_fhir_is_refused_by_its_place(
    db: Database, change: dict[str, object], place: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await put(db, callers.clinician(), create(patient() | change))
    assert place in [issue.expression for issue in refused.value.issues]


async def test_versions_follow_each_other_and_stay(db: Database) -> None:
    access = callers.clinician()
    id = await registered(db)
    saved = (await put(db, access, update(patient() | {"gender": "female"}, id, 1)))[0]
    assert (saved.version, saved.created) == (2, False)
    assert parse((await vread(db, "Patient", id, 1, access=access)).content)["gender"] == "male"
    assert parse((await read(db, "Patient", id, access=access)).content)["gender"] == "female"
    versions = await history.instance(db, "Patient", id, access=access)
    assert [entry.version for entry in versions.entries] == [2, 1]
    assert versions.total == 2
    with pytest.raises(VersionMismatch):
        await put(db, access, update(patient(), id, 1))


async def test_a_deletion_is_told_to_its_ward_alone(db: Database) -> None:
    id = await registered(db)
    part = (await put(db, callers.clinician(), create(observation(id))))[0].id
    with pytest.raises(Conflict, match="not empty"):
        await put(db, callers.clinician(), delete("Patient", id))
    await put(db, callers.clinician(), delete("Observation", part))
    await put(db, callers.clinician(), delete("Patient", id))
    with pytest.raises(Gone):
        await read(db, "Patient", id, access=callers.clinician())
    with pytest.raises(NotFound):
        await read(db, "Patient", id, access=callers.clinician(2))
    with pytest.raises(Gone):
        await put(db, callers.clinician(), delete("Patient", id))
    saved = (await put(db, callers.clinician(), update(patient(), id)))[0]
    assert (saved.version, saved.created) == (3, True)


async def test_only_some_choose_ids(db: Database) -> None:
    with pytest.raises(NotFound):
        await put(db, callers.clinician(), update(patient(), new_id()))
    saved = (await put(db, callers.system(), update(patient(), "anything.at-all")))[0]
    assert (saved.id, saved.version, saved.created) == ("anything.at-all", 1, True)


async def test_criteria_are_no_reference(db: Database) -> None:
    """They are resolved in a transaction; elsewhere the record would be nobody's."""
    sought = observation("x") | {"subject": {"reference": "Patient?identifier=urn:x|1"}}
    with pytest.raises(Unprocessable) as refused:
        await put(db, callers.clinician(), create(sought))
    assert refused.value.issues[0].expression == "Observation.subject.reference"
