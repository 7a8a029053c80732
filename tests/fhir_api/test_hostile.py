"""Bodies, paths and headers that nobody sends by accident: refused fast, and nothing is stored."""

import json
import time
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import BASE, FHIR_JSON, SYSTEM, Answer, Api

from fhir_api.app import MAX_FORM


async def post(api: Api, content: bytes, path: str = "Patient", **headers: str) -> Answer:
    begun = time.process_time()
    reply = await api.ask(
        "POST", path, content=content, headers={"Content-Type": FHIR_JSON, **headers}
    )
    assert time.process_time() - begun < 1
    return reply


async def nothing_stored(api: Api, resource_type: str = "Patient") -> bool:
    found = await api.get(f"{resource_type}?_summary=count", who=SYSTEM)
    return bool(found.json["total"] == 0)


def with_name(text: str) -> bytes:
    return ('{"resourceType":"Patient","name":[{"text":' + text + "}]}").encode(
        "utf-8", "surrogatepass"
    )


@pytest.mark.parametrize(
    "content",
    [
        with_name('"a\\u0000b"'),
        with_name('"\\ud800"'),
        with_name('"\\udc00x"'),
        b'{"resourceType":"Patient","name":[{"text":"\xc0\xaf"}]}',
        b'{"resourceType":"Patient","name":[{"text":"\xed\xa0\x80"}]}',
        b"\xef\xbb\xbf" + with_name('"a"'),
        with_name('"a"').decode().encode("utf-16"),
        b'{"resourceType":"Patient","active":true,"active":false}',
        b'{"resourceType":"Patient","name":[{"text":"a","text":"b"}]}',
        b'{"resourceType":"Patient","multipleBirthInteger":NaN}',
        b'{"resourceType":"Patient","multipleBirthInteger":Infinity}',
        b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * 5000 + b"}",
        b'{"resourceType":"Patient","extension":[{"url":"x","valueDecimal":1e400}]}',
        b'{"resourceType":"Patient","extension":[{"url":"x","valueDecimal":1e999999999}]}',
        b'{"resourceType":"Patient","active":null}',
        b'{"resourceType":"Patient","name":[]}',
        b'{"resourceType":"Patient","name":{}}',
        b'{"resourceType":"Patient","active":"true"}',
        b'{"resourceType":"Patient","unheard":1}',
        b"null",
        b"7",
        b'"Patient"',
        b"{" * 1000,
        b"[" * 100_000,
        b'{"resourceType":"Patient","contained":' + b"[" * 1000 + b"]" * 1000 + b"}",
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
    ids=range(26),
)
async def test_bodies_that_are_no_fhir_json(api: Api, content: bytes) -> None:
    reply = await post(api, content)
    assert reply.status == 400
    assert reply.codes
    assert "Traceback" not in reply.said
    assert await nothing_stored(api)


async def test_fifty_thousand_properties(api: Api) -> None:
    content = (
        b'{"resourceType":"Patient",' + b",".join(b'"p%d":1' % n for n in range(15_000)) + b"}"
    )
    assert len(content) < 200_000
    assert (await post(api, content)).status == 400


async def test_an_exponential_pattern_is_not_used(api: Api) -> None:
    body: dict[str, Any] = records.patient() | {
        "photo": [{"contentType": "image/png", "data": "AAAA  " * 24 + "!"}]
    }
    reply = await post(api, json.dumps(body).encode())
    assert (reply.status, reply.places) == (400, ["Patient.photo[0].data"])


@pytest.mark.parametrize(
    "div",
    [
        "<div xmlns='http://www.w3.org/1999/xhtml'><script>1</script></div>",
        "<div xmlns='http://www.w3.org/1999/xhtml' onclick='x()'>a</div>",
        "<div xmlns='http://www.w3.org/1999/xhtml'><a href='javascript:x()'>a</a></div>",
        "<div xmlns='http://www.w3.org/1999/xhtml'><iframe src='x'/></div>",
        "<div xmlns='http://www.w3.org/1999/xhtml'><svg/></div>",
        "<!DOCTYPE d [<!ENTITY x 'y'>]><div xmlns='http://www.w3.org/1999/xhtml'>&x;</div>",
    ],
)
async def test_narrative_is_refused_and_never_cleaned(api: Api, div: str) -> None:
    body = records.patient() | {"text": {"status": "generated", "div": div}}
    reply = await post(api, json.dumps(body).encode())
    assert reply.status in {400, 422}
    assert reply.places == ["Patient.text.div"]
    assert await nothing_stored(api)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity", "zz"])
async def test_nothing_is_inflated(api: Api, encoding: str) -> None:
    reply = await api.ask(
        "POST", "Patient", content=b"\x1f\x8b", headers={"Content-Encoding": encoding}
    )
    assert (reply.status, reply.codes) == (415, ["not-supported"])


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient>&x;</Patient>',
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Patient>&c;</Patient>',
        b'<Patient xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="x"/></Patient>',
    ],
)
async def test_xml_is_not_read(api: Api, xml: bytes) -> None:
    for content_type, status in (("application/fhir+xml", 415), (FHIR_JSON, 400)):
        reply = await api.ask(
            "POST", "Patient", content=xml, headers={"Content-Type": content_type}
        )
        assert reply.status == status
        assert b"root:" not in reply.body


async def test_a_large_body_is_refused_by_its_length_and_by_its_bytes(api: Api) -> None:
    large = with_name('"' + "a" * 200_000 + '"')
    reply = await post(api, large)
    assert (reply.status, reply.codes) == (413, ["too-long"])

    async def chunks() -> Any:
        for _ in range(30):
            yield b"a" * 10_000

    token = await api.token("clinician.00004")
    streamed = await api.client.post(
        f"{BASE}/Patient",
        content=chunks(),
        headers={"Content-Type": FHIR_JSON, "Authorization": f"Bearer {token}"},
    )
    assert streamed.status_code == 413
    assert streamed.json()["issue"][0]["code"] == "too-long"


async def test_a_stranger_s_body_is_not_even_read(api: Api) -> None:
    read = []

    async def chunks() -> Any:
        for number in range(10):
            read.append(number)
            yield b"a" * 10_000

    reply = await api.client.post(
        BASE, content=chunks(), headers={"Content-Type": FHIR_JSON, "Authorization": "Bearer a.b.c"}
    )
    assert reply.status_code == 401
    assert read == []


async def test_a_bundle_may_be_larger(api: Api) -> None:
    entries = [
        {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}
        for _ in range(1000)
    ]
    body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    content = json.dumps(body).encode()
    assert len(content) > 200_000
    reply = await api.ask("POST", "", content=content)
    assert reply.status == 200
    too_large = await api.ask("POST", "", content=b" " * 5_000_001)
    assert too_large.status == 413


async def raw(
    api: Api, path: str, *, method: str = "GET", query: bytes = b"", **headers: bytes
) -> tuple[int, bytes]:
    """Ask with a path as a server decodes it, which a client library would have tidied."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    token = await api.token("clinician.00004")
    fields = {"authorization": f"Bearer {token}".encode()} | headers
    scope = {
        "type": "http", "method": method, "path": f"/fhir{path}", "root_path": "/fhir",
        "query_string": query, "client": ("192.0.2.7", 1),
        "headers": [(name.encode(), value) for name, value in fields.items()],
    }  # fmt: skip
    app = api.client._transport.app  # type: ignore[attr-defined] # the application under test
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


@pytest.mark.parametrize(
    "path",
    [
        "/Patient/../../etc/passwd", "/Patient/../Patient", "/../Patient", "//evil/Patient",
        "/Patient/" + "x" * 65, "/Patient/đỗ", "/Patient/a b", "/Patient/a\nb", "/Patient//",
        "/Patient/%2e%2e", "/Patient/1/_history/../..", "/Patient/'--", "/Patient/\x00",
        "/Patient/1;a=b", "/Patient/a%00", "/Patiént/1", "/\u202ePatient/1", "/Patient/$everything",
        "/Patient/1/_history/" + "9" * 65,
    ],
)  # fmt: skip
async def test_paths_lead_nowhere(api: Api, path: str) -> None:
    status, body = await raw(api, path)
    assert status in {400, 404}
    assert json.loads(body)["resourceType"] == "OperationOutcome"


async def test_a_query_string_is_ascii(api: Api) -> None:
    status, body = await raw(api, "/Patient", query="name=Đỗ".encode())
    assert status == 400
    assert json.loads(body)["issue"][0]["code"] == "invalid"


async def test_a_token_travels_in_its_header_alone(api: Api) -> None:
    token = await api.token("clinician.00004")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"access_token={token}".encode()
    for reply in (
        await api.get(f"Patient?access_token={token}", who=None),
        await api.get("Patient", who=None, headers={"Cookie": f"tram_session={token}"}),
        await api.ask(
            "POST",
            "Patient/_search",
            who=None,
            headers=form,
            content=body,
        ),
    ):
        assert (reply.status, reply.codes) == (401, ["login"])


async def test_web_sockets_are_closed(api: Api) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    app = api.client._transport.app  # type: ignore[attr-defined] # the application under test
    await app({"type": "websocket", "path": "/fhir/Patient"}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


FORM = "application/x-www-form-urlencoded"


async def test_a_form_has_a_size(api: Api) -> None:
    for content in (b"a=1&" * 2_500_000, b"name=" + b"a" * (MAX_FORM - 4)):
        reply = await post(api, content, "Patient/_search", **{"Content-Type": FORM})
        assert (reply.status, reply.codes) == (413, ["too-long"])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"a&" * 32_000, 400),
        (b"_pretty=true&" + b"a&" * 32_000, 400),
        (b"_pretty=true" + b"&a" * 99, 200),
    ],
)
async def test_a_form_has_so_many_fields(api: Api, content: bytes, status: int) -> None:
    reply = await post(api, content, "Patient/_search", **{"Content-Type": FORM})
    assert reply.status == status


async def test_a_query_has_so_many_fields(api: Api) -> None:
    assert (await api.get("Patient?_pretty=true" + "&a" * 201)).status == 400
