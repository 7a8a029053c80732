"""What a referral opens to a hospital, and what closes it again."""

from typing import Any

import pytest
from fixtures import callers
from fixtures.records import condition, encounter, observation, referral
from fixtures.writes import create, delete, put, registered, update

from ehr.access import Access
from ehr.db import Database
from ehr.errors import NotFound, Unprocessable
from ehr.fhir.resource import parse
from ehr.records.read import read

NURSE, HOSPITAL = callers.clinician(), callers.hospital()
HEALTH_DEPARTMENT = {"resourceType": "Organization", "name": "Sở Y tế"}


@pytest.fixture(autouse=True)
async def organizations(db: Database) -> None:
    await put(
        db,
        callers.system(),
        create({"resourceType": "Organization", "name": "Bạch Mai"}, "bachmai"),
        create(HEALTH_DEPARTMENT, "department"),
    )


async def sees(db: Database, who: str, access: Access = HOSPITAL) -> bool:
    try:
        await read(db, "Patient", who, access=access)
    except NotFound:
        return False
    return True


@pytest.mark.parametrize("intent", ["proposal", "directive", "option", "reflex-order"])
async def test_what_is_no_order_opens_nothing(db: Database, intent: str) -> None:
    who = await registered(db)
    await put(db, NURSE, create(referral(who, intent=intent)))
    assert not await sees(db, who)


@pytest.mark.parametrize(
    "changed",
    [
        {"performer": [{"reference": "Organization/department"}]},
        {"performer": []},
        {"status": "revoked"},
        {"status": "entered-in-error"},
        {"intent": "proposal"},
    ],
    ids=["another", "nobody", "revoked", "error", "proposal"],
)
async def test_a_referral_that_no_longer_names_the_hospital_is_closed(
    db: Database, changed: dict[str, Any]
) -> None:
    who = await registered(db)
    (saved,) = await put(db, NURSE, create(referral(who)))
    assert await sees(db, who)
    corrected = referral(who, **changed)
    if not corrected["performer"]:
        del corrected["performer"]
    await put(db, NURSE, update(corrected | {"id": saved.id}, saved.id))
    assert not await sees(db, who)


async def test_a_deleted_referral_is_closed_and_a_completed_one_stays(db: Database) -> None:
    who = await registered(db)
    (saved,) = await put(db, NURSE, create(referral(who)))
    await put(db, NURSE, update(referral(who, status="completed") | {"id": saved.id}, saved.id))
    assert await sees(db, who)
    await put(db, NURSE, delete("ServiceRequest", saved.id))
    assert not await sees(db, who)


async def test_a_hospital_gives_itself_no_more_time(db: Database) -> None:
    who = await registered(db)
    (saved,) = await put(db, NURSE, create(referral(who)))
    async with db.administration() as tx:
        before = await tx.fetch("SELECT until FROM access_grant")
    await put(
        db, HOSPITAL, update(referral(who, note=[{"text": "x"}]) | {"id": saved.id}, saved.id)
    )
    await put(db, HOSPITAL, create(referral(who)))
    async with db.administration() as tx:
        assert await tx.fetch("SELECT until FROM access_grant") == before


@pytest.mark.parametrize("access", [NURSE, callers.several(1, 2), callers.system()])
async def test_no_update_makes_a_record_another_patients(db: Database, access: Access) -> None:
    """The rows lie with the patient: who was let in to one would read the other's."""
    who, other = await registered(db), await registered(db)
    await put(db, NURSE, create(referral(who)))
    (seen,) = await put(db, NURSE, create(observation(who)))
    for subject in ({"reference": f"Patient/{other}"}, {"display": "nobody"}):
        with pytest.raises(Unprocessable):
            await put(
                db, access, update(observation(who) | {"id": seen.id, "subject": subject}, seen.id)
            )
    kept = await read(db, "Observation", seen.id, access=HOSPITAL)
    assert parse(kept.content)["subject"] == {"reference": f"Patient/{who}"}
    await put(db, access, update(observation(who) | {"id": seen.id, "status": "amended"}, seen.id))


async def test_a_record_of_nobody_becomes_nobodys_record(db: Database) -> None:
    (kept,) = await put(db, NURSE, create(observation("x") | {"subject": {"display": "a"}}))
    who = await registered(db)
    with pytest.raises(Unprocessable):
        await put(db, NURSE, update(observation(who) | {"id": kept.id}, kept.id))


async def test_a_visit_and_its_parts_are_one_patients(db: Database) -> None:
    who, other = await registered(db), await registered(db)
    (visit,) = await put(db, NURSE, create(encounter(who)))
    (diagnosis,) = await put(db, NURSE, create(condition(other, None, "I10")))
    await put(db, NURSE, create(observation(who, f"Encounter/{visit.id}")))
    with pytest.raises(Unprocessable):
        await put(db, NURSE, create(observation(other, f"Encounter/{visit.id}")))
    named = {"diagnosis": [{"condition": {"reference": f"Condition/{diagnosis.id}"}}]}
    with pytest.raises(Unprocessable):
        await put(db, NURSE, update(encounter(who) | named | {"id": visit.id}, visit.id))
