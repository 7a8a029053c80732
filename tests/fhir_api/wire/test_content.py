"""Which media types are taken and given, and what is refused with 406 and 415."""

import pytest

from ehr.errors import InvalidQuery
from fhir_api.wire.content import check_body, check_form, negotiate, pretty
from fhir_api.wire.errors import NotAcceptable, UnsupportedMediaType, refusal
from fhir_api.wire.responses import Reply

FHIR = b"application/fhir+json;charset=utf-8"
JSON = b"application/json;charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "query", "content_type"),
    [
        (None, "", FHIR),
        (b"*/*", "", FHIR),
        (b"application/fhir+json", "", FHIR),
        (b"application/fhir+json; fhirVersion=4.0", "", FHIR),
        (b"application/json", "", JSON),
        (b"application/json;charset=utf8", "", JSON),
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", FHIR),
        (b"application/fhir+xml, application/json;q=0.5", "", JSON),
        (b"application/json;q=0.1, application/fhir+json;q=0.9", "", FHIR),
        (b"application/fhir+xml", "_format=json", FHIR),
        (b"image/png", "name=a&_format=application/fhir+json", FHIR),
        (None, "_format=application%2Fjson", JSON),
        (None, "_format=application%2Ffhir%2Bjson;fhirVersion=4.0", FHIR),
        (b"application/json", "_format=", JSON),
    ],
)
def test_a_format_is_chosen(accept: bytes | None, query: str, content_type: bytes) -> None:
    assert negotiate(accept, query).content_type == content_type


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        (b"image/png", ""),
        (b"application/fhir+xml", ""),
        (b"application/fhir+json;q=0", ""),
        (b"application/fhir+json;fhirVersion=3.0", ""),
        (b"application/fhir+json;charset=utf-16", ""),
        (b"application/fhir+json", "_format=xml"),
        (None, "_format=application/fhir%2Bxml"),
        (None, "_format=html"),
        (b"application/fhir+xml", "_format="),
    ],
)
def test_what_cannot_be_written_is_not_acceptable(accept: bytes | None, query: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiate(accept, query)


def test_pretty_is_true_or_false() -> None:
    assert negotiate(None, "_pretty=true").pretty
    assert not negotiate(None, "_pretty=false").pretty
    with pytest.raises(InvalidQuery):
        negotiate(None, "_pretty=yes")


def test_pretty_keeps_number_literals_and_letters() -> None:
    reply = pretty(Reply(200, '{"a":[1.10,2E3,-0],"b":"Đỗ"}'.encode()))
    assert reply.body.decode() == ('{\n  "a": [\n    1.10,\n    2E3,\n    -0\n  ],\n  "b": "Đỗ"\n}')


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/fhir+json",
        b"application/fhir+json; charset=UTF-8",
        b'application/json;charset="utf-8"',
        b"application/json; charset=UTF8",
        b"application/fhir+json;fhirVersion=4.0",
        b"Application/FHIR+JSON",
    ],
)
def test_json_bodies_are_read(content_type: bytes) -> None:
    check_body(content_type, None)
    check_body(content_type, b"identity")


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (None, None),
        (b"", None),
        (b"text/plain", None),
        (b"application/fhir+xml", None),
        (b"application/json;charset=utf-7", None),
        (b"application/fhir+json;fhirVersion=5.0", None),
        (b"application/fhir+json", b"gzip"),
        (b"application/fhir+json", b"br"),
        (b"application/fhir+json", b"unheard-of"),
    ],
)
def test_other_bodies_are_not_read(content_type: bytes | None, encoding: bytes | None) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_body(content_type, encoding)


def test_a_client_who_compresses_is_told_not_to() -> None:
    with pytest.raises(UnsupportedMediaType) as refused:
        check_body(b"application/fhir+json", b"gzip")
    assert (b"accept-encoding", b"identity") in refusal(refused.value).headers


def test_a_search_is_posted_as_a_form() -> None:
    for charset in (b"utf-8", b"UTF8"):
        check_form(b"application/x-www-form-urlencoded; charset=" + charset, None)
    for content_type in (None, b"application/fhir+json", b"multipart/form-data"):
        with pytest.raises(UnsupportedMediaType):
            check_form(content_type, None)
