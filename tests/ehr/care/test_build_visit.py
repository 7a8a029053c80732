"""A visit document into its resources: each field in its place, each id the same again."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from ehr.care.build.context import Setting
from ehr.care.build.visit import visit
from ehr.care.documents import Diagnosis, Drug, RecordVisit, Vitals
from ehr.fhir.resource import Resource, dump

VISIT = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"
RECORDED = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
SETTING = Setting("ward-00004", RECORDED, "Practitioner/nurse")


def full() -> RecordVisit:
    return RecordVisit(
        id=VISIT,
        patient="p1",
        reason=" Tái khám tăng huyết áp ",
        kind="05",
        insurance=True,
        start="2026-11-23T08:15",
        vitals=Vitals(
            systolic=150, diastolic=95, pulse=76, temperature=36.8, weight=58, height=154
        ),
        diagnoses=(
            Diagnosis(code="E78.5", display="Tăng lipid máu"),
            Diagnosis(code="I10", display="Tăng huyết áp", main=True),
        ),
        drugs=(
            Drug(
                code="amlodipin-5-mg",
                name="Amlodipin 5 mg",
                dose=0.5,
                unit="viên",
                times_per_day=2,
                days=30,
                quantity=30,
                note="sau ăn",
            ),
        ),
        advice="Ăn nhạt",
        next_date="2026-12-21",
    )


def of(resources: list[Resource], resource_type: str) -> list[Resource]:
    return [each for each in resources if each["resourceType"] == resource_type]


def observation(resources: list[Resource], code: str) -> Resource:
    return next(
        each for each in of(resources, "Observation") if each["code"]["coding"][0]["code"] == code
    )


def test_a_full_visit_has_its_twelve_resources() -> None:
    assert Counter(each["resourceType"] for each in visit(full(), SETTING)) == {
        "Encounter": 1,
        "Observation": 6,
        "Condition": 2,
        "MedicationRequest": 1,
        "CarePlan": 1,
        "Appointment": 1,
    }


def test_the_encounter_says_when_where_by_whom_and_for_what() -> None:
    encounter = visit(full(), SETTING)[0]
    assert encounter["resourceType"] == "Encounter"
    assert encounter["period"] == {
        "start": "2026-11-23T08:15:00+07:00",
        "end": "2026-11-23T08:30:00+07:00",
    }
    assert encounter["serviceProvider"] == {"reference": "Organization/ward-00004"}
    assert encounter["participant"][0]["individual"] == {"reference": "Practitioner/nurse"}
    assert encounter["reasonCode"] == [{"text": "Tái khám tăng huyết áp"}]
    assert encounter["type"][0]["coding"][0]["code"] == "05"
    assert encounter["extension"][0]["valueBoolean"] is True
    assert encounter["identifier"][0]["value"] == VISIT


def test_the_main_diagnosis_has_rank_1_wherever_it_stood() -> None:
    resources = visit(full(), SETTING)
    first, second = resources[0]["diagnosis"]
    assert (first["rank"], second["rank"]) == (1, 2)
    conditions = {f"Condition/{each['id']}": each for each in of(resources, "Condition")}
    main = conditions[first["condition"]["reference"]]
    assert main["code"]["coding"][0] == {
        "system": "http://hl7.org/fhir/sid/icd-10",
        "code": "I10",
        "display": "Tăng huyết áp",
    }


def test_blood_pressure_is_one_panel_and_bmi_is_computed() -> None:
    resources = visit(full(), SETTING)
    panel = observation(resources, "85354-9")
    assert [part["valueQuantity"]["value"] for part in panel["component"]] == [150, 95]
    assert b'"value":24.5' in dump(observation(resources, "39156-5"))


def test_a_systolic_value_alone_says_that_the_other_is_missing() -> None:
    document = RecordVisit(
        id=VISIT, patient="p1", reason="x", insurance=False, vitals=Vitals(systolic=80)
    )
    panel = observation(visit(document, SETTING), "85354-9")
    assert panel["component"][1]["dataAbsentReason"]["coding"][0]["code"] == "not-performed"


def test_decimals_leave_as_they_were_typed() -> None:
    assert b'"value":36.8,' in dump(observation(visit(full(), SETTING), "8310-5"))


def test_a_line_of_the_prescription_is_words_and_structure() -> None:
    (request,) = of(visit(full(), SETTING), "MedicationRequest")
    (dosage,) = request["dosageInstruction"]
    assert dosage["text"] == "Uống 0,5 viên × 2 lần/ngày × 30 ngày (sau ăn)"
    assert dosage["timing"]["repeat"]["frequency"] == 2
    assert request["dispenseRequest"]["quantity"] == {"value": 30, "unit": "viên"}
    codings = request["medicationCodeableConcept"]["coding"]
    assert ("http://www.whocc.no/atc", "C08CA01") in {(c["system"], c["code"]) for c in codings}


def test_an_appointment_lasts_the_day() -> None:
    (appointment,) = of(visit(full(), SETTING), "Appointment")
    assert appointment["start"] == "2026-12-21T07:30:00+07:00"
    assert appointment["participant"][0]["actor"] == {"reference": "Patient/p1"}


def test_ids_derive_from_the_visit() -> None:
    resources = visit(full(), SETTING)
    assert resources == visit(full(), SETTING)
    ids = [each["id"] for each in resources]
    assert len(set(ids)) == len(ids)
    assert observation(resources, "8867-4")["id"] == str(uuid5(UUID(VISIT), "pulse"))


@pytest.mark.parametrize("author", [None, "Practitioner/nurse"])
def test_the_least_visit_is_an_encounter(author: str | None) -> None:
    document = RecordVisit(id=VISIT, patient="p1", reason="Xin giấy", insurance=False)
    (encounter,) = visit(document, Setting("ward-00004", RECORDED, author))
    assert encounter["period"]["start"] == encounter["period"]["end"] == "2026-11-23T08:30:00+07:00"
    assert ("participant" in encounter) == bool(author)
    assert "diagnosis" not in encounter


def test_nothing_empty_is_written() -> None:
    def hollow(value: Any) -> bool:
        if isinstance(value, dict | list):
            children = value.values() if isinstance(value, dict) else value
            return not value or any(hollow(child) for child in children)
        return value is None or value == ""

    assert not [each for each in visit(full(), SETTING) if hollow(each)]
