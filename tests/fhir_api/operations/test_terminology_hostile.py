"""Every parameter of the terminology operations: unknown, twice, of every wrong type, malformed.

Derived from R4's OperationDefinitions, so that a parameter that is added is asked too.
"""

from typing import Any
from urllib.parse import quote

import pytest
from fixtures.fhir import SYSTEM, Answer, Api

from ehr.fhir.definitions import is_resource_type
from ehr.fhir.resource import Number
from fhir_api.operations.signature import Parameter, signature

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
CODES = "http://hl7.org/fhir/administrative-gender"
CORE = "http://hl7.org/fhir/OperationDefinition"
SOUND: dict[str, dict[str, str]] = {
    "ValueSet/$expand": {"url": GENDER},
    "ValueSet/$validate-code": {"url": GENDER, "system": CODES, "code": "male"},
    "CodeSystem/$validate-code": {"url": CODES, "code": "male"},
    "CodeSystem/$lookup": {"system": CODES, "code": "male"},
    "CodeSystem/$subsumes": {"system": CODES, "codeA": "male", "codeB": "male"},
    "ConceptMap/$translate": {"system": CODES, "code": "male"},
}
"""Operation → parameters with which it answers."""
TEXTS = {"string", "code", "uri", "canonical", "dateTime"}
NOT_A_TEXT = ("not-supported", "not-found", "invalid")

Case = tuple[str, str, Parameter]
CASES: list[Case] = [
    (path, name, parameter)
    for path in SOUND
    for name, parameter in signature(f"{CORE}/{path.replace('/$', '-')}").items()
]


def name_of(case: Case) -> str:
    return f"{case[0]}-{case[1]}"


def body(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parts)}


def sound(path: str, but: str = "") -> list[dict[str, Any]]:
    """What an operation needs, without one parameter."""
    return [
        {"name": name, "valueString": text} for name, text in SOUND[path].items() if name != but
    ]


def require_refused(reply: Answer, case: Any) -> None:
    assert reply.status in (400, 404, 422), (case, reply.status, reply.body)
    assert reply.codes, case
    assert "Traceback" not in reply.said
    assert "psycopg" not in reply.said


async def test_the_table_answers(api: Api) -> None:
    for path in SOUND:
        assert (await api.post(path, body(*sound(path)))).status == 200


VALUES: dict[str, dict[str, Any]] = {
    "text": {"valueString": "x"},
    "number": {"valueInteger": Number("1")},
    "big": {"valueInteger": Number("1" * 40)},
    "negative": {"valueInteger": Number("-1")},
    "decimal": {"valueDecimal": Number("1.5")},
    "boolean": {"valueBoolean": True},
    "coding": {"valueCoding": {"system": "urn:x", "code": "x"}},
    "concept": {"valueCodeableConcept": {"coding": [{"system": "urn:x", "code": "x"}]}},
    "period": {"valuePeriod": {"start": "2026"}},
    "patient": {"resource": {"resourceType": "Patient"}},
    "parts": {"part": [{"name": "element", "valueUri": "urn:x"}]},
}


def fits(type: str | None, value: str) -> bool:
    """Whether a value of the table is of a type."""
    if type is None:
        return value == "parts"
    if is_resource_type(type):
        return False
    if type in TEXTS:
        return value == "text" and type != "dateTime"
    return {"boolean": "boolean", "integer": "number", "Coding": "coding"}.get(
        type, "concept"
    ) == value


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_a_value_of_another_type_is_refused(api: Api, case: Case) -> None:
    path, name, parameter = case
    for what, value in VALUES.items():
        if not fits(parameter.type, what):
            reply = await api.post(path, body({"name": name, **value}, *sound(path, name)))
            require_refused(reply, what)
            assert name in reply.said, what


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_twice_is_refused_where_once_is_all(api: Api, case: Case) -> None:
    path, name, parameter = case
    if parameter.repeats:
        return
    told = SOUND[path].get(name, "true")
    query = "&".join(f"{key}={quote(text)}" for key, text in SOUND[path].items() if key != name)
    reply = await api.get(f"{path}?{query}&{name}={quote(told)}&{name}={quote(told)}")
    require_refused(reply, case)
    assert name in reply.said


MALFORMED: tuple[dict[str, Any], ...] = (
    {"valueString": ""},
    {"valueString": " "},
    {"valueString": "😀" * 40},
    {"valueString": "' OR 1=1 --"},
    {"valueString": "%"},
    {"valueString": ",|\\$"},
    {"valueString": "a" * 5000},
    {"valueUri": "http://" + "x" * 5000},
    {"valueDateTime": "9999-99"},
    {"valueCode": None},
    {"valueBoolean": "true"},
    {"valueCoding": {"system": 1, "code": [None]}},
    {"valueCoding": {"code": ""}},
    {"valueCoding": {}},
    {"valueCoding": []},
    {"valueCodeableConcept": {"coding": {}}},
    {"valueCodeableConcept": {"coding": [None]}},
    {"valueCodeableConcept": {"coding": []}},
    {"valueCodeableConcept": {"text": "x"}},
    {"resource": {}},
    {"resource": []},
    {"resource": {"resourceType": "ValueSet", "compose": []}},
    {"resource": {"resourceType": "ConceptMap", "group": [{"unmapped": 1}]}},
    {"resource": {"resourceType": "CodeSystem", "concept": [{"code": None}]}},
    {"part": []},
    {"part": [{"name": "element", "valueUri": 1}, {"name": "concept", "valueCoding": {}}]},
)


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_what_is_malformed_is_no_fault_of_ours(api: Api, case: Case) -> None:
    path, name, _ = case
    for value in MALFORMED:
        reply = await api.post(path, body({"name": name, **value}, *sound(path, name)))
        if reply.status != 200:
            require_refused(reply, value)


@pytest.mark.parametrize("path", SOUND)
@pytest.mark.parametrize("name", ["x", "Url", "_count", "resource", "😀", "a" * 100])
async def test_an_unknown_parameter_is_refused_by_its_name(api: Api, path: str, name: str) -> None:
    reply = await api.post(path, body({"name": name, "valueString": "x"}, *sound(path)))
    assert (reply.status, reply.codes) == (400, ["not-supported"])
    assert ascii(name[:64])[1:-1] in reply.said


@pytest.mark.parametrize("path", SOUND)
async def test_each_that_is_missing(api: Api, path: str) -> None:
    for name in SOUND[path]:
        reply = await api.post(path, body(*sound(path, name)))
        optional = (path, name) == ("ValueSet/$validate-code", "system")
        assert reply.status == (200 if optional else 400), (name, reply.body)


@pytest.mark.parametrize("path", SOUND)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b'{"resourceType":"Parameters","parameter":[[]]}', b"\xff"],
)
async def test_no_body_is_a_fault_of_ours(api: Api, path: str, content: bytes) -> None:
    reply = await api.ask("POST", path, content=content)
    require_refused(reply, content)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"ValueSet/$expand?url={GENDER}&context=http://x", "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&contextDirection=incoming", "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&date=2019-01-01", "not-supported"),
        (f"ValueSet/$expand?url={GENDER}&system-version={CODES}", "invalid"),
        (f"ValueSet/$expand?url={GENDER}|1&valueSetVersion=1", "invalid"),
        (f"ValueSet/$validate-code?url={GENDER}&code=male&context=x", "not-supported"),
        (f"ValueSet/$validate-code?url={GENDER}&code=male&inferSystem=false", "invalid"),
        (f"CodeSystem/$validate-code?url={CODES}&code=male&date=1999", "not-supported"),
        (f"CodeSystem/$lookup?system={CODES}&code=male&date=2001-01", "not-supported"),
        (f"CodeSystem/$lookup?system={CODES}&code=male&date=tomorrow", "invalid"),
        (f"CodeSystem/$subsumes?system={CODES}&codeA=male", "invalid"),
    ],
)
async def test_what_is_known_and_not_supported(api: Api, path: str, code: str) -> None:
    reply = await api.get(path)
    assert (reply.status, reply.codes) == (400, [code]), reply.body


async def test_a_date_from_today_on_and_an_empty_value_change_nothing(api: Api) -> None:
    plain = await api.get(f"CodeSystem/$lookup?system={CODES}&code=male")
    for more in ("&date=9999-12-31", "&displayLanguage=", "&coding="):
        reply = await api.get(f"CodeSystem/$lookup?system={CODES}&code=male{more}")
        assert (reply.status, reply.body) == (200, plain.body)


ONE, TWO = ({"system": CODES, "code": code} for code in ("male", "female"))


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("CodeSystem/$lookup", [{"name": "coding", "valueCoding": ONE},
                                {"name": "code", "valueCode": "male"}]),
        ("CodeSystem/$lookup", [{"name": "coding", "valueCoding": ONE},
                                {"name": "system", "valueUri": CODES}]),
        ("CodeSystem/$subsumes", [{"name": "codingA", "valueCoding": ONE},
                                  {"name": "codeB", "valueCode": "male"}]),
        ("CodeSystem/$subsumes", [{"name": "codingA", "valueCoding": ONE | {"version": "1"}},
                                  {"name": "codingB", "valueCoding": TWO | {"version": "2"}}]),
        ("CodeSystem/$subsumes", [{"name": "codingA", "valueCoding": ONE},
                                  {"name": "codingB", "valueCoding": TWO | {"system": "urn:x"}}]),
        (f"ValueSet/$validate-code?url={GENDER}", [{"name": "coding", "valueCoding": ONE},
                                                   {"name": "display", "valueString": "Male"}]),
    ],
)  # fmt: skip
async def test_one_thing_said_twice_is_refused(
    api: Api, path: str, parts: list[dict[str, Any]]
) -> None:
    reply = await api.post(path, body(*parts))
    assert (reply.status, reply.codes) == (400, ["invalid"]), reply.body


async def test_a_bare_resource_is_the_parameter_that_is_one(api: Api) -> None:
    include = {"system": CODES, "concept": [{"code": "male"}]}
    own = {"resourceType": "ValueSet", "status": "draft", "compose": {"include": [include]}}
    reply = await api.post("ValueSet/$expand", own)
    assert reply.json["expansion"]["total"] == Number("1")
    held = await api.post(f"ValueSet/$validate-code?system={CODES}&code=female", own)
    assert held.json["parameter"][0]["valueBoolean"] is False


def many(count: int) -> list[dict[str, Any]]:
    return [{"code": f"c{number}"} for number in range(count)]


def value_set(*include: dict[str, Any], **more: Any) -> dict[str, Any]:
    found = {"resourceType": "ValueSet", "url": "urn:vs", "status": "active"}
    return found | {"compose": {"include": list(include), **more}}


TOO_COSTLY: dict[str, list[dict[str, Any]]] = {
    "imports in a circle": [value_set({"valueSet": ["urn:vs"]})],
    "too many codes": [value_set({"system": "urn:x", "concept": many(10_001)})],
    "too many codes of a system": [
        value_set({"system": "urn:many"}),
        {"resourceType": "CodeSystem", "url": "urn:many", "status": "active",
         "content": "complete", "concept": many(10_001)},
    ],
    "too many others": [value_set(*({"valueSet": [f"urn:{n}"]} for n in range(401)))],
    "a pattern that runs for long": [value_set({"system": CODES, "filter": [
        {"property": "code", "op": "regex", "value": "(a+)+b"}]})],
}  # fmt: skip
"""What clients of every ward could store: the last word on each is said before it costs much."""


@pytest.mark.parametrize("what", TOO_COSTLY)
async def test_a_definition_that_costs_too_much_is_refused(api: Api, what: str) -> None:
    for resource in TOO_COSTLY[what]:
        await api.create(resource, who=SYSTEM)
    asked = {
        "ValueSet/$expand?url=urn:vs": "ValueSet/$expand",
        f"Observation?code:in={quote('urn:vs')}": "",
    }
    for path, inline in asked.items():
        replies = [await api.get(path)]
        if inline:
            replies.append(await api.post(inline, TOO_COSTLY[what][0]))
        for reply in replies:
            assert (reply.status, reply.codes) == (400, ["too-costly"]), (path, reply.body)


async def test_maps_that_multiply_are_too_costly(api: Api) -> None:
    for number in range(8):
        onward = {"mode": "other-map", "url": f"urn:map{number + 1}"}
        group = {"source": "urn:a", "target": "urn:b", "element": [{"code": "x"}],
                 "unmapped": onward}  # fmt: skip
        await api.create(
            {"resourceType": "ConceptMap", "url": f"urn:map{number}", "status": "active",
             "group": [group] * 20},
            who=SYSTEM,
        )  # fmt: skip
    reply = await api.get("ConceptMap/$translate?url=urn:map0&system=urn:a&code=n")
    assert (reply.status, reply.codes) == (400, ["too-costly"])
