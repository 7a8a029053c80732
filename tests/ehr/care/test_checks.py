"""Impossible values are refused, each with the path of its field and a stable code."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from ehr.care import checks
from ehr.care.documents import (
    Address,
    Diagnosis,
    Document,
    Drug,
    RecordVisit,
    RegisterPatient,
    Vitals,
)
from ehr.errors import Issue, Unprocessable

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ID = "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11"

PERSON = RegisterPatient(id=ID, name="Nguyễn Thị Đào", sex="female", birth_date="1958-02-01")
COLD = Diagnosis(code="J00", display="Viêm mũi họng cấp")
DRUG = Drug(name="Paracetamol 500 mg", dose=1, unit="viên", times_per_day=3, days=5, quantity=15)
VISIT = RecordVisit(id=ID, patient="p1", reason="Ho", insurance=True)


def faults(document: Document, **changes: object) -> set[tuple[str | None, str | None]]:
    """(expression, details) of every fault of `document` with `changes`."""
    changed = msgspec.structs.replace(document, **changes)
    found: list[Issue] = []
    match changed:
        case RegisterPatient():
            found = list(checks.registration(changed, TODAY))
        case RecordVisit():
            found = list(checks.visit(changed, NOW))
    return {(issue.expression, issue.details) for issue in found}


@pytest.mark.parametrize("document", [PERSON, VISIT])
def test_a_good_document_has_no_fault(document: Document) -> None:
    assert faults(document) == set()


@pytest.mark.parametrize(
    ("field", "value", "expression", "details"),
    [
        ("id", "1", "id", "malformed"),
        ("id", ID.upper(), "id", "malformed"),
        ("name", "  ", "name", "required"),
        ("name", "12", "name", "malformed"),
        ("name", "A\x00", "name", "malformed"),
        ("name", "Đ" * 101, "name", "too-long"),
        ("birth_date", "1899-12-31", "birthDate", "out-of-range"),
        ("birth_date", "2026-11-24", "birthDate", "in-the-future"),
        ("birth_date", "2026-12", "birthDate", "in-the-future"),
        ("birth_date", "01/02/1958", "birthDate", "malformed"),
        ("birth_date", "2025-02-29", "birthDate", "malformed"),
        ("birth_date", "1958-02-01T00:00:00Z", "birthDate", "malformed"),
        ("cccd", "01234567890", "cccd", "malformed"),
        ("cccd", "٠" * 12, "cccd", "malformed"),
        ("bhyt", "GD6010123456789", "bhyt", "malformed"),
        ("phone", "12345", "phone", "malformed"),
        ("ward", "4", "ward", "malformed"),
        ("address", Address(line="x" * 201), "address.line", "too-long"),
        ("ethnicity", "77", "ethnicity", "unknown-code"),
    ],
)
def test_a_registration_is_refused(
    field: str, value: object, expression: str, details: str
) -> None:
    assert faults(PERSON, **{field: value}) == {(expression, details)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "1958"),
        ("birth_date", "2026-11"),
        ("birth_date", "2026-11-23"),
        ("bhyt", "0123456789"),
        ("bhyt", "GD4010123456789"),
        ("phone", "+84 912 345 678"),
        ("phone", "024 3825 3531"),
        ("ethnicity", "99"),
    ],
)
def test_a_registration_is_accepted(field: str, value: object) -> None:
    assert faults(PERSON, **{field: value}) == set()


@pytest.mark.parametrize(
    ("vitals", "expression", "details"),
    [
        (Vitals(systolic=39), "vitals.systolic", "out-of-range"),
        (Vitals(systolic=1500, diastolic=95), "vitals.systolic", "out-of-range"),
        (Vitals(diastolic=80), "vitals.systolic", "required"),
        (Vitals(systolic=80, diastolic=120), "vitals.diastolic", "inconsistent"),
        (Vitals(temperature=368), "vitals.temperature", "out-of-range"),
        (Vitals(spo2=101), "vitals.spo2", "out-of-range"),
        (Vitals(glucose=126), "vitals.glucose", "out-of-range"),
        (Vitals(weight=154, height=58), "vitals.weight", "inconsistent"),
        (Vitals(pulse=-1), "vitals.pulse", "out-of-range"),
    ],
)
def test_impossible_vital_signs_are_refused(vitals: Vitals, expression: str, details: str) -> None:
    assert faults(VISIT, vitals=vitals) == {(expression, details)}


@pytest.mark.parametrize(
    ("field", "value", "expression", "details"),
    [
        ("patient", "../x", "patient", "malformed"),
        ("reason", "", "reason", "required"),
        ("kind", "17", "kind", "unknown-code"),
        ("start", "2026-11-23T10:06:00+07:00", "start", "in-the-future"),
        ("start", "23/11/2026", "start", "malformed"),
        ("start", "2026-11-23", "start", "malformed"),
        ("next_date", "2026-11-23", "nextDate", "out-of-range"),
        ("next_date", "2028-11-23", "nextDate", "out-of-range"),
        ("next_date", "2026-12", "nextDate", "malformed"),
        ("diagnoses", (Diagnosis(code="cold", display="x"),), "diagnoses[0].code", "malformed"),
        ("diagnoses", (Diagnosis(code="J02", display="x"),), "diagnoses[0].code", "too-coarse"),
        ("diagnoses", (COLD, COLD), "diagnoses[1].code", "duplicate"),
        ("diagnoses", (Diagnosis(code="I10", display=" "),), "diagnoses[0].display", "required"),
        (
            "diagnoses",
            (Diagnosis(code="W54", display="x", main=True),),
            "diagnoses[0].main",
            "never-main",
        ),
        (
            "diagnoses",
            tuple(Diagnosis(code=code, display="x", main=True) for code in ("I10", "J00")),
            "diagnoses",
            "several-main",
        ),
        (
            "diagnoses",
            tuple(Diagnosis(code=f"S0{at // 10}.{at % 10}", display="x") for at in range(14)),
            "diagnoses",
            "too-many",
        ),
        ("drugs", (DRUG,) * 31, "drugs", "too-many"),
        ("advice", "x" * 2001, "advice", "too-long"),
    ],
)
def test_a_visit_is_refused(field: str, value: object, expression: str, details: str) -> None:
    assert faults(VISIT, **{field: value}) == {(expression, details)}


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("dose", 0, "out-of-range"),
        ("times_per_day", 0, "out-of-range"),
        ("days", 91, "out-of-range"),
        ("quantity", -1, "out-of-range"),
        ("name", "", "required"),
        ("unit", "", "required"),
        ("code", "aspirin-of-mars", "unknown-code"),
    ],
)
def test_a_line_of_the_prescription_is_refused(field: str, value: object, details: str) -> None:
    drug = msgspec.structs.replace(DRUG, **{field: value})
    name = {"times_per_day": "timesPerDay"}.get(field, field)
    assert faults(VISIT, drugs=(DRUG, drug)) == {(f"drugs[1].{name}", details)}


def test_all_faults_are_raised_at_once() -> None:
    document = msgspec.structs.replace(PERSON, name="", cccd="1")
    with pytest.raises(Unprocessable) as refused:
        checks.require(checks.registration(document, TODAY))
    assert [issue.expression for issue in refused.value.issues] == ["name", "cccd"]


def test_a_clock_a_little_fast_is_forgiven() -> None:
    assert faults(VISIT, start="2026-11-23T10:04:00+07:00") == set()
