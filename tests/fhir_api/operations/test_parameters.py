"""In-parameters: from a URL, a Parameters resource or a bare resource, and what is none."""

from typing import Any, cast

import pytest

from ehr.access import Access
from ehr.errors import EhrError, Invalid, InvalidQuery, NotSupported
from ehr.fhir.resource import parse
from fhir_api.call import Call, Request, Service
from fhir_api.operations import parameters
from fhir_api.operations.parameters import Parameters


def given(query: str = "", body: bytes = b"") -> Parameters:
    request = Request(
        "POST" if body else "GET",
        "$x",
        query,
        {b"content-type": b"application/fhir+json"},
        body=body,
    )
    call = Call(cast(Service, None), request, Access(1, "test"), cast(Any, None))
    return parameters.read(call)


def test_the_url_and_the_body_are_one_list() -> None:
    found = given(
        "code=a&code=b&_format=json",
        b'{"resourceType":"Parameters","parameter":[{"name":"code","valueCode":"c"},'
        b'{"name":"n","valueInteger":3},{"name":"f","valueBoolean":true},'
        b'{"name":"coding","valueCoding":{"code":"x"}},'
        b'{"name":"p","part":[{"name":"q","valueString":"r"}]},'
        b'{"name":"resource","resource":{"resourceType":"Patient"}}]}',
    )
    assert found.texts("code") == ["a", "b", "c"]
    assert (found.whole("n"), found.flag("f"), found.text("none")) == (3, True, None)
    assert found.element("coding") == {"code": "x"}
    assert [one.text("q") for one in found.parts("p")] == ["r"]
    assert found.resource() == {"resourceType": "Patient"}


def test_a_bare_resource_is_the_parameter_resource() -> None:
    assert given(body=b'{"resourceType":"Patient"}').resource() == {"resourceType": "Patient"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[]", Invalid),
        (b"{}", Invalid),
        (b'{"resourceType":"Parameters","parameter":{}}', Invalid),
        (b'{"resourceType":"Parameters","parameter":["x"]}', Invalid),
        (b'{"resourceType":"Parameters","parameter":[{"valueString":"x"}]}', Invalid),
        (b'{"resourceType":"Parameters","parameter":[{"name":"x"}]}', Invalid),
        (
            b'{"resourceType":"Parameters","parameter":[{"name":"x","valueId":"1","part":[]}]}',
            Invalid,
        ),
        (b'{"resourceType":"Parameters","parameter":[{"name":"x","valueid":"1"}]}', Invalid),
    ],
)
def test_what_is_none_is_refused(body: bytes, error: type[EhrError]) -> None:
    with pytest.raises(error):
        given(body=body)


@pytest.mark.parametrize(
    ("name", "query"),
    [("text", "x=1&x=2"), ("whole", "x=-1"), ("whole", "x=1.0"), ("flag", "x=yes")],
)
def test_a_value_that_does_not_fit_names_its_parameter(name: str, query: str) -> None:
    with pytest.raises(InvalidQuery, match="x"):
        getattr(given(query), name)("x")


def test_an_unknown_parameter_can_be_refused() -> None:
    with pytest.raises(NotSupported, match="other"):
        given("x=1&other=2").require_known({"x"})


def test_the_answer_is_parameters() -> None:
    reply = parameters.answer(
        parameters.part("result", "Boolean", True),
        parameters.with_parts("match", parameters.part("score", "Decimal", 1)),
        parameters.with_resource("return", {"resourceType": "Patient"}),
    )
    assert parse(reply.body)["parameter"] == [
        {"name": "result", "valueBoolean": True},
        {"name": "match", "part": [{"name": "score", "valueDecimal": 1}]},
        {"name": "return", "resource": {"resourceType": "Patient"}},
    ]
