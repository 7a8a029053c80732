"""Labels, referrals, evidence: what opens and closes a record beside its ward."""

import psycopg
import pytest
from fixtures import callers
from fixtures.records import condition, observation
from fixtures.writes import create, delete, put, registered, update

from ehr.db import Database
from ehr.embedded import Embedded
from ehr.errors import Conflict, Forbidden, NotFound, Unprocessable
from ehr.fhir.resource import parse
from ehr.ingest.change import new_id
from ehr.records.read import read


async def test_a_labelled_record_is_hidden_from_whom_the_label_excludes(db: Database) -> None:
    access = callers.clinician()
    ordinary = callers.unlabelled(access)
    id = await registered(db)
    hiv = (await put(db, access, create(condition(id, None, "B20"))))[0]
    stored = parse((await read(db, "Condition", hiv.id, access=access)).content)
    assert stored["meta"]["security"][0]["code"] == "HIV"
    with pytest.raises(NotFound):
        await read(db, "Condition", hiv.id, access=ordinary)
    with pytest.raises(Forbidden, match="security label"):
        await put(db, ordinary, create(condition(id, None, "B20")))
    with pytest.raises(Forbidden, match="lowered"):
        await put(db, access, update(condition(id, None, "I10"), hiv.id))


async def test_a_referral_opens_the_record_to_that_hospital(db: Database) -> None:
    id = await registered(db)
    await put(
        db,
        callers.system(),
        update({"resourceType": "Organization", "name": "x"}, "bachmai"),
    )
    referral = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{id}"},
        "performer": [{"reference": "Organization/bachmai"}],
    }
    with pytest.raises(NotFound):
        await read(db, "Patient", id, access=callers.hospital())
    saved = (await put(db, callers.clinician(), create(referral)))[0]
    assert await read(db, "Patient", id, access=callers.hospital())
    written = (await put(db, callers.hospital(), create(observation(id))))[0]
    assert await read(db, "Observation", written.id, access=callers.clinician())
    await put(db, callers.clinician(), update(referral | {"status": "revoked"}, saved.id))
    with pytest.raises(NotFound):
        await read(db, "Patient", id, access=callers.hospital())


async def test_every_write_leaves_its_event(
    committed: Database, postgres: Embedded, clone: str
) -> None:
    id = await registered(committed)
    with pytest.raises(Unprocessable):
        await put(committed, callers.clinician(), create(observation("nowhere")))
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        events = connection.execute(
            "SELECT account, action, entity, cardinality(patients), outcome FROM audit_event"
        ).fetchall()
    assert events == [(1, "create", f"Patient/{id}", 1, 0)]


@pytest.mark.parametrize("kind", ["AuditEvent", "Provenance"])
async def test_evidence_is_never_changed(db: Database, kind: str) -> None:
    with pytest.raises(Forbidden):
        await put(db, callers.system(), delete(kind, new_id()))


async def test_a_patient_is_not_deleted_under_a_record_that_the_caller_cannot_see(
    db: Database,
) -> None:
    id = await registered(db)
    await put(db, callers.clinician(), create(condition(id, None, "B20")))
    with pytest.raises(Conflict, match="not empty"):
        await put(db, callers.unlabelled(callers.clinician()), delete("Patient", id))
    assert await read(db, "Patient", id, access=callers.clinician())
