"""`:in`, `:not-in`, `:above` and `:below` with value sets and code systems that clients stored."""

from typing import Any
from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NURSE, OTHER_WARD, SYSTEM, Api

DEER = "http://zoo/deer"


def code_system(url: str, *concepts: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "status": "active",
        "content": "complete",
        "concept": list(concepts),
    }


def value_set(name: str, include: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "url": f"http://zoo/ValueSet/{name}",
        "status": "active",
        "compose": {"include": include, **more},
    }


def listed(*codes: str) -> dict[str, Any]:
    return {"system": DEER, "concept": [{"code": code} for code in codes]}


SYSTEM_OF_DEER = code_system(
    DEER,
    {
        "code": "deer",
        "concept": [{"code": "sika"}, {"code": "muntjac", "concept": [{"code": "giant"}]}],
    },
    {"code": "saola", "property": [{"code": "parent", "valueCode": "deer"}]},
    {"code": "cow"},
)
SETS = [
    value_set("small", [listed("sika", "saola")]),
    value_set("all", [{"system": DEER}]),
    value_set("but", [{"system": DEER}], exclude=[listed("cow", "deer")]),
    value_set("under", [{"system": DEER, "filter": [
        {"property": "concept", "op": "is-a", "value": "muntjac"}
    ]}]),
    value_set("both", [{"valueSet": ["http://zoo/ValueSet/small"]}, listed("cow")]),
    value_set("official", [
        {"valueSet": ["http://hl7.org/fhir/ValueSet/observation-status"]}, listed("cow")
    ]),
    value_set("circle", [{"valueSet": ["http://zoo/ValueSet/circle"]}]),
    value_set("nowhere", [{"system": "http://nowhere"}]),
]  # fmt: skip


@pytest.fixture
async def zoo(api: Api) -> dict[str, str]:
    """Observation by its code."""
    await api.create(SYSTEM_OF_DEER, who=SYSTEM)
    for one in SETS:
        await api.create(one, who=SYSTEM)
    expanded = {"timestamp": "2026-01-01", "contains": [
        {"system": DEER, "code": "deer", "contains": [{"system": DEER, "code": "giant"}]}
    ]}  # fmt: skip
    ready = value_set("ready", [{"system": "http://nowhere"}])
    await api.create({**value_set("stale", [listed("cow")]), "expansion": expanded}, who=SYSTEM)
    await api.put("ValueSet/ready", {**ready, "id": "ready", "expansion": expanded}, who=SYSTEM)
    who = await api.create(records.patient())
    found = {}
    for code in ("deer", "sika", "muntjac", "giant", "saola", "cow"):
        coded = {"coding": [{"system": DEER, "code": code}]}
        found[await api.create({**records.observation(who), "code": coded})] = code
    return found


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("code:in=http://zoo/ValueSet/small", "saola sika"),
        ("code:in=http://zoo/ValueSet/all", "cow deer giant muntjac saola sika"),
        ("code:in=http://zoo/ValueSet/but", "giant muntjac saola sika"),
        ("code:in=http://zoo/ValueSet/under", "giant muntjac"),
        ("code:in=http://zoo/ValueSet/both", "cow saola sika"),
        ("code:in=http://zoo/ValueSet/official", "cow"),
        ("code:in=http://zoo/ValueSet/stale", "cow"),
        ("code:in=http://zoo/ValueSet/ready", "deer giant"),
        ("code:in=ValueSet/ready", "deer giant"),
        (f"code:in={BASE}/ValueSet/ready", "deer giant"),
        ("code:not-in=http://zoo/ValueSet/small", "cow deer giant muntjac"),
        (f"code:below={DEER}|muntjac", "giant muntjac"),
        (f"code:below={DEER}|deer", "deer giant muntjac saola sika"),
        (f"code:above={DEER}|giant", "deer giant muntjac"),
        (f"code:above={DEER}|saola", "deer saola"),
        ("combo-code:in=http://zoo/ValueSet/small", "saola sika"),
        ("subject:Patient._has:Observation:patient:code:in=http://zoo/ValueSet/small",
         "cow deer giant muntjac saola sika"),
    ],
)  # fmt: skip
@pytest.mark.proves("search/token:in")
@pytest.mark.proves("search/token:not-in")
@pytest.mark.proves("search/token:above")
@pytest.mark.proves("search/token:below")
async def test_stored_sets(api: Api, zoo: dict[str, str], query: str, codes: str) -> None:
    name, _, value = query.partition("=")
    path = f"Observation?{name}={quote(value)}&_total=accurate"
    reply = await api.get(path, who=NURSE)
    assert (reply.status, sorted(zoo[id] for id in reply.ids)) == (200, codes.split())
    assert reply.json["total"] == len(reply.ids)
    wrong = await api.get(path, who=OTHER_WARD)
    assert (wrong.ids, wrong.json["total"]) == ([], 0)
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.get(path, who=who)).status == status


@pytest.mark.parametrize(
    "query",
    [
        "code:in=http://zoo/ValueSet/none",
        "code:in=ValueSet/none",
        "code:in=ValueSet/",
        "code:in=http://zoo/ValueSet/circle",
        "code:in=http://zoo/ValueSet/nowhere",
        "code:not-in=http://zoo/ValueSet/none",
        f"code:below={DEER}|none",
        "code:above=http://nowhere|x",
        "subject:Patient._has:Observation:patient:code:in=http://none",
    ],
)
async def test_sets_that_are_not_known(api: Api, zoo: dict[str, str], query: str) -> None:
    name, _, value = query.partition("=")
    reply = await api.get(f"Observation?{name}={quote(value)}")
    assert reply.status == 400
    assert set(reply.codes) <= {"invalid", "too-costly"}
    assert (await api.get(f"Observation?{name}={quote(value)}", who=ANALYST)).status == 403


async def test_who_may_not_read_value_sets_knows_none(api: Api, zoo: dict[str, str]) -> None:
    scope = "openid user/Observation.rs"
    reply = await api.get("Observation?code:in=http://zoo/ValueSet/small", scope=scope)
    assert (reply.status, reply.codes) == (400, ["invalid"])


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("Observation?code:in=ValueSet/{id}", "code:in"),
        ("Observation?code:not-in=ValueSet/{id}", "code:not-in"),
        ("Observation?patient.gender:in=ValueSet/{id}", "gender:in"),
        ("Patient?_has:Observation:patient:code:in=ValueSet/{id}", "code:in"),
        ("Observation?_filter=code in ValueSet/{id}", "code:in"),
    ],
)
@pytest.mark.parametrize("id", ["nothing", "a_b", "a/b", "x" * 65])
async def test_a_value_set_that_is_not_here_is_said_of_the_parameter_asked(
    api: Api, asked: str, named: str, id: str
) -> None:
    reply = await api.get(asked.format(id=id))
    assert (reply.status, reply.codes) == (400, ["invalid"])
    assert reply.said == f"{named}: The value set {id[:64]!r} is not known here."
