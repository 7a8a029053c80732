"""$translate as its callers meet it: each in-parameter of R4, what comes out, and who may ask."""

from typing import Any
from urllib.parse import urlencode

import pytest
from fixtures.fhir import NURSE, SYSTEM, Answer, Api

from ehr.fhir.validate import check

pytestmark = pytest.mark.proves("operations/translate")

A, B, C = "http://example.org/a", "http://example.org/b", "http://example.org/c"
MAP, OTHER = "http://example.org/map", "http://example.org/other-map"
SET_A, SET_B = "http://example.org/set-a", "http://example.org/set-b"
SEX = "http://example.org/sex"
MAP_RESOURCE = {
    "resourceType": "ConceptMap", "url": MAP, "version": "1", "status": "active",
    "sourceCanonical": SET_A, "targetUri": SET_B,
    "group": [{
        "source": A, "sourceVersion": "7", "target": B,
        "element": [
            {"code": "x", "target": [{"code": "p", "display": "P", "equivalence": "wider",
                "product": [{"property": "urn:site", "system": "urn:sites", "value": "arm"}]}]},
            {"code": "y", "target": [{"equivalence": "unmatched"}]},
            {"code": "d", "target": [{"code": "q", "equivalence": "equal", "dependsOn": [
                {"property": SEX, "system": "urn:sex", "value": "male"}]}]},
        ],
        "unmapped": {"mode": "other-map", "url": OTHER},
    }],
}  # fmt: skip
OTHER_RESOURCE = {
    "resourceType": "ConceptMap", "url": OTHER, "status": "active",
    "group": [{
        "source": A, "target": C, "element": [{"code": "n", "target": [
            {"code": "r", "equivalence": "equivalent"}]}],
        "unmapped": {"mode": "fixed", "code": "else", "display": "Else"},
    }],
}  # fmt: skip
SET_RESOURCE = {"resourceType": "ValueSet", "url": SET_A, "status": "active",
    "compose": {"include": [{"system": A}]}}  # fmt: skip


def parameters(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parts)}


def dependency(element: str, system: str, code: str) -> dict[str, Any]:
    concept = {"coding": [{"system": system, "code": code}]}
    return {"name": "dependency", "part": [
        {"name": "element", "valueUri": element},
        {"name": "concept", "valueCodeableConcept": concept},
    ]}  # fmt: skip


def told(reply: Answer) -> tuple[bool, str, list[dict[str, Any]]]:
    """`result`, `message` and each match by the names of its parts."""
    assert reply.status == 200, reply.body
    assert check(reply.json) == []
    simple = {one["name"]: one for one in reply.json["parameter"]}
    matches = [
        {part["name"]: next(v for k, v in part.items() if k != "name") for part in one["part"]}
        for one in reply.json["parameter"]
        if one["name"] == "match"
    ]
    return (
        simple["result"]["valueBoolean"],
        simple.get("message", {}).get("valueString", ""),
        matches,
    )


@pytest.fixture
async def ids(api: Api) -> dict[str, str]:
    """Two maps and a value set of one's own, by their urls."""
    return {
        one["url"]: await api.create(one, who=SYSTEM)
        for one in (MAP_RESOURCE, OTHER_RESOURCE, SET_RESOURCE)
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"system": A, "code": "x"}, "wider p"),
        ({"system": A, "code": "x", "version": "7"}, "wider p"),
        ({"system": A, "code": "x", "version": "8"}, ""),
        ({"system": A, "code": "x", "url": MAP}, "wider p"),
        ({"system": A, "code": "x", "url": f"{MAP}|1"}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "conceptMapVersion": "1"}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "source": SET_A}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "source": "ValueSet/{set}"}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "source": "{set}"}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "source": SET_B}, ""),
        ({"system": A, "code": "x", "url": MAP, "target": SET_B}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "target": SET_A}, ""),
        ({"system": A, "code": "x", "url": MAP, "targetsystem": B}, "wider p"),
        ({"system": A, "code": "x", "url": MAP, "targetsystem": C}, ""),
        ({"system": A, "code": "x", "url": MAP, "reverse": "false"}, "wider p"),
        ({"system": B, "code": "p", "url": MAP, "reverse": "true"}, "narrower x"),
        ({"system": B, "code": "p", "url": MAP, "reverse": "true", "source": SET_B}, "narrower x"),
        ({"system": B, "code": "p", "url": MAP, "reverse": "true", "source": SET_A}, ""),
        ({"system": A, "code": "n", "url": MAP}, "equivalent r"),
        ({"system": C, "code": "r", "url": MAP, "reverse": "true"}, "equivalent n"),
        ({"system": A, "code": "zz", "url": MAP}, "relatedto else"),
        ({"system": A, "code": "zz"}, ""),
        ({"system": A, "code": "zz", "source": SET_A}, "relatedto else"),
        ({"system": A, "code": "d", "url": MAP}, ""),
    ],
)
async def test_each_way_to_ask(
    api: Api, ids: dict[str, str], query: dict[str, str], found: str
) -> None:
    asked = {name: text.format(set=ids[SET_A]) for name, text in query.items()}
    result, message, matches = told(await api.get(f"ConceptMap/$translate?{urlencode(asked)}"))
    assert result is bool(found)
    assert [f"{one['equivalence']} {one['concept']['code']}" for one in matches] == (
        [found] if found else []
    )
    assert found or "No translation is known here." in message


async def test_what_comes_out(api: Api, ids: dict[str, str]) -> None:
    result, message, matches = told(
        await api.get(f"ConceptMap/{ids[MAP]}/$translate?system={A}&code=x")
    )
    assert (result, message) == (True, "")
    assert matches == [{
        "equivalence": "wider",
        "concept": {"system": B, "code": "p", "display": "P"},
        "product": [
            {"name": "element", "valueUri": "urn:site"},
            {"name": "concept", "valueCoding": {"system": "urn:sites", "code": "arm"}},
        ],
        "source": MAP,
    }]  # fmt: skip


async def test_a_code_that_has_none_is_told_from_one_that_is_not_known(
    api: Api, ids: dict[str, str]
) -> None:
    result, message, matches = told(
        await api.get(f"ConceptMap/$translate?url={MAP}&system={A}&code=y")
    )
    assert (result, message) == (False, "")
    assert matches == [{"equivalence": "unmatched", "source": MAP}]


async def test_by_a_body(api: Api, ids: dict[str, str]) -> None:
    url = {"name": "url", "valueUri": MAP}
    coding = {"name": "coding", "valueCoding": {"system": A, "version": "7", "code": "x"}}
    result, _, matches = told(await api.post("ConceptMap/$translate", parameters(url, coding)))
    assert result
    assert matches[0]["source"] == MAP
    old = {"name": "coding", "valueCoding": {"system": A, "version": "6", "code": "x"}}
    assert not told(await api.post("ConceptMap/$translate", parameters(url, old)))[0]
    concept = {"coding": [{"system": C, "code": "z"}, {"system": A, "code": "x"}]}
    several = {"name": "codeableConcept", "valueCodeableConcept": concept}
    assert told(await api.post("ConceptMap/$translate", parameters(url, several)))[0]
    inside = {"name": "conceptMap", "resource": OTHER_RESOURCE}
    reply = await api.post(f"ConceptMap/$translate?system={A}&code=n", parameters(inside))
    assert [one["concept"]["code"] for one in told(reply)[2]] == ["r"]
    bare = await api.post(f"ConceptMap/$translate?system={A}&code=n", OTHER_RESOURCE)
    assert bare.body == reply.body


async def test_a_dependency(api: Api, ids: dict[str, str]) -> None:
    asked = [
        {"name": "url", "valueUri": MAP},
        {"name": "system", "valueUri": A},
        {"name": "code", "valueCode": "d"},
    ]
    result, message, _ = told(await api.post("ConceptMap/$translate", parameters(*asked)))
    assert not result
    assert SEX in message
    male = parameters(*asked, dependency(SEX, "urn:sex", "male"))
    result, message, matches = told(await api.post("ConceptMap/$translate", male))
    assert (result, message, matches[0]["equivalence"]) == (True, "", "equal")
    female = parameters(*asked, dependency(SEX, "urn:sex", "female"))
    assert not told(await api.post("ConceptMap/$translate", female))[0]


async def test_a_stored_map_comes_before_the_one_that_is_shipped(api: Api) -> None:
    url = "http://hl7.org/fhir/ConceptMap/cm-address-type-v3"
    query = "system=http://hl7.org/fhir/address-type&code=postal"
    (before,) = told(await api.get(f"ConceptMap/$translate?url={url}&{query}"))[2]
    target = {"code": "mine", "equivalence": "equal"}
    elements = [{"code": "postal", "target": [target]}]
    group = {"source": "http://hl7.org/fhir/address-type", "target": B, "element": elements}
    own = {"resourceType": "ConceptMap", "url": url, "status": "active", "group": [group]}
    await api.create(own, who=SYSTEM)
    for how in (f"url={url}&", ""):
        matches = told(await api.get(f"ConceptMap/$translate?{how}{query}"))[2]
        mine = [one["concept"]["code"] for one in matches if one["source"] == url]
        assert mine == ["mine"]
    assert before["concept"]["code"] != "mine"
    none = await api.get(f"ConceptMap/$translate?url={url}&{query}", scope="user/ConceptMap.r")
    assert [one["concept"]["code"] for one in told(none)[2]] == [before["concept"]["code"]]


async def test_a_retired_map_only_counts_for_who_names_it(api: Api, ids: dict[str, str]) -> None:
    await api.put(
        f"ConceptMap/{ids[MAP]}", MAP_RESOURCE | {"id": ids[MAP], "status": "retired"}, who=SYSTEM
    )
    query = f"ConceptMap/$translate?system={A}&code=x"
    assert not told(await api.get(query))[0]
    assert told(await api.get(f"{query}&url={MAP}"))[2][0]["source"] == MAP


CODED = f"ConceptMap/$translate?system={A}&code=x"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{CODED}&url={MAP}|2", 404, "not-found"),
        (f"{CODED}&url={MAP}&conceptMapVersion=2", 404, "not-found"),
        (f"{CODED}&url={MAP}|1&conceptMapVersion=1", 400, "invalid"),
        (f"{CODED}&conceptMapVersion=1", 400, "invalid"),
        (f"{CODED}&source=ValueSet/nothing", 404, "not-found"),
        (f"{CODED}&target=nothing", 404, "not-found"),
        (f"{CODED}&reverse=yes", 400, "invalid"),
        (f"{CODED}&dependency=x", 400, "invalid"),
        (f"{CODED}&coding=x", 400, "invalid"),
        (f"{CODED}&display=X", 400, "not-supported"),
        (f"{CODED}&targetSystem={B}", 400, "not-supported"),
        (f"{CODED}&code=y", 400, "invalid"),
        ("ConceptMap/$translate?code=x", 400, "invalid"),
        (f"ConceptMap/$translate?system={A}&code=", 400, "invalid"),
        (f"ConceptMap/{{map}}/$translate?system={A}&code=x&url={MAP}", 400, "invalid"),
        (f"ConceptMap/nothing/$translate?system={A}&code=x", 404, "not-found"),
    ],
)
async def test_what_is_refused(
    api: Api, ids: dict[str, str], path: str, status: int, code: str
) -> None:
    reply = await api.get(path.format(map=ids[MAP]))
    assert (reply.status, reply.codes) == (status, [code]), reply.body


CODE = [{"name": "system", "valueUri": A}, {"name": "code", "valueCode": "x"}]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([*CODE, {"name": "coding", "valueCoding": {"system": A, "code": "x"}}], "invalid"),
        ([CODE[0], {"name": "coding", "valueCoding": {"system": A, "code": "x"}}], "invalid"),
        ([{"name": "coding", "valueCoding": {"system": A}}], "invalid"),
        ([{"name": "codeableConcept", "valueCodeableConcept": {"text": "x"}}], "invalid"),
        ([{"name": "version", "valueString": "8"}, {"name": "coding", "valueCoding": {
            "system": A, "version": "7", "code": "x"}}], "invalid"),
        ([*CODE, {"name": "url", "valueUri": MAP},
          {"name": "conceptMap", "resource": OTHER_RESOURCE}], "invalid"),
        ([*CODE, {"name": "conceptMap", "resource": SET_RESOURCE}], "invalid"),
        ([*CODE, {"name": "reverse", "valueString": "true"}], "invalid"),
        ([*CODE, {"name": "reverse", "valueBoolean": True}, dependency(SEX, "s", "m")], "invalid"),
        ([*CODE, {"name": "dependency", "part": []}], "invalid"),
        ([*CODE, {"name": "dependency", "part": [{"name": "x", "valueUri": "y"}]}],
         "not-supported"),
        ([*CODE, *[dependency(SEX, "s", "m")] * 101], "invalid"),
    ],
)  # fmt: skip
async def test_what_is_refused_of_a_body(api: Api, parts: list[dict[str, Any]], code: str) -> None:
    reply = await api.post("ConceptMap/$translate", parameters(*parts), who=NURSE)
    assert (reply.status, reply.codes) == (400, [code]), reply.body


async def test_many_codings_are_asked_in_one_go(api: Api, ids: dict[str, str]) -> None:
    codings = [{"system": f"urn:{n}", "code": "x"} for n in range(99)]
    concept = {"coding": [*codings, {"system": A, "code": "x"}]}
    body = parameters({"name": "codeableConcept", "valueCodeableConcept": concept})
    assert told(await api.post("ConceptMap/$translate", body))[0]
    concept = {"coding": [*codings, *codings]}
    body = parameters({"name": "codeableConcept", "valueCodeableConcept": concept})
    reply = await api.post("ConceptMap/$translate", body)
    assert (reply.status, reply.codes) == (400, ["too-costly"])
