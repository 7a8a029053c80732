"""Every header that is read, with what no client should send: never 500, always told in words.

Asked below HTTP, for a client library tidies what it sends and some values come through proxies.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import SYSTEM, Answer, Api
from fixtures.wired import Line, send

import fhir_api
from ehr.fhir.resource import Resource, dump

SOURCES = Path(fhir_api.__file__).parent
FORM = b"application/x-www-form-urlencoded"
READ = re.compile(r'(?:\.header\(|headers\.get\(|headers\[|_HEADERS = \()b"([a-z-]+)"')

RUBBISH = (
    *(b"", b" ", b"\t", b",", b";", b"=", b'"', b"'", b"*", b"\\", b"{}", b"[]", b"null", b"%00"),
    *(
        b"\xff\xfe",
        "Đỗ".encode(),
        "ａ".encode(),
        b"\x00",
        b"a\x00b",
        b"\r\n x",
        b"\x7f",
        b"\x1b[0m",
    ),
    *(b"a" * 9000, b"," * 3000, b";q=" * 900, b'W/"1",' * 900, b'"' * 4000, b"(" * 4000),
    *(b"-1", b"1e400", b"99999999999999999999", b"nan", b"inf", b"0x10", b"1.5", b"\xd9\xa1"),
    *(b"<script>", b"' OR 1=1 --", b"${jndi:x}", b"../../etc/passwd", b'a=b; c="d', b"return="),
    *(b"Sun, 99 Foo 2026 99:99:99 GMT", b"Mon, 01 Jan 0000 00:00:00 GMT", b"application/;q=1"),
    *(b"*/json", b"*/*;q=nan", b"application/fhir+json;q=-1e999"),
    *(b"Patient?", b"_id=%ZZ", b"a=1&a"),
)


async def requests(api: Api) -> list[tuple[str, str, bytes]]:
    """(method, path, body) of one request of each kind."""
    person = records.patient()
    id = await api.create(person)
    bundle: Resource = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": f"Patient/{id}"}}],
    }
    patch = b'[{"op":"replace","path":"/gender","value":"female"}]'
    kept = await api.create({"resourceType": "Binary", "contentType": "text/plain", "data": "eA=="})
    return [
        ("GET", "metadata", b""),
        ("GET", f"Patient/{id}", b""),
        ("GET", f"Patient/{id}/_history", b""),
        ("GET", "Patient?gender=male&colour=blue", b""),
        ("POST", "Patient/_search", b"gender=male"),
        ("POST", "Patient", dump(person)),
        ("PUT", f"Patient/{id}", dump({**person, "id": id})),
        ("PATCH", f"Patient/{id}", patch),
        ("DELETE", "Patient/no-such-id", b""),
        ("POST", "", dump(bundle)),
        ("POST", "Patient/$match", dump({"resourceType": "Parameters"})),
        ("GET", f"Binary/{kept}", b""),
        ("POST", "Binary", b"%PDF"),
    ]  # fmt: skip


HEADERS = (
    "accept", "authorization", "content-encoding", "content-length", "content-type",
    "idempotency-key", "if-match", "if-modified-since", "if-none-exist", "if-none-match",
    "prefer", "x-request-id", "x-security-context",
)  # fmt: skip
"""All that the API reads."""


def test_every_header_that_is_read_is_tried() -> None:
    found = {
        name for path in SOURCES.rglob("*.py") for name in READ.findall(path.read_text("utf-8"))
    }
    assert {"accept", "prefer", "x-request-id"} <= found
    assert found <= set(HEADERS)


@pytest.mark.proves("interactions/errors")
@pytest.mark.parametrize("header", HEADERS)
async def test_rubbish_is_taken_or_refused_in_words(api: Api, header: str) -> None:
    name = header.encode()
    for method, path, body in await requests(api):
        for value in RUBBISH:
            reply = await send(api, method, path, (name, value), body=body)
            require_told(reply, (method, path, value[:40]))
            twice = ((name, value), (name, value))
            if len(value) in (1, 2):
                require_told(
                    await send(api, method, path, *twice, body=body), (method, path, twice)
                )


def require_told(reply: Answer, asked: Any) -> None:
    """A refusal is one of the caller's making, and says what is wrong; nothing is split."""
    assert reply.status < 500, (asked, reply.body)
    assert "\n" not in str(reply.headers)
    assert reply.headers["x-request-id"].isascii()
    if reply.status >= 400:
        assert reply.codes, asked
        assert len(reply.said) > 10, asked
        assert len(reply.body) < 3000, asked


PATIENT = dump(records.patient())

Case = tuple[str, str, bytes, tuple[Line, ...], int, str | None]
"""(method, path, body, headers, status, issue code of a refusal)"""
TABLE: tuple[Case, ...] = (
    # Accept: what cannot be written is 406; what is not understood beside it is passed over.
    ("GET", "metadata", b"", ((b"accept", b"text/turtle"),), 406, "not-supported"),
    ("GET", "metadata", b"", ((b"accept", b"application/fhir+xml"),), 406, "not-supported"),
    ("GET", "metadata", b"", ((b"accept", b";;q=,application/json;q=0.1"),), 200, None),
    ("GET", "metadata", b"", ((b"accept", b"image/png"), (b"accept", b"*/*")), 200, None),
    ("GET", "metadata", b"", ((b"accept", b"application/json;q=nan"),), 406, "not-supported"),
    ("GET", "metadata?_format=xml", b"", ((b"accept", b"*/*"),), 406, "not-supported"),
    ("GET", "metadata?_format=json", b"", ((b"accept", b"text/turtle"),), 200, None),
    ("GET", "metadata?_pretty=maybe", b"", (), 400, "invalid"),
    ("GET", "metadata", b"", ((b"accept", b"application/fhir+json;fhirVersion=3.0"),), 406,
     "not-supported"),
    ("GET", "metadata", b"", ((b"accept", b"application/fhir+json;charset=latin1"),), 406,
     "not-supported"),
    # Content-Type, Content-Encoding, Content-Length
    ("POST", "Patient", PATIENT, ((b"content-type", b""),), 415, "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-type", b"application/fhir+xml"),), 415,
     "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-type", b"application/json;charset=utf-16"),), 415,
     "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-type", b"application/json;fhirVersion=5.0"),), 415,
     "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-type", b"application/json"),) * 2, 415,
     "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-encoding", b"gzip"),), 415, "not-supported"),
    ("POST", "Patient", PATIENT, ((b"content-length", b"999999999999"),), 413, "too-long"),
    ("POST", "Patient/_search", b"gender=male", ((b"content-type", b"text/plain"),), 415,
     "not-supported"),
    ("POST", "Patient/_search", b"gender=male", ((b"content-type", FORM),), 200, None),
    # If-Match and its siblings
    ("PUT", "Patient/{id}", PATIENT, ((b"if-match", b"1"),), 400, "invalid"),
    ("PUT", "Patient/{id}", PATIENT, ((b"if-match", b'W/"9"'),), 412, "conflict"),
    ("PUT", "Patient/{id}", PATIENT, ((b"if-match", b'W/"9"'), (b"if-match", b'W/"1"')), 200, None),
    ("DELETE", "Patient/{id}", b"", ((b"if-match", b"\xff"),), 400, "invalid"),
    ("GET", "Patient/{id}", b"", ((b"if-none-match", b'W/"1'),), 400, "invalid"),
    ("GET", "Patient/{id}", b"", ((b"if-modified-since", b"yesterday"),), 200, None),
    ("POST", "Patient", PATIENT, ((b"if-none-exist", b"colour=blue"),), 400, "not-supported"),
    ("POST", "Patient", PATIENT, ((b"if-none-exist", b""),), 400, "invalid"),
    ("POST", "Patient", PATIENT, ((b"if-none-exist", b"name=\xff"),), 400, "invalid"),
    ("POST", "Patient", PATIENT, ((b"if-none-exist", "name=Đỗ".encode()),), 201, None),
    ("POST", "Patient", PATIENT, ((b"if-none-exist", "name=Nguyễn".encode()),), 200, None),
    # Idempotency-Key
    ("POST", "Patient", PATIENT, ((b"idempotency-key", b""),), 400, "invalid"),
    ("POST", "Patient", PATIENT, ((b"idempotency-key", b"x" * 256),), 400, "invalid"),
    ("POST", "Patient", PATIENT, ((b"idempotency-key", "khóa".encode()),), 400, "invalid"),
    ("POST", "Patient", PATIENT, ((b"idempotency-key", b"x" * 255),), 201, None),
    # Prefer: what is not understood is ignored (RFC 7240).
    ("POST", "Patient", PATIENT, ((b"prefer", b"return=everything"),), 201, None),
    ("POST", "Patient", PATIENT, ((b"prefer", b"return=minimal;handling=odd, \xff"),), 201, None),
    ("GET", "Patient?gender=male&a=b", b"", ((b"prefer", b"handling=strict"),), 400,
     "not-supported"),
    ("GET", "Patient?gender=male&a=b", b"",
     ((b"prefer", b"handling=lenient"), (b"prefer", b"handling=strict")), 200, None),
    # Authorization: one token, in one header.
    ("GET", "Patient", b"", ((b"authorization", b""),), 401, "login"),
    ("GET", "Patient", b"", ((b"authorization", b"Basic bnVyc2U6eA=="),), 401, "login"),
    ("GET", "Patient", b"", ((b"authorization", b"Bearer"),), 401, "login"),
    ("GET", "Patient", b"", ((b"authorization", b"Bearer \xff.\xff.\xff"),), 401, "login"),
    ("GET", "Patient", b"", ((b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")), 401,
     "login"),
)  # fmt: skip


@pytest.mark.proves("interactions/errors", "interactions/formats")
@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case[0]}-{case[1]}-{case[3]}"[:70])
async def test_a_header_is_taken_or_refused_for_what_it_says(api: Api, case: Case) -> None:
    method, path, body, lines, status, code = case
    id = await api.create(records.patient())
    if method == "PUT":
        body = dump({**records.patient(), "id": id})
    reply = await send(api, method, path.format(id=id), *lines, body=body)
    assert reply.status == status, reply.body
    if code is not None:
        assert reply.codes == [code]
        assert reply.said
    if status == 401:
        assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_an_entry_s_conditions_are_headers_too(api: Api) -> None:
    """What a request says by a header, a batch's entry says by an element."""
    id = await api.create(records.patient())
    wrong = [
        ({"method": "PUT", "url": f"Patient/{id}", "ifMatch": "1"}, "400"),
        ({"method": "PUT", "url": f"Patient/{id}", "ifMatch": 'W/"9"'}, "412"),
        ({"method": "GET", "url": f"Patient/{id}", "ifNoneMatch": 'W/"'}, "400"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "colour=blue"}, "400"),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "name=Đỗ&&="}, "400"),
    ]
    entries = [
        {"request": request}
        | ({} if request["method"] == "GET" else {"resource": {**records.patient(), "id": id}})
        for request, _ in wrong
    ]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    reply = await api.post("", bundle)
    assert reply.status == 200
    assert [one["response"]["status"][:3] for one in reply.entries] == [code for _, code in wrong]
    for one in reply.entries:
        assert one["response"]["outcome"]["issue"][0]["diagnostics"]


@pytest.mark.proves("interactions/errors")
async def test_a_refusal_has_its_code_place_and_details(api: Api) -> None:
    lost = records.observation("Patient/nobody-here")
    reply = await api.post("Observation", lost)
    assert (reply.status, reply.codes) == (422, ["not-found"])
    assert reply.places == ["Observation.subject.reference"]
    (issue,) = reply.json["issue"]
    assert issue["severity"] == "error"
    (coding,) = issue["details"]["coding"]
    assert coding["code"] == "reference-not-found"
    assert coding["system"].endswith("/CodeSystem/issue-details")


@pytest.mark.proves("interactions/formats")
@pytest.mark.parametrize(
    ("accept", "query", "content_type"),
    [
        ("application/fhir+json", "", "application/fhir+json;charset=utf-8"),
        ("application/json", "", "application/json;charset=utf-8"),
        ("application/json;q=0.2, application/fhir+json;q=0.9", "",
         "application/fhir+json;charset=utf-8"),
        ("application/fhir+xml", "_format=json", "application/fhir+json;charset=utf-8"),
        ("*/*", "_format=application/json", "application/json;charset=utf-8"),
        ("application/fhir+json;fhirVersion=4.0", "_pretty=true",
         "application/fhir+json;charset=utf-8"),
    ],
)  # fmt: skip
async def test_the_answer_is_in_the_format_that_was_asked_for(
    api: Api, accept: str, query: str, content_type: str
) -> None:
    id = await api.create(records.patient())
    reply = await api.get(f"Patient/{id}?{query}", headers={"Accept": accept})
    assert reply.status == 200
    assert reply.headers["content-type"] == content_type
    assert (b"\n  " in reply.body) is ("_pretty=true" in query)
    assert "Accept" in reply.headers["vary"]


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        (b"visit-2026.11_27", True),
        (b"x" * 64, True),
        (b"x" * 65, False),
        (b"", False),
        (b"a b", False),
        (b"a\r\nSet-Cookie: x=y", False),
        ("mã".encode(), False),
    ],
)
async def test_a_request_is_known_by_the_id_it_brings_if_that_is_plain(
    api: Api, sent: bytes, is_kept: bool
) -> None:
    reply = await send(api, "GET", "metadata", (b"x-request-id", sent))
    assert (reply.headers["x-request-id"].encode() == sent) is is_kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", reply.headers["x-request-id"])
    twice = await send(api, "GET", "metadata", (b"x-request-id", b"a"), (b"x-request-id", b"b"))
    assert twice.headers["x-request-id"] not in ("a", "b")


async def test_a_header_of_a_stranger_is_not_looked_into(api: Api) -> None:
    """Nobody and the wrong caller are told so, whatever else they send."""
    id = await api.create(records.patient())
    for value in RUBBISH:
        reply = await send(
            api, "GET", f"Patient/{id}", (b"authorization", b"Bearer x"), (b"if-none-match", value)
        )
        assert (reply.status, reply.codes) == (401, ["login"])
    other = f"Bearer {await api.token('clinician.00145')}".encode()
    hidden = await send(
        api, "GET", f"Patient/{id}", (b"authorization", other), (b"if-none-match", b'W/"1"')
    )
    assert (hidden.status, hidden.codes) == (404, ["not-found"])
    system = f"Bearer {await api.token(SYSTEM)}".encode()
    seen = await send(
        api, "GET", f"Patient/{id}", (b"authorization", system), (b"if-none-match", b'W/"1"')
    )
    assert seen.status == 304
