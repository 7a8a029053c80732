"""The document of a visit in lists: what was typed, whoever made the resources."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from fixtures.browsing import visit as typed
from fixtures.visiting import condition, encounter, patient, pressure, uid

from ehr.access import Label
from ehr.care.build.context import Setting
from ehr.care.build.visit import visit
from ehr.care.documents import RecordVisit, decode
from ehr.fhir.resource import Resource, dump
from ehr.visits.detail import detail
from ehr.visits.projected import Part, References

AN = patient("an")
REFER = References()


def shown(found: list[Resource]) -> dict[str, Any]:
    """The document of an Encounter and its parts, as JSON."""
    parts = [Part(n, Label.NONE, one) for n, one in enumerate(found)]
    document: dict[str, Any] = orjson.loads(dump(detail(found[0], 0, parts[1:], REFER)))
    return document


def test_what_was_typed_is_what_is_shown() -> None:
    document = typed(
        uid("an"),
        nextDate="2026-12-21",
        vitals={"systolic": 150, "diastolic": 95, "weight": 58.5, "height": 155, "glucose": 6.1},
        diagnoses=[
            {"code": "E11.9", "display": "Đái tháo đường", "main": False},
            {"code": "I10", "display": "Tăng huyết áp", "main": True},
        ],
    )
    setting = Setting("ward-00004", datetime(2026, 11, 23, 2, tzinfo=UTC), "Practitioner/a")
    found = shown(visit(decode(orjson.dumps(document), RecordVisit), setting))
    assert found["reason"] == document["reason"]
    assert found["vitals"] == {**document["vitals"], "bmi": 24.3}  # type: ignore[dict-item] # a dict
    assert found["diagnoses"] == [
        {"code": "I10", "display": "Tăng huyết áp", "main": True},
        {"code": "E11.9", "display": "Đái tháo đường", "main": False},
    ]
    [drug] = found["drugs"]
    [line] = document["drugs"]  # type: ignore[misc] # a list
    assert {name: drug[name] for name in line} == line
    assert (found["advice"], found["nextDate"]) == ("Ăn nhạt", "2026-12-21")
    assert found["status"] == "finished"


def test_a_stranger_s_resources_are_shown_as_far_as_they_say_it() -> None:
    request: Resource = {
        "resourceType": "MedicationRequest",
        "id": uid("m"),
        "status": "active",
        "medicationReference": {"display": "Amoxicillin 500 mg"},
        "dosageInstruction": [{"text": "1 viên mỗi 8 giờ", "timing": {"code": {"text": "q8h"}}}],
    }
    told = condition("c", AN, "v")
    told["code"] = {"coding": [{"system": "http://snomed.info/sct", "display": "Cold"}]}
    arrived = encounter("v", AN)
    arrived["reasonCode"] = [{"coding": [{"code": "25064002", "display": "Headache"}]}]
    found = shown([arrived, request, told])
    assert found["drugs"] == [{"name": "Amoxicillin 500 mg", "text": "1 viên mỗi 8 giờ"}]
    assert found["diagnoses"] == [{"code": None, "display": "Cold", "main": True}]
    assert found["reason"] == "Headache"


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": 15, "unit": "kPa", "code": "kPa"},
        {"unit": "mmHg", "code": "mm[Hg]"},
        {},
    ],
)
def test_a_measurement_in_another_unit_is_left_out(quantity: Resource) -> None:
    panel = pressure("o", AN, "v", 150, 95)
    panel["component"][0]["valueQuantity"] = quantity
    assert shown([encounter("v", AN), panel])["vitals"] == {"diastolic": 95}


def test_what_was_entered_in_error_is_left_out() -> None:
    wrong = condition("c", AN, "v")
    wrong["verificationStatus"] = {"coding": [{"code": "entered-in-error"}]}
    panel = pressure("o", AN, "v", 150, 95) | {"status": "entered-in-error"}
    assert set(shown([encounter("v", AN), wrong, panel])) == {"reason", "status", "parts"}
