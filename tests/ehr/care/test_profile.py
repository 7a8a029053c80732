"""The page of a resident, from visit rows and allergies."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from ehr.care.profile import profile, shown
from ehr.care.resident import Resident
from ehr.fhir.resource import Resource
from ehr.visits.listed import Place, Visit

TODAY = date(2026, 11, 23)
ONE = Resident(id="p1", version=1, name="Nguyễn Thị Đào")
AMLODIPIN = {"name": "Amlodipin 5 mg", "dose": 1}


def visit(day: int, **detail: Any) -> Visit:
    return Visit(
        rid=day,
        pat=1,
        id=f"v{day}",
        start=datetime(2026, 11, day, 1, 15, tzinfo=UTC),
        counted=True,
        insurance=True,
        kind="05",
        place=Place(1, "00004", "Ba Đình"),
        author=1,
        author_name="Lê Thị Hà",
        detail=detail,
        patient={},
        label=0,
    )


def diagnosed(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "display": f"bệnh {code}", "main": False} for code in codes]


def test_an_empty_record_is_a_page_too() -> None:
    page = profile(ONE, [], [], TODAY)
    assert (page.timeline, page.problems, page.trends, page.prescription, page.next_date) == (
        [],
        [],
        [],
        None,
        None,
    )


def test_long_term_diagnoses_are_problems_since_the_first_visit() -> None:
    visits = [
        visit(20, diagnoses=diagnosed("I10", "J00")),
        visit(10, diagnoses=diagnosed("E11.9")),
        visit(5, diagnoses=diagnosed("I10")),
    ]
    problems = profile(ONE, visits, [], TODAY).problems
    assert [(one.code, one.since, one.visits) for one in problems] == [
        ("I10", "2026-11-05", 2),
        ("E11.9", "2026-11-10", 1),
    ]


def test_trends_go_from_old_to_new() -> None:
    visits = [visit(20, vitals={"systolic": 150, "weight": 58.5}), visit(5, vitals={"weight": 57})]
    trends = {one.vital: one.points for one in profile(ONE, visits, [], TODAY).trends}
    assert [point.value for point in trends["weight"]] == [57, 58.5]
    assert trends["weight"][0].at == "2026-11-05T08:15:00+07:00"
    assert len(trends["systolic"]) == 1
    assert "pulse" not in trends


def test_the_last_prescription_is_that_of_the_last_visit_with_drugs() -> None:
    page = profile(ONE, [visit(20), visit(10, drugs=[AMLODIPIN]), visit(5, drugs=[])], [], TODAY)
    assert page.prescription is not None
    assert (page.prescription.at[:10], page.prescription.drugs) == ("2026-11-10", [AMLODIPIN])


def test_the_next_date_is_the_nearest_to_come() -> None:
    visits = [visit(20, nextDate="2026-12-21"), visit(10, nextDate="2026-11-30"), visit(5)]
    assert profile(ONE, visits, [], TODAY).next_date == "2026-11-30"
    assert profile(ONE, visits, [], date(2027, 1, 1)).next_date is None


def test_allergies_that_hold_are_named_once() -> None:
    def allergy(text: str, status: str = "active") -> Resource:
        return {"code": {"text": text}, "clinicalStatus": {"coding": [{"code": status}]}}

    coded: Resource = {"code": {"coding": [{"code": "7980", "display": "Penicillin G"}]}}
    found = [allergy("Tôm"), allergy("Tôm"), allergy("Sữa", "resolved"), coded, {}]
    assert profile(ONE, [], found, TODAY).allergies == ["Tôm", "Penicillin G"]


def test_what_is_not_known_is_null_and_not_left_out() -> None:
    wire = msgspec.to_builtins(shown(visit(20, reason="Ho")))
    assert wire == {
        "id": "v20",
        "at": "2026-11-20T08:15:00+07:00",
        "ward": {"code": "00004", "name": "Ba Đình"},
        "kind": "05",
        "reason": "Ho",
        "author": "Lê Thị Hà",
        "insurance": True,
        "vitals": {},
        "diagnoses": [],
        "drugs": [],
        "advice": None,
        "nextDate": None,
    }
