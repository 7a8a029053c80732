"""A Binary goes in and out in its own format, under the rules of any record."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, OTHER_WARD, Answer, Api

from ehr.fhir.resource import Resource

CONTENT = b"%PDF-1.7 \x00\xff"
PDF = "application/pdf"
KEPT: Resource = {"resourceType": "Binary", "contentType": PDF, "data": "JVBERi0xLjcgAP8="}


async def send(api: Api, method: str, path: str, kind: str = PDF, **headers: str) -> Answer:
    named = {"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
    return await api.ask(method, path, content=CONTENT, headers=named)


@pytest.mark.proves("interactions/formats")
@pytest.mark.parametrize("accept", [PDF, "application/pdf, text/plain;q=0.5", "APPLICATION/PDF"])
async def test_who_names_its_type_is_given_the_content(api: Api, accept: str) -> None:
    id = await api.create(KEPT)
    for path in (f"Binary/{id}", f"Binary/{id}/_history/1"):
        reply = await api.get(path, headers={"Accept": accept})
        assert (reply.status, reply.body) == (200, CONTENT)
        assert reply.headers["content-type"] == PDF
        assert reply.headers["etag"] == 'W/"1"'
        assert reply.headers["content-disposition"] == "attachment"
        assert reply.headers["content-security-policy"] == "sandbox"
        assert reply.headers["x-content-type-options"] == "nosniff"
        head = await api.ask("HEAD", path, headers={"Accept": accept})
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == str(len(CONTENT))
    again = {"Accept": accept, "If-None-Match": 'W/"1"'}
    assert (await api.get(f"Binary/{id}", headers=again)).status == 304


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        ("*/*", "", 200),
        ("application/fhir+json", "", 200),
        ("application/pdf, application/fhir+json;q=0.1", "", 200),
        (PDF, "?_format=json", 200),
        (PDF, "?_format=xml", 406),
        ("image/*", "", 406),
        ("application/pdf;q=0", "", 406),
    ],
)
async def test_who_does_not_is_given_fhir_or_nothing(
    api: Api, accept: str, query: str, status: int
) -> None:
    id = await api.create(KEPT)
    reply = await api.get(f"Binary/{id}{query}", headers={"Accept": accept})
    assert reply.status == status
    if status == 200:
        assert (reply.json["data"], reply.json["contentType"]) == (KEPT["data"], PDF)
    else:
        assert reply.codes == ["not-supported"]


async def test_other_types_are_fhir_alone(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.get(f"Patient/{id}", headers={"Accept": PDF})
    assert (reply.status, reply.codes) == (406, ["not-supported"])
    refused = await send(api, "POST", "Patient")
    assert (refused.status, refused.codes) == (415, ["not-supported"])


async def test_the_content_is_shown_to_whom_the_record_is(api: Api) -> None:
    id = await api.create(KEPT)
    for who, status in (
        (NURSE, 200), (NEIGHBOUR, 404), (OTHER_WARD, 404), (HOSPITAL, 404), (ANALYST, 403),
        (None, 401),
    ):  # fmt: skip
        reply = await api.get(f"Binary/{id}", who=who, headers={"Accept": PDF})
        assert reply.status == status
        assert (reply.body == CONTENT) is (status == 200)
    await api.delete(f"Binary/{id}")
    gone = await api.get(f"Binary/{id}", headers={"Accept": PDF})
    assert (gone.status, gone.codes) == (410, ["deleted"])


@pytest.mark.proves("interactions/formats")
async def test_what_is_sent_is_kept_as_it_came(api: Api) -> None:
    patient = await api.create(records.patient())
    made = await send(api, "POST", "Binary", X_Security_Context=f"Patient/{patient}")
    assert made.status == 201, made.body
    id = made.json.pop("id")
    assert made.json["securityContext"] == {"reference": f"Patient/{patient}"}
    assert (made.json["contentType"], made.json["data"]) == (PDF, KEPT["data"])
    reply = await api.get(f"Binary/{id}", headers={"Accept": PDF})
    assert reply.body == CONTENT
    assert reply.headers["x-security-context"] == f"Patient/{patient}"
    text = "text/plain; charset=utf-8"
    changed = await send(api, "PUT", f"Binary/{id}", text, X_Security_Context=f"Patient/{patient}")
    assert changed.status == 200, changed.body
    assert changed.headers["etag"] == 'W/"2"'
    reply = await api.get(f"Binary/{id}", headers={"Accept": "text/*"})
    assert (reply.body, reply.headers["content-type"]) == (CONTENT, text)
    for who, status in ((NEIGHBOUR, 404), (OTHER_WARD, 404), (ANALYST, 403), (None, 401)):
        answer = await api.ask(
            "POST", "Binary", who=who, content=CONTENT,
            headers={"Content-Type": PDF, "X-Security-Context": f"Patient/{patient}"},
        )  # fmt: skip
        assert answer.status == (422 if status == 404 else status), (who, answer.body)


@pytest.mark.parametrize(
    ("kind", "headers", "status"),
    [
        ("application/x-www-form-urlencoded", {}, 415),
        ("application/fhir+xml", {}, 415),
        (PDF, {"Content-Encoding": "gzip"}, 415),
        (PDF, {"X-Security-Context": "Patient/nobody-here"}, 422),
        ("pdf", {}, 422),
        ("", {}, 415),
    ],
)
async def test_what_is_not_kept(api: Api, kind: str, headers: dict[str, str], status: int) -> None:
    reply = await send(api, "POST", "Binary", kind, **headers)
    assert reply.status == status, reply.body
    assert reply.codes
