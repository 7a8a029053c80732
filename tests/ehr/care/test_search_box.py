"""What is typed into the search box, and which searches it becomes."""

from datetime import date

import pytest

from ehr.care.search_box import searches
from ehr.search.values import DateValue, TextValue, TokenValue

TODAY = date(2026, 11, 23)
CCCD, BHYT = "http://fhir.hl7.org.vn/core/sid/cccd", "http://fhir.hl7.org.vn/core/sid/bhyt"


def asked(text: str) -> list[list[tuple[str, str]]]:
    """Per search: parameter and the value in words."""
    return [
        [(one.parameter.code, _words(one.values[0])) for one in search]
        for search in searches(text, TODAY)
    ]


def _words(value: object) -> str:
    match value:
        case TextValue():
            return value.text
        case TokenValue():
            return f"{value.system or ''}|{value.code}"
        case DateValue():
            return f"{value.prefix}{value.lower:%Y-%m-%d}"
    raise AssertionError(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("099158000001", [("identifier", f"{CCCD}|099158000001")]),
        ("099 158 000 001", [("identifier", f"{CCCD}|099158000001")]),
        (
            "099158000001|012345678|Nguyễn Thị Đào|01021958|Nữ|Hà Nội|01012021",
            [("identifier", f"{CCCD}|099158000001")],
        ),
        ("gd4010123456789", [("identifier", f"{BHYT}|GD4010123456789")]),
        ("0912 345 678", [("phone", "|0912345678")]),
        ("+84912345678", [("phone", "|0912345678")]),
        ("1234567890", [("identifier", f"{BHYT}|1234567890")]),
        ("0001", [("identifier-tail", "|0001")]),
        ("nguyen thi", [("name", "nguyen"), ("name", "thi")]),
        ("  Nguyễn   THỊ ", [("name", "nguyen"), ("name", "thi")]),
        ("đào nguyễn", [("name", "dao"), ("name", "nguyen")]),
    ],
)
def test_the_first_search_is_the_likeliest(text: str, expected: list[tuple[str, str]]) -> None:
    assert asked(text)[0] == expected


def test_ten_digits_may_be_a_phone_or_an_insurance_number() -> None:
    assert asked("0912345678") == [
        [("phone", "|0912345678")],
        [("identifier", f"{BHYT}|0912345678")],
    ]


def test_twelve_digits_may_be_on_the_insurance_card() -> None:
    assert asked("099158000001")[1] == [("identifier", f"{BHYT}|099158000001")]


def test_four_digits_are_the_end_of_a_number_or_a_year() -> None:
    assert [search[0][0] for search in asked("1958")] == [
        "identifier-tail",
        "phone-tail",
        "birthdate",
    ]
    assert [search[0][0] for search in asked("2027")] == ["identifier-tail", "phone-tail"]


def test_a_year_among_the_words_is_the_birth_year() -> None:
    assert asked("dao 1958") == [[("name", "dao"), ("birthdate", "eq1957-12-31")]]


def test_a_long_text_is_cut() -> None:
    assert len(asked(" ".join(["an"] * 100))[0]) == 8


@pytest.mark.parametrize("text", ["", "  ", "12", "123", "|", "12345678901234567890", "%", "***"])
def test_what_says_too_little_finds_nothing(text: str) -> None:
    assert searches(text, TODAY) == []
