"""Partial dates as intervals, in UTC."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.clock import HANOI
from ehr.fhir.dates import BEGINNING, END, bounds, period_bounds


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("2026", "2026-01-01T00:00+07:00", "2027-01-01T00:00+07:00"),
        ("2026-02", "2026-02-01T00:00+07:00", "2026-03-01T00:00+07:00"),
        ("2026-12", "2026-12-01T00:00+07:00", "2027-01-01T00:00+07:00"),
        ("2024-02-29", "2024-02-29T00:00+07:00", "2024-03-01T00:00+07:00"),
        ("2026-03-05T08:30", "2026-03-05T01:30+00:00", "2026-03-05T01:31+00:00"),
        ("2026-03-05T08:30:15", "2026-03-05T01:30:15+00:00", "2026-03-05T01:30:16+00:00"),
        ("2026-03-05T08:30:15Z", "2026-03-05T08:30:15+00:00", "2026-03-05T08:30:16+00:00"),
        ("2026-03-05T08:30:15-05:30", "2026-03-05T14:00:15+00:00", "2026-03-05T14:00:16+00:00"),
        ("2026-03-05T08:30:15.5Z", "2026-03-05T08:30:15.5+00:00", "2026-03-05T08:30:15.6+00:00"),
        (
            "2026-03-05T08:30:15.12345678901234567890123456789Z",
            "2026-03-05T08:30:15.123456+00:00",
            "2026-03-05T08:30:15.123457+00:00",
        ),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00+00:00", "2027-01-01T00:00:01+00:00"),
        ("1950-05-01", "1950-05-01T00:00+07:00", "1950-05-02T00:00+07:00"),
    ],
)
def test_bounds(text: str, lower: str, upper: str) -> None:
    assert bounds(text) == (at(lower), at(upper))


@pytest.mark.parametrize(
    "text",
    [
        *("", "26", "2026-13", "2026-00", "2026-02-30", "2025-02-29", "2026-1-1", "0000"),
        *("2026-03-05T", "2026-03-05T08", "2026-03-05T24:00:00Z", "2026-03-05T08:60:00Z"),
        *("2026-03-05T08:30:61Z", "2026-03-05T08:30:15+15:00", "2026-03-05T08:30:15+07"),
        *("2026-03-05 08:30", "2026-03-05Z", "٢٠٢٦", "2026\n", " 2026", "20260305"),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        bounds(text)


def test_the_ends_of_the_calendar() -> None:
    assert bounds("0001") == (BEGINNING, at("0002-01-01T00:00+07:00"))
    assert bounds("9999-12-31") == (at("9999-12-31T00:00+07:00"), END)
    assert bounds("9999")[1] == END
    assert bounds("9999-12-31T23:59:59-14:00") == (END, END)


@settings(deadline=None)
@given(st.dates())
def test_a_day_read_back_in_hanoi_is_the_same_day(day: object) -> None:
    lower, upper = bounds(str(day))
    if lower > BEGINNING and upper - lower == timedelta(days=1):
        assert lower.astimezone(HANOI).date() == day


def test_periods_may_be_open() -> None:
    assert period_bounds({"start": "2026"}) == (at("2026-01-01T00:00+07:00"), END)
    assert period_bounds({"end": "2026"}) == (BEGINNING, at("2027-01-01T00:00+07:00"))
    assert period_bounds({}) == (BEGINNING, END)
