"""A visit's free text is hidden with its coded diagnosis, when they are written together."""

from typing import Any

import pytest
from fixtures import callers
from fixtures.records import condition, encounter, observation
from fixtures.writes import create, put, registered

from ehr.access import Label
from ehr.db import Database
from ehr.errors import Forbidden, NotFound
from ehr.fhir.resource import parse
from ehr.ingest import spread
from ehr.ingest.change import Change, Saved, new_id
from ehr.records.read import read

CLINICIAN = callers.clinician()
UNLABELLED = callers.unlabelled(CLINICIAN)
BASES = ("http://127.0.0.1:8000/fhir",)


def plan(who: str, visit: str) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "description": "Uống thuốc ARV đúng giờ",
        "subject": {"reference": f"Patient/{who}"},
        "encounter": {"reference": f"Encounter/{visit}"},
    }


def visit_of(who: str, code: str) -> list[Change]:
    """An Encounter with a reason, then what belongs to it."""
    id = new_id()
    reason = encounter(who) | {"reasonCode": [{"text": "Tái khám HIV"}]}
    parts = [observation(who, id), plan(who, id), condition(who, id, code)]
    return [create(reason, id), *map(create, parts)]


async def test_a_visit_is_hidden_with_its_diagnosis(db: Database) -> None:
    who = await registered(db)
    saved = await put(db, CLINICIAN, *visit_of(who, "B20"))
    assert len(saved) == 4
    for one in saved:
        stored = await read(db, one.resource_type, one.id, access=CLINICIAN)
        codes = [each["code"] for each in parse(stored.content)["meta"]["security"]]
        assert codes == ["HIV"]
        with pytest.raises(NotFound):
            await read(db, one.resource_type, one.id, access=UNLABELLED)
    await read(db, "Patient", who, access=UNLABELLED)


async def test_other_visits_of_the_same_write_stay_open(db: Database) -> None:
    who = await registered(db)
    saved = await put(db, CLINICIAN, *visit_of(who, "F32"), *visit_of(who, "I10"))
    for one in saved[4:]:
        await read(db, one.resource_type, one.id, access=UNLABELLED)
    for one in saved[:4]:
        with pytest.raises(NotFound):
            await read(db, one.resource_type, one.id, access=UNLABELLED)


@pytest.mark.parametrize(
    "access",
    [callers.nobody(), callers.analyst(), callers.clinician(callers.NGOC_HA)],
    ids=["nobody", "the city analyst", "the wrong ward"],
)
async def test_the_label_opens_it_to_nobody(db: Database, access: Any) -> None:
    who = await registered(db)
    saved = await put(db, CLINICIAN, *visit_of(who, "B20"))
    for one in saved:
        with pytest.raises((NotFound, Forbidden)):
            await read(db, one.resource_type, one.id, access=access)


async def test_what_is_stored_already_is_not_labelled_later(db: Database) -> None:
    """docs/identity.md: the rule holds for one write; what is added later labels itself."""
    who = await registered(db)
    saved: list[Saved] = await put(db, CLINICIAN, *visit_of(who, "I10"))
    later, weight = await put(
        db,
        CLINICIAN,
        create(condition(who, saved[0].id, "B20")),
        create(observation(who, saved[0].id)),
    )
    for one in saved:
        await read(db, one.resource_type, one.id, access=UNLABELLED)
    for one in (later, weight):
        with pytest.raises(NotFound):
            await read(db, one.resource_type, one.id, access=UNLABELLED)


async def test_who_lacks_the_label_writes_no_part_of_it(db: Database) -> None:
    who = await registered(db)
    with pytest.raises(Forbidden):
        await put(db, UNLABELLED, *visit_of(who, "B20"))


async def test_a_diagnosis_is_its_encounters_where_the_encounter_says_so() -> None:
    diagnosis = create(condition("p", None, "B20"), "c")
    named = {"diagnosis": [{"condition": {"reference": f"{BASES[0]}/Condition/c"}}]}
    found = await spread.implied([create(encounter("p") | named, "e"), diagnosis], BASES)
    assert found == {("Encounter", "e"): Label.HIV, ("Condition", "c"): Label.HIV}


@pytest.mark.parametrize(
    "context",
    [{"reference": "Encounter/e"}, {"encounter": [{"reference": "Encounter/e"}]}],
    ids=["of an administration", "of a document"],
)
async def test_a_context_is_a_visit_too(context: dict[str, Any]) -> None:
    document = create({"resourceType": "DocumentReference", "context": context}, "d")
    found = await spread.implied([document, create(condition("p", "e", "F20"), "c")], BASES)
    assert set(found.values()) == {Label.MENTAL_HEALTH}


async def test_a_reference_to_elsewhere_is_no_visit_of_ours() -> None:
    away = observation("p") | {"encounter": {"reference": "http://x.vn/fhir/Encounter/e"}}
    diagnosis = create(condition("p", "e", "B20"), "c")
    found = await spread.implied([create(away, "o"), diagnosis], BASES)
    assert found["Observation", "o"] == Label.NONE
