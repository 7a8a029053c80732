"""Numbers: precision, prefixes and ranges, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import answers, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.fhir.resource import Number
from ehr.search.filters import filter_of


def risk(id: str, *predictions: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "RiskAssessment",
        "id": id,
        "status": "final",
        "subject": {"reference": "Group/x"},
        "prediction": [*predictions],
    }


def likely(value: str) -> dict[str, Any]:
    return {"probabilityDecimal": Number(value)}


def between(**ends: str) -> dict[str, Any]:
    return {"probabilityRange": {end: {"value": Number(value)} for end, value in ends.items()}}


RISKS = [
    risk("a", likely("0.25")),
    risk("b", likely("0.3")),
    risk("c", likely("0.05"), likely("0.9")),
    risk("d", between(low="0.2", high="0.4")),
    risk("e", between(low="0.5")),
    risk("f", {"qualitativeRisk": {"text": "low"}}),
]
CASES = [
    ("0.25", "a"),
    ("0.250", "a"),
    ("0.251", ""),
    ("0.3", "ab"),
    ("0.30", "b"),
    ("3e-1", "b"),
    ("eq0.9", "c"),
    ("ne0.25", "bcde"),
    ("gt0.3", "cde"),
    ("lt0.25", "cd"),
    ("ge0.3", "bcde"),
    ("le0.25", "acd"),
    ("sa0.3", "ce"),
    ("sa0.2", "abce"),
    ("eb0.3", "ac"),
    ("eb0.5", "abcd"),
    ("ap0.27", "ad"),
    ("gt0.06&probability=lt0.8", "abcde"),
    ("0.25,0.9", "ac"),
]


@pytest.mark.parametrize(("asked", "ids"), CASES)
@pytest.mark.proves("search/number")
async def test_numbers(db: Database, asked: str, ids: str) -> None:
    await store(db, *RISKS)
    query = f"probability={asked}"
    assert await answers(db, "RiskAssessment", [(query, ids)]) == {query: ids}


@pytest.mark.proves("search/missing")
async def test_missing(db: Database) -> None:
    await store(db, *RISKS)
    cases = [("probability:missing=true", "f"), ("probability:missing=false", "abcde")]
    assert await answers(db, "RiskAssessment", cases) == dict(cases)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("probability", ""),
        ("probability", "gt"),
        ("probability", "high"),
        ("probability", "0,x"),
        ("probability", "1/4"),
        ("probability", ".5"),
        ("probability", "gt gt1"),
        ("probability", "xx1"),
        ("probability", "1e1000"),
        ("probability", "Infinity"),
        ("probability:not", "1"),
        ("probability:missing", ""),
    ],
)
def test_what_is_no_number(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("RiskAssessment", key, text)
