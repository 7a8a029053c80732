"""Dates, numbers and ages, by the vectors that the web app shares."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ehr.i18n import formats

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "formats.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("iso", "text"), VECTORS["date"])
def test_date(iso: str, text: str) -> None:
    assert formats.date(iso) == text


@pytest.mark.parametrize(("iso", "text"), VECTORS["dateWithWeekday"])
def test_date_with_weekday(iso: str, text: str) -> None:
    assert formats.date_with_weekday(date.fromisoformat(iso)) == text


@pytest.mark.parametrize(("instant", "text"), VECTORS["time"])
def test_time_is_hanois(instant: str, text: str) -> None:
    assert formats.time(datetime.fromisoformat(instant)) == text


@pytest.mark.parametrize(("instant", "day"), VECTORS["dayOf"][:2])
def test_day_is_hanois(instant: str, day: str) -> None:
    assert formats.day_of(datetime.fromisoformat(instant)).isoformat() == day


@pytest.mark.parametrize(("born", "today", "text"), VECTORS["age"])
def test_age(born: str, today: str, text: str) -> None:
    assert formats.age(born, date.fromisoformat(today)) == text


@pytest.mark.parametrize(("value", "text"), VECTORS["number"])
def test_number(value: float, text: str) -> None:
    assert formats.number(value) == text
