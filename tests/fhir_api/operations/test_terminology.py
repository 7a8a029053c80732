"""$expand, $validate-code, $lookup, $subsumes and $translate, over what is shipped and stored."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, SYSTEM, Answer, Api

from ehr.fhir.validate import check

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDER_CODES = "http://hl7.org/fhir/administrative-gender"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OWN, OWN_SET, OWN_MAP = "http://example.org/cs", "http://example.org/vs", "http://example.org/map"
SYSTEM_RESOURCE = {
    "resourceType": "CodeSystem", "url": OWN, "status": "active", "content": "complete",
    "version": "1",
    "concept": [{"code": "a", "display": "Sốt", "concept": [{"code": "aa", "display": "Sốt cao"}]},
                {"code": "b", "display": "Ho"}],
}  # fmt: skip
SET_RESOURCE = {
    "resourceType": "ValueSet", "url": OWN_SET, "status": "active",
    "compose": {"include": [{"system": OWN}]},
}  # fmt: skip
MAP_RESOURCE = {
    "resourceType": "ConceptMap", "url": OWN_MAP, "status": "active",
    "group": [{"source": OWN, "target": ICD10, "element": [
        {"code": "a", "target": [{"code": "R50.9", "equivalence": "wider"}]},
        {"code": "b", "target": [{"equivalence": "unmatched"}]},
    ]}],
}  # fmt: skip


def given(reply: Answer) -> dict[str, Any]:
    """The simple out-parameters by name."""
    assert reply.status == 200, reply.body
    assert check(reply.json) == []
    return {
        one["name"]: next(value for key, value in one.items() if key != "name")
        for one in reply.json["parameter"]
    }


def codes(reply: Answer) -> list[str]:
    """The codes of an expansion."""
    assert reply.status == 200, reply.body
    assert check(reply.json) == []
    return [one["code"] for one in reply.json["expansion"].get("contains", ())]


def parameters(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parts)}


@pytest.fixture
async def stored(api: Api) -> dict[str, str]:
    """A code system, a value set and a map of one's own, by type."""
    return {
        one["resourceType"]: await api.create(one, who=SYSTEM)
        for one in (SYSTEM_RESOURCE, SET_RESOURCE, MAP_RESOURCE)
    }


@pytest.mark.proves("operations/expand")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"url": GENDER}, "male female other unknown"),
        ({"url": f"{GENDER}|4.0.1"}, "male female other unknown"),
        ({"url": GENDER, "count": "2"}, "male female"),
        ({"url": GENDER, "count": "2", "offset": "3"}, "unknown"),
        ({"url": GENDER, "count": "0"}, ""),
        ({"url": GENDER, "filter": "FEM"}, "female"),
        ({"url": GENDER, "filter": "none"}, ""),
        ({"url": OWN_SET}, "a aa b"),
        ({"url": OWN_SET, "filter": "sot cao"}, "aa"),
        ({"url": OWN_SET, "exclude-system": OWN}, ""),
        ({"url": OWN_SET, "system-version": f"{OWN}|1"}, "a aa b"),
        ({"url": f"{OWN}?fhir_vs"}, "a aa b"),
        ({"url": f"{OWN}?fhir_vs=isa/a"}, "a aa"),
        ({"url": f"{ICD10}?fhir_vs=isa/I10"}, "I10"),
    ],
)
async def test_expand_lists(
    api: Api, stored: dict[str, str], query: dict[str, str], expected: str
) -> None:
    reply = await api.get(f"ValueSet/$expand?{urlencode(query)}")
    assert codes(reply) == expected.split()


@pytest.mark.proves("operations/expand")
async def test_expand_says_what_decided(api: Api, stored: dict[str, str]) -> None:
    query = {"url": GENDER, "count": "1", "offset": "1", "activeOnly": "true"}
    expansion = (await api.get(f"ValueSet/$expand?{urlencode(query)}")).json["expansion"]
    assert (expansion["total"], expansion["offset"]) == (4, 1)
    assert expansion["identifier"].startswith("urn:uuid:")
    assert expansion["parameter"] == [
        {"name": "offset", "valueInteger": 1},
        {"name": "count", "valueInteger": 1},
        {"name": "activeOnly", "valueBoolean": True},
    ]


@pytest.mark.proves("operations/expand")
async def test_expand_includes_the_definition(api: Api, stored: dict[str, str]) -> None:
    reply = await api.get(f"ValueSet/$expand?url={OWN_SET}&includeDefinition=true")
    assert reply.json["compose"] == SET_RESOURCE["compose"]
    assert "compose" not in (await api.get(f"ValueSet/$expand?url={OWN_SET}")).json


@pytest.mark.proves("operations/expand")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", None),
        ("&includeDesignations=true", ["vi"]),
        ("&designation=vi", ["vi"]),
        (f"&designation={quote('urn:ietf:bcp:47|vi')}", ["vi"]),
        ("&designation=fr", None),
    ],
)
async def test_expand_shows_designations(api: Api, query: str, shown: list[str] | None) -> None:
    url = quote(f"{ICD10}?fhir_vs=isa/I10")
    reply = await api.get(f"ValueSet/$expand?url={url}{query}")
    (one,) = reply.json["expansion"]["contains"]
    languages = [each["language"] for each in one["designation"]] if "designation" in one else None
    assert languages == shown


@pytest.mark.proves("operations/expand")
async def test_expand_takes_a_resource_or_an_id(api: Api, stored: dict[str, str]) -> None:
    inside = parameters({"name": "valueSet", "resource": SET_RESOURCE})
    assert codes(await api.post("ValueSet/$expand", inside)) == ["a", "aa", "b"]
    by_id = f"ValueSet/{stored['ValueSet']}/$expand"
    assert codes(await api.get(by_id)) == ["a", "aa", "b"]
    assert codes(await api.post(f"{by_id}?filter=ho")) == ["b"]


@pytest.mark.proves("operations/expand")
async def test_expand_in_vietnamese(api: Api) -> None:
    of_icd = SET_RESOURCE | {"compose": {"include": [{"system": ICD10,
        "filter": [{"property": "concept", "op": "is-a", "value": "I10"}]}]}}  # fmt: skip
    body = parameters(
        {"name": "valueSet", "resource": of_icd},
        {"name": "displayLanguage", "valueCode": "vi-VN"},
        {"name": "includeDesignations", "valueBoolean": True},
    )
    (one,) = (await api.post("ValueSet/$expand", body)).json["expansion"]["contains"]
    assert one["display"].startswith("Tăng huyết áp")
    assert one["designation"][0]["language"] == "vi"


@pytest.mark.proves("operations/validate-code")
@pytest.mark.parametrize(
    ("path", "result"),
    [
        (f"ValueSet/$validate-code?url={GENDER}&system={GENDER_CODES}&code=male", True),
        (f"ValueSet/$validate-code?url={GENDER}&code=male", True),
        (f"ValueSet/$validate-code?url={GENDER}&system={GENDER_CODES}&code=man", False),
        (f"ValueSet/$validate-code?url={GENDER}&system=urn:x&code=male", False),
        (f"ValueSet/$validate-code?url={GENDER}&code=male&display=Male", True),
        (f"ValueSet/$validate-code?url={GENDER}&code=male&display=Man", False),
        (f"ValueSet/$validate-code?url={OWN_SET}&system={OWN}&code=aa", True),
        (f"CodeSystem/$validate-code?url={GENDER_CODES}&code=male", True),
        (f"CodeSystem/$validate-code?url={ICD10}&code=IX", True),
        (f"CodeSystem/$validate-code?url={ICD10}&code=IX&abstract=true", True),
        (f"CodeSystem/$validate-code?url={ICD10}&code=IX&abstract=false", False),
        (f"CodeSystem/$validate-code?url={ICD10}&code=I10&abstract=false", True),
        (f"CodeSystem/$validate-code?url={OWN}&code=a&version=1", True),
        (f"CodeSystem/$validate-code?url={OWN}&code=zz", False),
        ("CodeSystem/$validate-code?url=urn:nowhere&code=x", False),
    ],
)
async def test_validate_code_tells(
    api: Api, stored: dict[str, str], path: str, result: bool
) -> None:
    found = given(await api.get(path))
    assert found["result"] is result
    assert ("message" in found) is not result


@pytest.mark.proves("operations/validate-code")
async def test_validate_code_of_a_concept_needs_one_coding(
    api: Api, stored: dict[str, str]
) -> None:
    codings = [{"system": "urn:x", "code": "y"}, {"system": OWN, "code": "b"}]
    body = parameters({"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}})
    by_id = f"ValueSet/{stored['ValueSet']}/$validate-code"
    assert given(await api.post(by_id, body)) == {"result": True, "display": "Ho"}
    of_system = f"CodeSystem/{stored['CodeSystem']}/$validate-code?code=a"
    assert given(await api.get(of_system))["result"] is True


@pytest.mark.proves("operations/validate-code")
async def test_validate_code_shows_the_language_asked_for(api: Api) -> None:
    path = f"CodeSystem/$validate-code?url={ICD10}&code=I10&displayLanguage=vi"
    assert given(await api.get(path))["display"].startswith("Tăng huyết áp")


@pytest.mark.proves("operations/lookup")
async def test_lookup_tells_what_a_code_means(api: Api, stored: dict[str, str]) -> None:
    reply = await api.get(f"CodeSystem/$lookup?system={ICD10}&code=I10&displayLanguage=vi")
    found = given(reply)
    assert found["name"] == "ICD-10"
    assert found["display"].startswith("Tăng huyết áp")
    coding = parameters({"name": "coding", "valueCoding": {"system": OWN, "code": "aa"}})
    reply = await api.post("CodeSystem/$lookup", coding)
    assert (given(reply)["display"], given(reply)["version"]) == ("Sốt cao", "1")
    parent = {"name": "property", "part": [
        {"name": "code", "valueCode": "parent"}, {"name": "value", "valueCode": "a"}]}  # fmt: skip
    assert parent in reply.json["parameter"]
    only = await api.get(f"CodeSystem/$lookup?system={OWN}&code=a&property=child")
    assert [one["name"] for one in only.json["parameter"]] == [
        "name", "version", "display", "property"
    ]  # fmt: skip


@pytest.mark.proves("operations/subsumes")
@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("a", "a", "equivalent"),
        ("a", "aa", "subsumes"),
        ("aa", "a", "subsumed-by"),
        ("aa", "b", "not-subsumed"),
    ],
)
async def test_subsumes_compares(
    api: Api, stored: dict[str, str], one: str, other: str, outcome: str
) -> None:
    by_url = f"CodeSystem/$subsumes?system={OWN}&codeA={one}&codeB={other}"
    assert given(await api.get(by_url)) == {"outcome": outcome}
    by_id = f"CodeSystem/{stored['CodeSystem']}/$subsumes?codeA={one}&codeB={other}"
    assert given(await api.get(by_id)) == {"outcome": outcome}


@pytest.mark.proves("operations/translate")
async def test_translate_by_what_is_stored_and_shipped(api: Api, stored: dict[str, str]) -> None:
    for path in (
        f"ConceptMap/$translate?url={OWN_MAP}&system={OWN}&code=a",
        f"ConceptMap/$translate?system={OWN}&code=a&targetsystem={ICD10}",
        f"ConceptMap/{stored['ConceptMap']}/$translate?system={OWN}&code=a",
    ):
        reply = await api.get(path)
        assert given(reply)["result"] is True
        (match,) = [one for one in reply.json["parameter"] if one["name"] == "match"]
        assert match["part"][0] == {"name": "equivalence", "valueCode": "wider"}
        assert match["part"][1]["valueCoding"] == {"system": ICD10, "code": "R50.9"}
        assert match["part"][2]["valueUri"] == OWN_MAP
    back = await api.get(f"ConceptMap/$translate?system={ICD10}&code=R50.9&reverse=true")
    assert {"name": "equivalence", "valueCode": "narrower"} in back.json["parameter"][1]["part"]
    none = await api.get(f"ConceptMap/$translate?system={OWN}&code=b")
    assert given(none)["result"] is False
    shipped = await api.get(f"ConceptMap/$translate?system={GENDER_CODES}&code=male")
    assert given(shipped)["result"] is True


@pytest.mark.parametrize(
    "path",
    [
        f"ValueSet/$expand?url={GENDER}",
        f"ValueSet/$validate-code?url={GENDER}&code=male",
        f"CodeSystem/$validate-code?url={GENDER_CODES}&code=male",
        f"CodeSystem/$lookup?system={GENDER_CODES}&code=male",
        f"CodeSystem/$subsumes?system={GENDER_CODES}&codeA=male&codeB=male",
        f"ConceptMap/$translate?system={GENDER_CODES}&code=male",
    ],
)
async def test_who_may(api: Api, path: str) -> None:
    """Terminology names nobody: whoever may read the type may ask."""
    for who in (NURSE, HOSPITAL, SYSTEM):
        assert (await api.get(path, who=who)).status == 200
    assert (await api.get(path, who=None)).status == 401
    assert (await api.get(path, who=ANALYST)).status == 403
    assert (await api.get(path, scope="user/Patient.rs")).status == 403
    assert (await api.ask("DELETE", path)).status == 405
