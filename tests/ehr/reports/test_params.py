"""A report has a month and perhaps a ward, and no other parameter."""

from datetime import date

import pytest

from ehr.errors import InvalidQuery
from ehr.reports import registry
from ehr.reports.params import parse
from ehr.reports.report import Params


def test_a_month_and_a_ward() -> None:
    assert parse([("period", "2026-11")]) == Params(date(2026, 11, 1))
    assert parse([("ward", "00004"), ("period", "2026-02")]) == Params(date(2026, 2, 1), "00004")
    assert parse([("period", "2026-11")]).period == "2026-11"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ([], "period"),
        ([("ward", "00004")], "period"),
        ([("period", "")], "period"),
        ([("period", "2026")], "period"),
        ([("period", "2026-13")], "period"),
        ([("period", "2026-1")], "period"),
        ([("period", "0000-01")], "period"),
        ([("period", "2026-11-01")], "period"),
        ([("period", "２０２６-11")], "period"),
        ([("period", "2026-11"), ("period", "2026-10")], "period"),
        ([("period", "2026-11"), ("ward", "4")], "ward"),
        ([("period", "2026-11"), ("ward", "")], "ward"),
        ([("period", "2026-11"), ("ward", "00004"), ("ward", "00008")], "ward"),
        ([("period", "2026-11"), ("ageBand", "80+")], "ageBand"),
        ([("period", "2026-11"), ("sex", "male")], "sex"),
        ([("period", "2026-11"), ("icd", "B20")], "icd"),
    ],
)
def test_anything_else_is_refused(query: list[tuple[str, str]], named: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        parse(query)
    assert refused.value.issues[0].expression == named


def test_a_definition_is_chosen_by_date() -> None:
    [visits] = registry.current(date(2026, 11, 23))
    assert registry.find("visits", date(2026, 11, 1)) is visits
    assert not visits.holds_on(date(2025, 6, 30))
    assert registry.current(date(2025, 6, 30)) == []


@pytest.mark.parametrize("report", registry.REPORTS)
def test_a_definition_is_complete(report: registry.Report) -> None:
    assert report.slug
    assert report.vi
    assert report.en
    assert report.source
    assert report.columns
    assert report.definitions
