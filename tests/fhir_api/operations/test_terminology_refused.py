"""What the terminology operations refuse, each with a clear error."""

from typing import Any

import pytest
from fixtures.fhir import Api

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDER_CODES = "http://hl7.org/fhir/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OWN = "http://example.org/cs"


def parameters(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parts)}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("ValueSet/$expand", 400, "invalid"),
        ("ValueSet/$expand?url=urn:nowhere", 404, "not-found"),
        (f"ValueSet/$expand?url={GENDER}|9", 404, "not-found"),
        (f"ValueSet/$expand?url={GENDER}&count=x", 400, "invalid"),
        (f"ValueSet/$expand?url={GENDER}&offset=-1", 400, "invalid"),
        (f"ValueSet/$expand?url={GENDER}&foo=1", 400, "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&activeOnly=1", 400, "invalid"),
        ("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/route-codes", 400, "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&context=x", 400, "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&force-system-version={GENDER_CODES}|9", 404, "not-found"),
        ("ValueSet/$expand?url=urn:nowhere?fhir_vs", 404, "not-found"),
        (f"ValueSet/$validate-code?url={GENDER}&system={GENDER_CODES}&code=male&systemVersion=9",
         404, "not-found"),
        ("ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/route-codes"
         "&system=http://snomed.info/sct&code=1", 400, "not-supported"),
        (f"CodeSystem/$validate-code?url={GENDER_CODES}&code=male&version=9", 404, "not-found"),
        ("ValueSet/nothing/$expand", 404, "not-found"),
        ("CodeSystem/$expand", 404, "not-supported"),
        ("ValueSet/$validate-code", 400, "invalid"),
        (f"ValueSet/$validate-code?url={GENDER}", 400, "invalid"),
        ("ValueSet/$validate-code?url=urn:nowhere&code=x", 404, "not-found"),
        ("CodeSystem/$validate-code?code=x", 400, "invalid"),
        ("CodeSystem/$lookup", 400, "invalid"),
        ("CodeSystem/$lookup?code=x", 400, "invalid"),
        ("CodeSystem/$lookup?system=urn:nowhere&code=x", 404, "not-found"),
        (f"CodeSystem/$lookup?system={GENDER_CODES}&code=x", 404, "not-found"),
        (f"CodeSystem/$lookup?system={GENDER_CODES}&code=male&version=9", 404, "not-found"),
        ("CodeSystem/$subsumes?codeA=a", 400, "invalid"),
        (f"CodeSystem/$subsumes?system={ACT}&codeA=AMB&codeB=x", 404, "not-found"),
        ("ConceptMap/$translate", 400, "invalid"),
        ("ConceptMap/$translate?code=male", 400, "invalid"),
        ("ConceptMap/$translate?url=urn:nowhere&system=x&code=y", 404, "not-found"),
    ],
)  # fmt: skip
async def test_what_is_refused(api: Api, path: str, status: int, code: str) -> None:
    reply = await api.get(path)
    assert (reply.status, reply.codes) == (status, [code]), reply.body


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient"},
        {"resourceType": "ValueSet", "compose": {}},
        {"resourceType": "ValueSet", "compose": {"include": {}}},
        {"resourceType": "ValueSet", "compose": {"include": ["x"]}},
        {"resourceType": "ValueSet", "compose": {"include": [{"system": 1}]}},
        {"resourceType": "ValueSet", "compose": {"include": [{"valueSet": "x"}]}},
        {"resourceType": "ValueSet", "compose": {"include": [{"system": OWN, "concept": [1]}]}},
        {"resourceType": "ValueSet", "compose": {"include": [{"system": OWN, "filter": [{}]}]}},
        {"resourceType": "CodeSystem", "url": OWN},
    ],
)
async def test_a_value_set_that_is_none(api: Api, resource: dict[str, Any]) -> None:
    for operation in ("$expand", "$validate-code?system=x&code=y"):
        body = parameters({"name": "valueSet", "resource": resource})
        reply = await api.post(f"ValueSet/{operation}", body)
        assert reply.status in (400, 422), reply.body
        assert reply.codes


@pytest.mark.parametrize(
    ("path", "name", "resource"),
    [
        ("CodeSystem/$validate-code?code=a", "codeSystem", {"resourceType": "CodeSystem"}),
        (
            "CodeSystem/$validate-code?code=a",
            "codeSystem",
            {"resourceType": "CodeSystem", "url": OWN, "content": "complete", "concept": [1]},
        ),
        (
            "ConceptMap/$translate?system=a&code=b",
            "conceptMap",
            {"resourceType": "ConceptMap", "group": [{"element": [{"target": 1}]}]},
        ),
    ],
)
async def test_a_resource_inside_that_is_none(
    api: Api, path: str, name: str, resource: dict[str, Any]
) -> None:
    reply = await api.post(path, parameters({"name": name, "resource": resource}))
    assert reply.status in (400, 422), reply.body
    assert reply.codes


async def test_a_filter_has_so_many_words(api: Api) -> None:
    """Each would be looked for in each name."""
    words = [f"w{number}" for number in range(21)]
    asked = "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender&filter="
    reply = await api.get(asked + "+".join(words))
    assert (reply.status, reply.codes) == (400, ["too-costly"])
    assert (await api.get(asked + "+".join(words[:20] + words[:5]))).status == 200
