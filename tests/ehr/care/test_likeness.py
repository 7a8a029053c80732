"""Whether two descriptions are of one person, and that it does not matter which comes first."""

from typing import Any

import pytest

from ehr.care.likeness import likeness, person
from ehr.fhir.identifiers import BHYT, CCCD

OLD_CCCD = "http://fhir.ehealth.gov.vn/core/sid/national_id"


HOA = {"name": "Nguyễn Thị Hòa", "born": "1958-02-01", "gender": "female"}


def described(*, system: str = CCCD, **more: str | None) -> dict[str, Any]:
    """A Patient like Bà Hòa, but for what is given; None leaves out."""
    what = HOA | more
    found: dict[str, Any] = {
        "resourceType": "Patient",
        "name": [{"text": what["name"]}],
        "birthDate": what["born"],
        "gender": what["gender"],
        "identifier": [{"system": system, "value": what.get("cccd")}],
        "telecom": [{"system": "phone", "value": what.get("phone")}],
    }
    named = {"name": "name", "birthDate": "born", "gender": "gender"}
    named |= {"identifier": "cccd", "telecom": "phone"}
    return {
        key: one
        for key, one in found.items()
        if what.get(named.get(key, "name")) or key == "resourceType"
    }


FULL = described(cccd="001158000001", phone="0912345678")


@pytest.mark.parametrize(
    ("other", "grade"),
    [
        (FULL, "certain"),
        (described(cccd="001158000001"), "certain"),
        (described(cccd="001158000001", system=OLD_CCCD), "certain"),
        (described(name=None, gender=None, cccd="001158000001"), "certain"),
        (described(name="HOÀ NGUYỄN THỊ", cccd="001158000001"), "certain"),
        (described(name="Trần Văn Minh", cccd="001158000001"), "probable"),
        (described(gender="male", cccd="001158000001"), "probable"),
        (described(born="1958-01-02", cccd="001158000001"), "probable"),
        (described(born="1990-07-07", cccd="001158000001"), "possible"),
        (described(name=None, born=None, gender=None, cccd="001158000001"), "possible"),
        (described(), "probable"),
        (described(name="nguyen thi hoa"), "probable"),
        (described(phone="+84 912 345 678"), "probable"),
        (described(born=None, phone="0912 345 678"), "possible"),
        (described(born="1958"), "certainly-not"),
        (described(born="1958", phone="0912345678"), "probable"),
        (described(gender="male"), "certainly-not"),
        (described(born="1958-02-02"), "certainly-not"),
        (described(name="Trần Văn Minh"), "certainly-not"),
        (described(cccd="001158000002"), "certainly-not"),
        (described(cccd="001158000001", system=BHYT), "probable"),
        (described(name="Trần Văn Minh", born="1990-07-07", gender="male"), "certainly-not"),
        ({"resourceType": "Patient"}, "certainly-not"),
    ],
)
def test_grades(other: dict[str, Any], grade: str) -> None:
    found = likeness(person(FULL), person(other))
    assert found.grade == grade, found
    assert 0 <= found.score <= 1
    assert likeness(person(other), person(FULL)) == found


def test_names_in_parts_and_as_text_are_one() -> None:
    parts = described() | {"name": [{"family": "Nguyễn", "given": ["Thị", "Hoà"]}]}
    assert likeness(person(parts), person(described())).score == (
        likeness(person(described()), person(described())).score
    )


def test_more_that_agrees_is_likelier() -> None:
    steps = [
        described(born=None),
        described(born="1958"),
        described(),
        described(phone="0912345678"),
        FULL,
    ]
    scores = [likeness(person(FULL), person(one)).score for one in steps]
    assert scores == sorted(scores)
