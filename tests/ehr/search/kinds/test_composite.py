"""Composites are exact within one element: tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import LOINC, UCUM, answers, observation, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.fhir.definitions import resource_types
from ehr.search.extract import extract
from ehr.search.filters import filter_of
from ehr.search.registry import parameters

pytestmark = pytest.mark.proves("search/composite")
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"


def coded(code: str, system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def pressure(id: str, systolic: int, diastolic: int, system: str = LOINC) -> dict[str, Any]:
    """A blood pressure of two components."""
    parts = [(SYSTOLIC, systolic), (DIASTOLIC, diastolic)]
    return observation(
        id,
        code=coded("85354-9"),
        component=[
            {
                "code": coded(code, system),
                "valueQuantity": {
                    "value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"
                },
            }
            for code, value in parts
        ],
    )  # fmt: skip


def answered(id: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    """Components whose values are codes."""
    return observation(
        id,
        code=coded("panel"),
        component=[{"code": coded(one), "valueCodeableConcept": coded(two)} for one, two in pairs],
    )


OBSERVATIONS = [
    pressure("a", 150, 80),
    pressure("b", 80, 150),
    pressure("c", 150, 80, "http://local"),
    observation("d", code=coded(SYSTOLIC), valueQuantity={"value": 150, "unit": "mmHg"}),
    answered("e", ("q1", "yes"), ("q2", "no")),
    answered("f", ("q1", "no"), ("q2", "yes")),
    observation("g", code=coded("q1"), valueCodeableConcept=coded("yes")),
    observation("h", code=coded("note"), valueString="Đau đầu, chóng mặt"),
    observation("i", code=coded("due"), valueDateTime="2026-03-05"),
    observation("j", code=coded("due"), valuePeriod={"start": "2026-04-01", "end": "2026-05"}),
]
OBSERVATION_CASES = [
    (f"component-code-value-quantity={LOINC}|{SYSTOLIC}$gt140", "a"),
    (f"component-code-value-quantity={LOINC}|{DIASTOLIC}$gt140", "b"),
    (f"component-code-value-quantity={SYSTOLIC}$gt140", "ac"),
    (f"component-code-value-quantity={LOINC}|$gt140", "ab"),
    ("component-code-value-quantity=http://local|$gt140", "c"),
    (f"component-code-value-quantity=|{SYSTOLIC}$gt140", ""),
    (f"component-code-value-quantity={SYSTOLIC}$150", "ac"),
    (f"component-code-value-quantity={SYSTOLIC}$150|{UCUM}|mm[Hg]", "ac"),
    (f"component-code-value-quantity={SYSTOLIC}$20.0|{UCUM}|kPa", "ac"),
    (f"component-code-value-quantity={SYSTOLIC}$150||mmHg", "ac"),
    (f"component-code-value-quantity={SYSTOLIC}$150||kg", ""),
    (f"component-code-value-quantity={SYSTOLIC}$lt100", "b"),
    (f"component-code-value-quantity={SYSTOLIC}$eb100,{DIASTOLIC}$sa140", "b"),
    (f"component-code-value-quantity={SYSTOLIC}$ne150", "b"),
    (f"component-code-value-quantity={SYSTOLIC}$ap160", "ac"),
    (
        f"component-code-value-quantity={LOINC}|{SYSTOLIC}$ge150"
        f"&component-code-value-quantity={LOINC}|{DIASTOLIC}$le80",
        "a",
    ),
    ("component-value-quantity=150", "abc"),
    ("component-value-quantity:missing=true", "defghij"),
    (f"code-value-quantity={LOINC}|{SYSTOLIC}$150", "d"),
    (f"code-value-quantity={SYSTOLIC}$150||mmHg", "d"),
    (f"code-value-quantity={SYSTOLIC}$lt150", ""),
    (f"combo-code-value-quantity={LOINC}|{SYSTOLIC}$150", "ad"),
    (f"combo-code-value-quantity={SYSTOLIC}$150", "acd"),
    (f"combo-code-value-quantity={DIASTOLIC}$150", "b"),
    (f"component-code-value-concept={LOINC}|q1${LOINC}|yes", "e"),
    ("component-code-value-concept=q1$yes", "e"),
    ("component-code-value-concept=q2$yes", "f"),
    (f"component-code-value-concept={LOINC}|q2$yes,q2$no", "ef"),
    (f"component-code-value-concept={LOINC}|${LOINC}|", "ef"),
    (f"component-code-value-concept=q1${LOINC}|", "ef"),
    ("component-code-value-concept=|q1$yes", ""),
    ("component-code-value-concept=http://local|q1$yes", ""),
    ("code-value-concept=q1$yes", "g"),
    ("combo-code-value-concept=q1$yes", "eg"),
    ("combo-code-value-concept=q1$no", "f"),
    ("code-value-string=note$dau dau", "h"),
    (r"code-value-string=note$dau dau\, chong", "h"),
    ("code-value-string=note$chong mat", "h"),
    ("code-value-string=due$dau", ""),
    ("code-value-date=due$2026-03-05", "i"),
    ("code-value-date=due$ge2026-03-06", "j"),
    ("code-value-date=due$2026", "ij"),
    ("code-value-date=note$2026", ""),
]


async def test_observations(db: Database) -> None:
    await store(db, *OBSERVATIONS)
    assert await answers(db, "Observation", OBSERVATION_CASES) == dict(OBSERVATION_CASES)


async def test_at_the_end_of_a_chain(db: Database) -> None:
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": coded("panel")}
    results = {one: [{"reference": f"Observation/{one}"}] for one in "abd"}
    await store(db, *OBSERVATIONS)
    await store(db, *({**report, "id": id, "result": result} for id, result in results.items()))
    cases = [
        (f"result.component-code-value-quantity={LOINC}|{SYSTOLIC}$gt140", "a"),
        (f"result.combo-code-value-quantity={SYSTOLIC}$150", "ad"),
        ("result.value-quantity=150||mmHg", "d"),
        ("result.code:text=nothing", ""),
    ]
    assert await answers(db, "DiagnosticReport", cases) == dict(cases)


def library(id: str, *contexts: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Library",
        "id": id,
        "status": "draft",
        "type": coded("logic-library"),
        "useContext": list(contexts),
    }


def context(code: str, **value: Any) -> dict[str, Any]:
    return {"code": {"system": "http://u", "code": code}, **value}


async def test_use_contexts(db: Database) -> None:
    years = {"system": UCUM, "code": "a", "unit": "yr"}
    await store(
        db,
        library(
            "a",
            context(
                "age", valueRange={"low": {"value": 6, **years}, "high": {"value": 12, **years}}
            ),
            context("dose", valueQuantity={"value": 50, **years}),
        ),
        library("b", context("dose", valueQuantity={"value": 7, **years})),
        library(
            "c",
            context("focus", valueCodeableConcept=coded("x")),
            context("venue", valueCodeableConcept=coded("y")),
        ),
    )
    cases = [
        ("context-type-quantity=age$gt7", "a"),
        ("context-type-quantity=age$gt12", ""),
        ("context-type-quantity=http://u|age$sa5||yr", "a"),
        ("context-type-quantity=dose$7", "b"),
        ("context-type-quantity=dose$ge7", "ab"),
        ("context-type-value=focus$x", "c"),
        ("context-type-value=focus$y", ""),
        ("context-type-value=http://u|venue$y", "c"),
    ]
    assert await answers(db, "Library", cases) == dict(cases)


async def test_groups_and_documents(db: Database) -> None:
    group = {"resourceType": "Group", "type": "person", "actual": False}
    traits = [("smoker", True), ("adult", False)]
    await store(
        db,
        {
            **group,
            "id": "a",
            "characteristic": [
                {"code": coded(code), "valueBoolean": value, "exclude": False}
                for code, value in traits
            ],
        },
    )
    cases = [
        ("characteristic-value=smoker$true", "a"),
        ("characteristic-value=smoker$false", ""),
        ("characteristic-value=adult$false", "a"),
    ]
    assert await answers(db, "Group", cases) == dict(cases)
    document = {"resourceType": "DocumentReference", "status": "current", "content": [
        {"attachment": {"title": "x"}}
    ]}  # fmt: skip
    await store(
        db,
        {**document, "id": "x"},
        {**document, "id": "y"},
        {
            **document,
            "id": "a",
            "relatesTo": [
                {"code": "replaces", "target": {"reference": "DocumentReference/x"}},
                {"code": "appends", "target": {"reference": "DocumentReference/y"}},
            ],
        },
    )
    cases = [
        ("relationship=DocumentReference/x$replaces", "a"),
        ("relationship=x$replaces", "a"),
        ("relationship=x$appends", ""),
        ("relationship=DocumentReference/y$http://hl7.org/fhir/document-relationship-type|appends",
         "a"),
    ]  # fmt: skip
    assert await answers(db, "DocumentReference", cases) == dict(cases)


def sequence(id: str, reference: dict[str, Any], *variants: tuple[int, int]) -> dict[str, Any]:
    return {
        "resourceType": "MolecularSequence",
        "id": id,
        "coordinateSystem": 0,
        "referenceSeq": {**reference, "windowStart": 10, "windowEnd": 90},
        "variant": [{"start": start, "end": end} for start, end in variants],
    }


async def test_three_parts(db: Database) -> None:
    one, two = ({"chromosome": coded(name), "genomeBuild": "GRCh38"} for name in "12")
    await store(
        db,
        sequence("a", one, (10, 20), (30, 40)),
        sequence("b", two, (10, 40)),
        sequence("c", {"referenceSeqId": coded("NC")}, (30, 40)),
    )
    cases = [
        ("chromosome-variant-coordinate=1$10$20", "a"),
        ("chromosome-variant-coordinate=1$10$40", ""),
        ("chromosome-variant-coordinate=2$10$40", "b"),
        ("chromosome-variant-coordinate=1$ge30$le40", "a"),
        ("chromosome-variant-coordinate=1$ge30$le20", ""),
        ("referenceseqid-variant-coordinate=NC$30$40", "c"),
        ("chromosome-window-coordinate=1$lt11$gt80", "a"),
        ("referenceseqid-window-coordinate=NC$10$90", "c"),
        ("variant-start=10", "ab"),
        ("variant-end:missing=false", "abc"),
    ]
    assert await answers(db, "MolecularSequence", cases) == dict(cases)


def test_every_composite_of_r4_can_be_searched() -> None:
    found = [
        one
        for kind in resource_types()
        for one in parameters(kind).values()
        if one.kind == "composite"
    ]
    assert len(found) == 72
    assert all(one.searchable and one.places for one in found)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("code-value-quantity", "8480-6"),
        ("code-value-quantity", "8480-6$"),
        ("code-value-quantity", "$140"),
        ("code-value-quantity", "8480-6$140$1"),
        ("code-value-quantity", r"8480-6\$140"),
        ("code-value-quantity", "8480-6$high"),
        ("code-value-date", "due$soon"),
        ("code-value-quantity:missing", "true"),
        ("code-value-quantity:exact", "8480-6$140"),
    ],
)
def test_what_is_no_composite(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Observation", key, text)


def test_pairs_of_one_resource_are_limited() -> None:
    many = {"coding": [{"system": LOINC, "code": f"c{number}"} for number in range(16)]}
    part = {"code": many, "valueCodeableConcept": many}
    parts = [
        {
            **part,
            "code": {"coding": [{"code": f"{number}-{one['code']}"} for one in many["coding"]]},
        }
        for number in range(60)
    ]
    assert 20_000 < len(extract(observation("a", component=parts)).tok) < 40_000
