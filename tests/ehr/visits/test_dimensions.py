"""The dimensions: their numbers are committed, their rules a table of cases."""

from datetime import UTC, date, datetime

import pytest

from ehr.visits import dimensions
from ehr.visits.dimensions import BANDS, CHAPTERS, INSURANCE, SEXES, UNKNOWN

DAY = date(2026, 11, 23)


def test_numbers_are_committed() -> None:
    """Rows hold these numbers: whoever changes this test renumbers the city's figures."""
    assert {n: c.code for n, c in BANDS.items()} == {
        1: "0", 2: "1-4", 3: "5-14", 4: "15-39", 5: "40-59", 6: "60-69", 7: "70-79", 8: "80+",
        0: "unknown",
    }  # fmt: skip
    assert {n: c.code for n, c in SEXES.items()} == {1: "male", 2: "female", 3: "undetermined"}
    assert {n: c.code for n, c in INSURANCE.items()} == {1: "yes", 2: "no", 0: "unknown"}
    roman = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII"
    assert [CHAPTERS[n].code for n in range(1, 23)] == roman.split()
    assert CHAPTERS[UNKNOWN].code == "unknown"
    assert list(CHAPTERS)[-1] == UNKNOWN


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2026-11-23", "0"), ("2025-11-24", "0"), ("2025-11-23", "1-4"), ("2021-11-24", "1-4"),
        ("2021-11-23", "5-14"), ("2011-11-24", "5-14"), ("2011-11-23", "15-39"),
        ("1986-11-24", "15-39"), ("1986-11-23", "40-59"), ("1966-11-23", "60-69"),
        ("1956-11-23", "70-79"), ("1946-11-23", "80+"), ("1900-01-01", "80+"),
        ("1986", "40-59"), ("1986-12", "15-39"), ("2026-11-24", "unknown"),
        ("1800-01-01", "unknown"), (None, "unknown"), ("long ago", "unknown"), (1970, "unknown"),
    ],
)  # fmt: skip
def test_band(born: object, expected: str) -> None:
    assert BANDS[dimensions.band(born, DAY)].code == expected


def test_band_of_a_leap_day() -> None:
    assert dimensions.band("2020-02-29", date(2025, 2, 28)) == 2
    assert dimensions.band("2020-02-29", date(2025, 3, 1)) == 3


@pytest.mark.parametrize(
    ("icd", "expected"),
    [
        ("A00", "I"), ("B99.9", "I"), ("C00", "II"), ("D48", "II"), ("D50", "III"), ("D89", "III"),
        ("E11.9", "IV"), ("F32", "V"), ("G47.0", "VI"), ("H59", "VII"), ("H60", "VIII"),
        ("I10", "IX"), ("J06.9", "X"), ("K29.7", "XI"), ("L20", "XII"), ("M54.5", "XIII"),
        ("N39.0", "XIV"), ("O80", "XV"), ("P96", "XVI"), ("Q90", "XVII"), ("R51", "XVIII"),
        ("S00", "XIX"), ("T14", "XIX"), ("T98", "XIX"), ("V01", "XX"), ("W54", "XX"),
        ("Y98", "XX"), ("Z23", "XXI"), ("U07.1", "XXII"),
        ("D49", "unknown"), ("E99", "unknown"), ("T99", "unknown"), ("V00", "unknown"),
        ("", "unknown"), (None, "unknown"), ("i10", "unknown"), ("I1", "unknown"),
    ],
)  # fmt: skip
def test_chapter(icd: str | None, expected: str) -> None:
    assert CHAPTERS[dimensions.chapter(icd)].code == expected


def test_sex_and_insurance() -> None:
    assert [dimensions.sex(g) for g in ("male", "female", "other", "unknown", None)] == [
        1, 2, 3, 3, 3,
    ]  # fmt: skip
    assert [dimensions.insurance(i) for i in (True, False, None, 1, "yes")] == [1, 2, 0, 0, 0]


def test_days_are_hanoi_s() -> None:
    assert dimensions.day_of(datetime(2026, 11, 30, 16, 59, tzinfo=UTC)) == date(2026, 11, 30)
    assert dimensions.day_of(datetime(2026, 11, 30, 17, tzinfo=UTC)) == date(2026, 12, 1)
    assert dimensions.day_of(datetime.max.replace(tzinfo=UTC)) == date(9999, 12, 31)
    assert dimensions.day_of(datetime.min.replace(tzinfo=UTC)) == date(1, 1, 1)
