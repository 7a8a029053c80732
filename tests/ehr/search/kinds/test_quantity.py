"""Quantities: units, precision, prefixes and intervals, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import UCUM, answers, observation, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.fhir.resource import Number
from ehr.search.extract import extract
from ehr.search.filters import filter_of

pytestmark = pytest.mark.proves("search/quantity")


def dose(id: str, value: str, code: str | None = "mg", /, **more: Any) -> dict[str, Any]:
    """An Observation of so much of a UCUM unit."""
    unit = {"system": UCUM, "code": code} if code else {}
    return observation(id, valueQuantity={"value": Number(value), **unit, **more})


MASSES = [
    dose("a", "5.4"),
    dose("b", "5400", "ug"),
    dose("c", "0.0054", "g"),
    dose("d", "5.4", "kg", unit="kilogram"),
    dose("e", "5.4", None, unit="mg"),
    dose("f", "5.4", None),
    dose("g", "5.4", None, code="mg", system="http://other"),
    dose("h", "5.4", "mmol/L", unit="mmol/L"),
    dose("i", "0.0054", "mol/L"),
    dose("j", "5.41", "mg"),
]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (f"5.4|{UCUM}|mg", "abcj"),
        (f"5400|{UCUM}|ug", "abc"),
        (f"5.40|{UCUM}|mg", "abc"),
        (f"0.0000054|{UCUM}|kg", "abcj"),
        (f"gt5.4|{UCUM}|mg", "dj"),
        (f"ge5.4|{UCUM}|mg", "abcdj"),
        (f"lt5401|{UCUM}|ug", "abc"),
        (f"le5400|{UCUM}|ug", "abc"),
        (f"ne5.4|{UCUM}|mg", "d"),
        (f"sa5.4|{UCUM}|mg", "dj"),
        (f"eb0.1|{UCUM}|g", "abcj"),
        (f"ap6|{UCUM}|mg", "abcj"),
        (f"5.4|{UCUM}|mol/L", ""),
        (f"5.4|{UCUM}|mmol/L", "hi"),
        (f"5.4|{UCUM}|umol/mL", "hi"),
        ("5.4||mg", "aegj"),
        ("5.4||kilogram", "d"),
        ("5.4||kg", "d"),
        ("5.4||g", ""),
        ("5.4|http://other|mg", "g"),
        ("5.4|http://other|kg", ""),
        ("5.4", "adefghj"),
        ("5400", "b"),
        ("5.40", "adefgh"),
        ("0.0054", "ci"),
        (f"5.4|{UCUM}|no-such", ""),
    ],
)
async def test_units(masses: Database, asked: str, ids: str) -> None:
    query = f"value-quantity={asked}"
    assert await answers(masses, "Observation", [(query, ids)]) == {query: ids}


@pytest.fixture
async def masses(db: Database) -> Database:
    await store(db, *MASSES)
    return db


TEMPERATURES = [dose("a", "37", "Cel"), dose("b", "98.6", "[degF]"), dose("c", "310.15", "K")]


async def test_temperatures_have_their_own_zero(db: Database) -> None:
    await store(db, *TEMPERATURES)
    cases = [
        (f"value-quantity=37.0|{UCUM}|Cel", "abc"),
        (f"value-quantity=98.60|{UCUM}|[degF]", "abc"),
        (f"value-quantity=gt37|{UCUM}|Cel", ""),
        (f"value-quantity=37|{UCUM}|K", ""),
    ]
    assert await answers(db, "Observation", cases) == dict(cases)


EXTREMES = [
    dose("a", "1e-300", None),
    dose("b", "1e300", None),
    dose("c", "-1e300", None),
    dose("d", "0", None),
    dose("e", "0.1", None),
    dose("f", "100", None),
    dose("g", "104", None),
    dose("h", "106", None),
]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("1e300", "b"),
        ("gt1e299", "b"),
        ("lt-1e299", "c"),
        ("gt0&value-quantity=lt1e-299", "a"),
        ("0", "ade"),
        ("0.0", "ad"),
        ("0.1", "e"),
        ("1e2", "fg"),
        ("9.5e1", ""),
        ("ne1e2&value-quantity=gt1&value-quantity=lt1000", "h"),
        ("100", "f"),
        ("1e-1", "e"),
        ("ge-1e300", "abcdefgh"),
        ("gt1e301", ""),
        ("lt1e999", "abcdefgh"),
        ("gt-1e999", "abcdefgh"),
        ("1.00e2", "f"),
        ("+100", "f"),
        ("-0", "ade"),
    ],
)
async def test_far_ends_of_the_exponent(extremes: Database, asked: str, ids: str) -> None:
    query = f"value-quantity={asked}"
    assert await answers(extremes, "Observation", [(query, ids)]) == {query: ids}


@pytest.fixture
async def extremes(db: Database) -> Database:
    await store(db, *EXTREMES)
    return db


INTERVALS = [
    dose("a", "5", comparator="<"),
    dose("b", "5", comparator="<="),
    dose("c", "5", comparator=">"),
    dose("d", "5", comparator=">="),
    dose("e", "5"),
    observation(
        "s",
        valueSampledData={
            "origin": {"value": 2, "system": UCUM, "code": "mg"},
            "period": 10,
            "factor": Number("0.5"),
            "dimensions": 1,
            "data": "2 6 E 4",
        },
    ),
]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("5", "es"),
        ("ne5", "abcds"),
        ("gt5", "cd"),
        ("lt5", "abs"),
        ("ge5", "bcdes"),
        ("le5", "abdes"),
        ("sa4", "cde"),
        ("sa5", "c"),
        ("eb6", "abes"),
        ("eb5", "a"),
        ("ap100", "cd"),
        ("ap5", "abcdes"),
        (f"sa4000|{UCUM}|ug", "cde"),
        (f"lt5000|{UCUM}|ug", "abs"),
        (f"gt5.1|{UCUM}|mg", "cd"),
        (f"ge5|{UCUM}|g", "cd"),
    ],
)
async def test_what_is_an_interval(intervals: Database, asked: str, ids: str) -> None:
    expected = ids.replace("s", "") if asked == "5" else ids
    query = f"value-quantity={asked}"
    assert await answers(intervals, "Observation", [(query, expected)]) == {query: expected}


@pytest.fixture
async def intervals(db: Database) -> Database:
    await store(db, *INTERVALS)
    return db


def age(id: str, **ends: Any) -> dict[str, Any]:
    """A Condition that began in a range of ages."""
    years = {end: {"value": value, "system": UCUM, "code": "a"} for end, value in ends.items()}
    return {
        "resourceType": "Condition",
        "id": id,
        "subject": {"reference": "Group/x"},
        "onsetRange": years,
    }


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("50", ""),
        ("ap55", "abc"),
        ("gt55", "abc"),
        ("lt45", "c"),
        ("ge60", "abc"),
        ("sa45", "ab"),
        ("eb61", "ac"),
        ("eb60", ""),
        (f"gt719|{UCUM}|mo", "abc"),
        (f"eb7|{UCUM}|mo", ""),
    ],
)
async def test_ranges(db: Database, asked: str, ids: str) -> None:
    await store(db, age("a", low=50, high=60), age("b", low=50), age("c", high=60))
    query = f"onset-age={asked}"
    assert await answers(db, "Condition", [(query, ids)]) == {query: ids}


async def test_money_by_its_currency(db: Database) -> None:
    bill = {"resourceType": "Invoice", "status": "issued"}
    await store(
        db,
        {**bill, "id": "a", "totalNet": {"value": 120000, "currency": "VND"}},
        {**bill, "id": "b", "totalNet": {"value": 120000, "currency": "USD"}},
    )
    cases = [
        ("totalnet=120000|urn:iso:std:iso:4217|VND", "a"),
        ("totalnet=120000||USD", "b"),
        ("totalnet=120000", "ab"),
        ("totalnet=gt120000", ""),
    ]
    assert await answers(db, "Invoice", cases) == dict(cases)


def test_what_wards_write_is_indexed_once() -> None:
    weight = extract(dose("a", "58.5", "kg", unit="kg"))
    assert len(weight.quantities) == 1
    assert len(extract(dose("b", "5.4", "mg", unit="mg")).quantities) == 2


@pytest.mark.parametrize(
    "text", ["", "|", "x", "5.4|mg", "5.4|a|", "5.4|a|b|c", "5,4x", "ge", "xx5", "1e9999", "0x10"]
)
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Observation", "value-quantity", text)
