"""JSON Patch: each operation of RFC 6902, its pointers, and what is none."""

from typing import Any

import pytest

from ehr.errors import EhrError, Invalid, Unprocessable
from ehr.fhir.patch.json_patch import MAX_OPERATIONS, apply, equal
from ehr.fhir.resource import dump, parse

OLD = b'{"resourceType":"X","a":{"b":[1,2.50,3]},"c":"d","e~f":{"g/h":1.10}}'
CASES = [
    ('{"op":"add","path":"/n","value":1.0}', '"n":1.0', OLD[:-1].decode() + ',"n":1.0}'),
    ('{"op":"add","path":"/c","value":"x"}', "", OLD.decode().replace('"d"', '"x"')),
    ('{"op":"add","path":"/a/b/0","value":0}', "", OLD.decode().replace("[1", "[0,1")),
    ('{"op":"add","path":"/a/b/3","value":4}', "", OLD.decode().replace("3]", "3,4]")),
    ('{"op":"add","path":"/a/b/-","value":4}', "", OLD.decode().replace("3]", "3,4]")),
    ('{"op":"remove","path":"/a/b/1"}', "", OLD.decode().replace(",2.50", "")),
    ('{"op":"remove","path":"/c"}', "", OLD.decode().replace('"c":"d",', "")),
    ('{"op":"replace","path":"/a/b/1","value":9}', "", OLD.decode().replace("2.50", "9")),
    ('{"op":"replace","path":"/e~0f/g~1h","value":2.0}', "", OLD.decode().replace("1.10", "2.0")),
    ('{"op":"move","from":"/a/b/0","path":"/a/b/2"}', "",
     OLD.decode().replace("[1,2.50,3]", "[2.50,3,1]")),
    ('{"op":"copy","from":"/c","path":"/a/b/-"}', "", OLD.decode().replace("3]", '3,"d"]')),
    ('{"op":"test","path":"/a/b/1","value":2.5}', "", OLD.decode()),
    ('{"op":"test","path":"/a","value":{"b":[1.0,2.5,3]}}', "", OLD.decode()),
    ('{"op":"replace","path":"","value":{"resourceType":"Y"}}', "", '{"resourceType":"Y"}'),
]  # fmt: skip


def patch(text: str) -> list[Any]:
    return list(parse(b'{"p":[' + text.encode() + b"]}")["p"])


@pytest.mark.proves("interactions/json-patch")
@pytest.mark.parametrize(("operation", "_part", "new"), CASES, ids=[case[0] for case in CASES])
def test_an_operation(operation: str, _part: str, new: str) -> None:
    old = parse(OLD)
    assert dump(apply(old, patch(operation))).decode() == new
    assert dump(old) == OLD


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        ('{"op":"remove","path":"/x"}', Unprocessable),
        ('{"op":"remove","path":"/a/b/3"}', Unprocessable),
        ('{"op":"remove","path":"/a/b/-"}', Unprocessable),
        ('{"op":"remove","path":"/a/b/01"}', Unprocessable),
        ('{"op":"remove","path":"/c/x"}', Unprocessable),
        ('{"op":"remove","path":""}', Unprocessable),
        ('{"op":"replace","path":"/x","value":1}', Unprocessable),
        ('{"op":"replace","path":"","value":1}', Unprocessable),
        ('{"op":"add","path":"/x/y","value":1}', Unprocessable),
        ('{"op":"add","path":"/a/b/9","value":1}', Unprocessable),
        ('{"op":"move","from":"/a","path":"/a/b"}', Unprocessable),
        ('{"op":"copy","from":"/x","path":"/y"}', Unprocessable),
        ('{"op":"test","path":"/c","value":"x"}', Unprocessable),
        ('{"op":"test","path":"/a/b/0","value":true}', Unprocessable),
        ('{"op":"test","path":"/x","value":null}', Unprocessable),
        ('{"op":"add","path":"/x"}', Invalid),
        ('{"op":"add","path":"x","value":1}', Invalid),
        ('{"op":"add","path":"/~2","value":1}', Invalid),
        ('{"op":"add","value":1}', Invalid),
        ('{"op":"move","path":"/x"}', Invalid),
        ('{"op":"append","path":"/x","value":1}', Invalid),
        ('{"path":"/x","value":1}', Invalid),
        ('{"op":["add"],"path":"/x"}', Invalid),
        ("1", Invalid),
    ],
)
def test_what_cannot_be_done(operation: str, error: type[EhrError]) -> None:
    with pytest.raises(error):
        apply(parse(OLD), patch(operation))


def test_it_is_a_list_and_not_too_long() -> None:
    for document in ({}, None, "x"):
        with pytest.raises(Invalid):
            apply(parse(OLD), document)
    test = {"op": "test", "path": "/c", "value": "d"}
    assert apply(parse(OLD), [test] * MAX_OPERATIONS) == parse(OLD)
    with pytest.raises(Invalid):
        apply(parse(OLD), [test] * (MAX_OPERATIONS + 1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, True, False), (0, False, False), (True, True, True), (1, "1", False),
        ([1], [1, 2], False), ({"a": 1}, {"a": 1, "b": 2}, False), (None, None, True),
    ],
)  # fmt: skip
def test_equality_is_json_s(one: object, other: object, same: bool) -> None:
    assert equal(one, other) is same
