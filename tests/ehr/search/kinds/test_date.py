"""Dates: every prefix against points, days, months, open periods and timings."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fixtures.searching import answers, observation, store

from ehr import clock
from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.search.filters import filter_of


def seen(id: str, **effective: Any) -> dict[str, Any]:
    return observation(id, **effective)


FINDINGS = [
    seen("a", effectiveDateTime="2026-03-05T08:30:00+07:00"),
    seen("b", effectiveDateTime="2026-03-05"),
    seen("c", effectiveDateTime="2026-03"),
    seen("d", effectiveDateTime="2026"),
    seen("e", effectivePeriod={"start": "2026-03-05T08:00:00+07:00", "end": "2026-03-06"}),
    seen("f", effectivePeriod={"start": "2026-03-10"}),
    seen("g", effectivePeriod={"end": "2026-03-01"}),
    seen("h", effectiveTiming={"event": ["2026-02-01", "2026-03-05"]}),
    seen("i", effectiveInstant="2026-03-05T01:30:00.250Z"),
    seen("j"),
    seen("k", effectiveTiming={"repeat": {"boundsPeriod": {"start": "2026-03-07",
                                                           "end": "2026-03-08"}}}),
    seen("l", effectiveTiming={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}),
]  # fmt: skip
CASES = [
    # eq: what is asked contains the value
    ("2026-03-05", "abi"),
    ("2026-03", "abceik"),
    ("2026", "abcdehik"),
    ("2026-03-05T08:30:00+07:00", "ai"),
    ("2026-03-05T08:30:00 07:00", "ai"),
    ("2026-03-05T01:30:00Z", "ai"),
    ("2026-03-05T08:30", "ai"),
    ("2026-03-05T08:30:00.250+07:00", "i"),
    ("2026-03-05T08:30:01+07:00", ""),
    ("2027", ""),
    # ne
    ("ne2026-03-05", "cdefghk"),
    ("ne2026", "fg"),
    # gt, ge: some of it is later
    ("gt2026-03-05", "cdefk"),
    ("ge2026-03-05", "abcdefhik"),
    ("gt2026-03-08", "cdf"),
    ("gt2026", "f"),
    ("ge2026", "abcdefhik"),
    ("gt2026-03-05T08:30:00+07:00", "bcdefhk"),
    ("gt2026-03-05T08:30:00 07:00", "bcdefhk"),
    # lt, le: some of it is earlier
    ("lt2026-03-05", "cdgh"),
    ("le2026-03-05", "abcdghi"),
    ("lt2026", "g"),
    ("le2026", "abcdeghik"),
    ("lt2026-03-05T01:30:00Z", "bcdegh"),
    # sa, eb: all of it is
    ("sa2026-03-05", "fk"),
    ("sa2026-03-04", "abefik"),
    ("sa2025", "abcdefhik"),
    ("eb2026-03-05", "g"),
    ("eb2026-03-06", "abghi"),
    ("eb2027", "abcdeghik"),
    # several
    ("ge2026-03-05&date=lt2026-03-06", "abcdehi"),
    ("2026-03-05,sa2026-03-06", "abfik"),
]


@pytest.fixture
async def findings(db: Database) -> Database:
    await store(db, *FINDINGS)
    return db


@pytest.mark.parametrize(("asked", "ids"), CASES)
@pytest.mark.proves("search/date")
async def test_the_main_date(findings: Database, asked: str, ids: str) -> None:
    query = f"date={asked}"
    assert await answers(findings, "Observation", [(query, ids)]) == {query: ids}


def issued(one: dict[str, Any]) -> dict[str, Any]:
    """The same times where they are in a side table: ServiceRequest.occurrence."""
    times = {
        name.replace("effective", "occurrence"): value
        for name, value in one.items()
        if name.startswith("effective") and name != "effectiveInstant"
    }
    if "effectiveInstant" in one:
        times["occurrenceDateTime"] = one["effectiveInstant"]
    request = {"resourceType": "ServiceRequest", "status": "active", "intent": "order"}
    return {**request, "id": one["id"], "subject": {"reference": "Group/x"}, **times}


@pytest.mark.parametrize(("asked", "ids"), CASES)
@pytest.mark.proves("search/date")
async def test_a_date_beside_it(db: Database, asked: str, ids: str) -> None:
    await store(db, *map(issued, FINDINGS))
    query = f"occurrence={asked}".replace("&date=", "&occurrence=")
    assert await answers(db, "ServiceRequest", [(query, ids)]) == {query: ids}


@pytest.mark.proves("search/missing")
async def test_missing(findings: Database) -> None:
    cases = [("date:missing=true", "jl"), ("date:missing=false", "abcdefghik")]
    assert await answers(findings, "Observation", cases) == dict(cases)


@pytest.mark.proves("search/date")
async def test_about_is_a_tenth_of_the_distance_from_now(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 4, 14, tzinfo=UTC)  # 40 days after 5 March
    monkeypatch.setattr(clock, "now", lambda: now)
    days = {"a": "2026-03-01", "b": "2026-03-02", "c": "2026-03-09", "d": "2026-03-11"}
    await store(db, *(seen(id, effectiveDateTime=day) for id, day in days.items()))
    cases = [("date=ap2026-03-05", "abc"), ("date=ap2026-04-13", "")]
    assert await answers(db, "Observation", cases) == dict(cases)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("date", ""),
        ("date", "ge"),
        ("date", "soon"),
        ("date", "2026-13"),
        ("date", "2026-02-30"),
        ("date", "20260305"),
        ("date", "2026-3-5"),
        ("date", "2026-03-05 08:30"),
        ("date", "2026-03-05T25:00"),
        ("date", "2026-03-05T08:30:00+15:00"),
        ("date", "xx2026"),
        ("date", "gtlt2026"),
        ("date:exact", "2026"),
        ("date:missing", "yes"),
    ],
)
def test_what_is_no_date(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Observation", key, text)
