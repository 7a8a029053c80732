"""Documents from JSON: what does not fit is refused with the path of its field."""

import json

import pytest

from ehr.care.documents import RecordVisit, RegisterPatient, decode
from ehr.errors import Invalid, InvalidJson

VISIT = {
    "id": "6d1c1c6e-3df8-4c43-9b6e-0b8f6d3c1a11",
    "patient": "p1",
    "reason": "Ho",
    "insurance": True,
}
DIAGNOSIS = {"code": "J00", "display": "Viêm mũi họng cấp"}


def body(**changes: object) -> bytes:
    return json.dumps(VISIT | changes).encode()


def test_a_document_is_read() -> None:
    document = decode(body(vitals={"weight": 58, "temperature": 36.8}), RecordVisit)
    assert document.kind == "01"
    assert (document.vitals.weight, document.vitals.temperature) == (58, 36.8)


@pytest.mark.parametrize(
    ("content", "expression", "code"),
    [
        (body(reason=5), "reason", "structure"),
        (body(colour="red"), "colour", "structure"),
        (body(vitals={"systolic": "150"}), "vitals.systolic", "structure"),
        (body(vitals={"systolic": 150.5}), "vitals.systolic", "structure"),
        (body(vitals={"sistolic": 150}), "vitals.sistolic", "structure"),
        (body(insurance="yes"), "insurance", "structure"),
        (body(diagnoses=[DIAGNOSIS, {"code": "I10"}]), "diagnoses[1].display", "required"),
        (body(next_date="2026-12-21"), "next_date", "structure"),
        (b'{"id": "x"}', "patient", "required"),
        (b"[]", None, "structure"),
    ],
)
def test_a_fault_is_named_by_its_path(content: bytes, expression: str | None, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode(content, RecordVisit)
    (issue,) = refused.value.issues
    assert (issue.expression, issue.code) == (expression, code)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"id": NaN}'])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidJson):
        decode(content, RecordVisit)


def test_sex_is_one_of_four() -> None:
    with pytest.raises(Invalid) as refused:
        decode(b'{"id":"x","name":"A","birthDate":"1958","sex":"nam"}', RegisterPatient)
    assert refused.value.issues[0].expression == "sex"
