"""Every kind of question, asked by nobody, the wrong ward, the city and an unreferred hospital."""

from typing import Any
from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, OTHER_WARD, SYSTEM, Api

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">hypertension</div>'
QUERIES = [
    "component-code-value-quantity=8480-6$gt140",
    "combo-code-value-quantity=8480-6$150",
    "component-code-value-concept=q1$yes",
    f"value-quantity=5400|{UCUM}|ug",
    "value-quantity=gt5",
    "date=2026-03",
    f"value-concept:below={ICD}|IX",
    f"value-concept:above={ICD}|I10.1",
    "status:in=http://hl7.org/fhir/ValueSet/observation-status",
    "status:not-in=http://hl7.org/fhir/ValueSet/publication-status",
    "status:not=cancelled",
    "identifier:of-type=http://t|MR|1",
    "performer:identifier=http://i|7",
    "code:text=blood",
    "_text=hypertension",
    "_text=not nothing",
    "_content=remark",
    "_source:below=http://lab",
    "_source:above=http://lab/one/two",
    "specimen:missing=true",
    "_lastUpdated=ge2020",
    "_tag=http://t|a",
    "_profile=http://p/one",
    "_security=http://s|b",
    "_contained=false",
    "_containedType=container",
]


def findings(patient: str) -> list[dict[str, Any]]:
    """What each of QUERIES finds one of."""
    made = records.observation(patient)

    def coded(code: str, system: str = LOINC, **more: str) -> dict[str, Any]:
        return {"coding": [{"system": system, "code": code, **more}]}

    return [
        {
            **made,
            "text": {"status": "generated", "div": DIV},
            "meta": {
                "source": "http://lab/one",
                "tag": [{"system": "http://t", "code": "a"}],
                "security": [{"system": "http://s", "code": "b"}],
                "profile": ["http://p/one"],
            },
            "code": coded("85354-9", display="Blood pressure"),
            "identifier": [{"value": "1", "type": coded("MR", "http://t")}],
            "performer": [{"identifier": {"system": "http://i", "value": "7"}}],
            "valueQuantity": {"value": 6, "system": UCUM, "code": "mg"},
            "effectiveDateTime": "2026-03-05",
            "note": [{"text": "a remark"}],
            "component": [
                {"code": coded("8480-6"), "valueQuantity": {"value": 150, "unit": "mmHg"}},
                {"code": coded("q1"), "valueCodeableConcept": coded("yes")},
            ],
        },
        {
            **made,
            "code": coded("8480-6"),
            "valueQuantity": {"value": 5400, "system": UCUM, "code": "ug"},
        },
        {**without_value(made), "valueCodeableConcept": coded("I10", ICD)},
    ]


def without_value(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if not key.startswith("value")}


@pytest.fixture
async def stored(api: Api) -> set[str]:
    """A resident of the nurse's ward with some findings."""
    patient = await api.create(records.patient())
    return {await api.create(one) for one in findings(patient)}


async def test_each_kind_of_question_by_each_kind_of_caller(api: Api, stored: set[str]) -> None:
    for query in QUERIES:
        name, _, value = query.partition("=")
        path = f"Observation?{name}={quote(value)}&_total=accurate"
        seen = await api.get(path, who=NURSE)
        assert seen.status == 200, (query, seen.body)
        assert seen.ids, query
        assert set(seen.ids) <= stored
        assert seen.json["total"] == len(seen.ids), query
        assert (await api.get(path, who=SYSTEM)).ids == seen.ids
        wrong = await api.get(path, who=OTHER_WARD)
        assert (wrong.status, wrong.ids, wrong.json["total"]) == (200, [], 0), query
        for who, status in ((None, 401), (ANALYST, 403), (HOSPITAL, 403)):
            assert (await api.get(path, who=who)).status == status, (query, who)


async def test_places_are_everyones_who_may_read_them(api: Api) -> None:
    place = {"resourceType": "Location", "name": "Trạm", "position": {
        "latitude": 21, "longitude": 105
    }}  # fmt: skip
    id = await api.create(place, who=SYSTEM)
    for who in (NURSE, OTHER_WARD, SYSTEM):
        assert (await api.get("Location?near=21|105|1|km", who=who)).ids == [id]
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.get("Location?near=21|105|1|km", who=who)).status == status


@pytest.mark.proves("interactions/prefer-handling")
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("code:nonsense=a", "not-supported"),
        ("date:exact=2026", "not-supported"),
        ("code-value-quantity:missing=true", "not-supported"),
        ("_text:exact=a", "not-supported"),
        ("code-value-quantity=a", "invalid"),
        ("value-quantity=5|mg", "invalid"),
        ("code:in=http://nowhere", "invalid"),
        ("code:below=I10", "invalid"),
        ("_contained=true", "not-supported"),
        ("_contained=both", "not-supported"),
        ("_contained=maybe", "invalid"),
        ("_contained:not=true", "invalid"),
        ("_containedType=contained", "not-supported"),
        ("_containedType=other", "invalid"),
    ],
)
@pytest.mark.proves("search/modifier-refused")
async def test_what_is_refused_strictly_and_how(api: Api, query: str, code: str) -> None:
    strict = {"Prefer": "handling=strict"}
    reply = await api.get(f"Observation?{query}", headers=strict)
    assert (reply.status, reply.codes) == (400, [code]), reply.said
    assert query.partition("=")[0].partition(":")[0] in reply.said
