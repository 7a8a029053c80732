"""Open days, Tết, hours."""

from collections import Counter
from datetime import date, datetime

import pytest

from ehr.clock import HANOI
from seed.calendar import Year, moment, openness, working_day
from seed.chance import stream
from seed.epidemiology import season

YEAR = Year(date(2025, 11, 24), datetime(2026, 11, 23, 10, 30, tzinfo=HANOI))


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 23), True),  # a Monday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 2, 17), False),  # the first day of Tết
        (date(2026, 2, 15), False),  # two days before
        (date(2026, 2, 24), True),
        (date(2026, 4, 30), False),
        (date(2027, 4, 16), False),  # the Hùng Kings
        (date(2026, 9, 2), False),
    ],
)
def test_the_clinic_works_on_working_days(day: date, open_: bool) -> None:
    assert (openness(day) >= 0.9) == open_


def test_an_appointment_falls_on_a_working_day() -> None:
    assert working_day(date(2026, 11, 23)) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 21)) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 22)) == date(2026, 11, 24)
    assert working_day(date(2026, 2, 15)) > date(2026, 2, 22)


def test_mornings_are_fullest_and_lunch_is_free() -> None:
    chance = stream(1, "hours")
    hours = Counter(moment(chance, date(2026, 11, 23)).hour for _ in range(2000))
    assert hours[8] + hours[9] > hours[14] + hours[15]
    assert hours[12] == 0
    assert all(7 <= hour < 17 for hour in hours)


def test_dengue_comes_from_august_to_november() -> None:
    chance = stream(1, "dengue")
    months = Counter(YEAR.draw(chance, season("dengue")).month for _ in range(2000))
    assert sum(months[month] for month in (8, 9, 10, 11)) > 1400
    assert months[2] < 60


def test_the_year_ends_at_its_last_moment() -> None:
    assert YEAR.days == 365
    assert YEAR.holds(datetime(2026, 11, 23, 10, 29, tzinfo=HANOI))
    assert not YEAR.holds(datetime(2026, 11, 23, 10, 31, tzinfo=HANOI))
    assert not YEAR.holds(datetime(2025, 11, 23, 10, 0, tzinfo=HANOI))
