"""patch over HTTP: three forms, by id and by criteria, in Bundles, and who may."""

import base64
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, Answer, Api

from ehr.fhir.resource import dump

JSON, MERGE = "application/json-patch+json", "application/merge-patch+json"
PLAIN = "application/json"
FHIR = "application/fhir+json"
CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
NOWHERE = "Patient/0b5e2f1e-0000-4000-8000-000000000000"
FEMALE = [{"op": "replace", "path": "/gender", "value": "female"}]
PARAMETERS = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "replace"},
                {"name": "path", "valueString": "Patient.gender"},
                {"name": "value", "valueCode": "female"},
            ],
        }
    ],
}
DEEPER = [
    {"op": "add", "path": "/new", "value": {"a": {"a": {"a": {}}}}},
    {"op": "move", "from": "/name", "path": "/new/a/a/a/x"},
    {"op": "move", "from": "/new", "path": "/name"},
]
FORMS = [(JSON, FEMALE), (MERGE, {"gender": "female"}), (FHIR, PARAMETERS)]
TOLD_BY_SHAPE = [(PLAIN, FEMALE), (PLAIN, {"gender": "female"}), (PLAIN, PARAMETERS)]


async def patch(api: Api, path: str, kind: str, document: Any, **how: Any) -> Answer:
    headers = {"Content-Type": kind, **how.pop("headers", {})}
    return await api.ask("PATCH", path, content=dump(document), headers=headers, **how)


@pytest.fixture
async def path(api: Api) -> str:
    person = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000021"}]}
    return f"Patient/{await api.create(person)}"


@pytest.mark.proves("interactions/json-patch", "interactions/merge-patch")
@pytest.mark.proves("interactions/fhirpath-patch")
@pytest.mark.parametrize(("kind", "document"), FORMS + TOLD_BY_SHAPE)
async def test_each_form_makes_a_version(api: Api, path: str, kind: str, document: Any) -> None:
    before = (await api.get(path)).json
    reply = await patch(api, path, kind, document)
    assert reply.status == 200, reply.body
    assert reply.headers["etag"] == 'W/"2"'
    assert reply.headers["location"].endswith(f"{path}/_history/2")
    assert reply.json["gender"] == "female"
    assert reply.json | {"gender": "male", "meta": before["meta"]} == before
    assert (await api.get(path)).json == reply.json
    minimal = await patch(api, path, kind, document, headers={"Prefer": "return=minimal"})
    assert (minimal.status, minimal.body) == (200, b"")


async def test_metadata_tells_the_forms(api: Api) -> None:
    told = (await api.get("metadata", who=None)).json["patchFormat"]
    assert sorted(told) == sorted(kind for kind, _ in FORMS)


async def test_literals_of_numbers_stay(api: Api, path: str) -> None:
    finding = records.observation(path)
    id = await api.create(finding)
    document = b'[{"op":"replace","path":"/valueQuantity/value","value":58.10}]'
    headers = {"Content-Type": JSON}
    reply = await api.ask("PATCH", f"Observation/{id}", content=document, headers=headers)
    assert b'"value":58.10' in reply.body
    assert b'"value":58.10' in (await api.get(f"Observation/{id}")).body


@pytest.mark.proves("interactions/version-aware")
async def test_if_match_must_hold(api: Api, path: str) -> None:
    stale = await patch(api, path, JSON, FEMALE, headers={"If-Match": 'W/"9"'})
    assert (stale.status, stale.codes) == (412, ["conflict"])
    assert (await patch(api, path, JSON, FEMALE, headers={"If-Match": 'W/"1"'})).status == 200


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/id", "other"),
        ("/meta/versionId", "9"),
        ("/meta/lastUpdated", "2020-01-01T00:00:00Z"),
        ("/resourceType", "Person"),
    ],
)
async def test_what_the_server_sets_stays(api: Api, path: str, pointer: str, value: str) -> None:
    document = [{"op": "replace", "path": pointer, "value": value}]
    reply = await patch(api, path, JSON, document)
    assert (reply.status, reply.codes) == (422, ["business-rule"])
    assert (await api.get(path)).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize(
    ("kind", "document", "status"),
    [
        (JSON, [{"op": "replace", "path": "/gender", "value": "blue"}], 422),
        (JSON, [{"op": "add", "path": "/nothing", "value": 1}], 422),
        (JSON, [{"op": "remove", "path": "/nothing"}], 422),
        (JSON, [{"op": "test", "path": "/gender", "value": "female"}], 422),
        (JSON, [{"op": "copy", "from": "/name", "path": "/name/-"}] * 40, 422),
        (JSON, DEEPER * 300, 422),
        (JSON, {"op": "test"}, 400),
        (MERGE, [], 400),
        (MERGE, {"gender": 1}, 422),
        (FHIR, {"resourceType": "Patient"}, 400),
        (FHIR, {"gender": "female"}, 400),
        (FHIR, FEMALE, 400),
        ("text/json", FEMALE, 400),
        (PLAIN, {"gender": 1}, 422),
        (PLAIN, {"resourceType": "Person"}, 422),
        (PLAIN, {"resourceType": "Parameters", "parameter": 1}, 400),
        (PLAIN, [1], 400),
        (f"{PLAIN};charset=latin-1", {"gender": "female"}, 415),
        ("text/plain", FEMALE, 415),
        ("application/xml-patch+xml", FEMALE, 415),
        (f"{JSON};charset=latin-1", FEMALE, 415),
    ],
)
async def test_what_is_refused(api: Api, path: str, kind: str, document: Any, status: int) -> None:
    reply = await patch(api, path, kind, document)
    assert reply.status == status, reply.body
    assert reply.codes
    assert (await api.get(path)).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize("body", [b"", b"[", b'[],"x":1', b'[{"op":"test"}]}', b"\xff"])
async def test_a_body_that_is_none(api: Api, path: str, body: bytes) -> None:
    for kind in (JSON, MERGE, FHIR, PLAIN):
        reply = await api.ask("PATCH", path, content=body, headers={"Content-Type": kind})
        assert reply.status == 400, reply.body
        assert reply.codes


async def test_another_form_is_told_which_there_are(api: Api, path: str) -> None:
    reply = await patch(api, path, "application/xml-patch+xml", FEMALE)
    assert reply.status == 415
    assert set(reply.headers["accept-patch"].split(", ")) == {kind for kind, _ in FORMS}


async def test_who_may(api: Api, path: str) -> None:
    for who, status in ((None, 401), (ANALYST, 403), (NEIGHBOUR, 404), (HOSPITAL, 404)):
        assert (await patch(api, path, JSON, FEMALE, who=who)).status == status
    foreign = await patch(api, path, JSON, FEMALE, who=NEIGHBOUR)
    assert foreign.body == (await patch(api, NOWHERE, JSON, FEMALE, who=NEIGHBOUR)).body
    assert (await patch(api, path, JSON, FEMALE, scope="user/Patient.crds")).status == 403
    by_criteria = f"Patient?identifier={CCCD}|099058000021"
    assert (await patch(api, by_criteria, JSON, FEMALE, who=None)).status == 401
    assert (await patch(api, by_criteria, JSON, FEMALE, who=ANALYST)).status == 403
    assert (await patch(api, by_criteria, JSON, FEMALE, who=NEIGHBOUR)).status == 404
    assert (await api.get(path, who=NURSE)).headers["etag"] == 'W/"1"'


async def test_a_deleted_record_is_gone(api: Api, path: str) -> None:
    await api.delete(path)
    assert (await patch(api, path, JSON, FEMALE)).status == 410
    assert (await patch(api, path, JSON, FEMALE, who=NEIGHBOUR)).status == 404


async def test_a_resident_moves_to_no_ward_and_a_label_stays(api: Api, path: str) -> None:
    ward = {"managingOrganization": {"reference": "Organization/ward-00008"}}
    assert (await patch(api, path, MERGE, ward)).status in (403, 422)
    assert (await api.get(path)).headers["etag"] == 'W/"1"'


@pytest.mark.proves("interactions/conditional-patch")
async def test_by_criteria(api: Api, path: str) -> None:
    one = await patch(api, f"Patient?identifier={CCCD}|099058000021", JSON, FEMALE)
    assert (one.status, f"Patient/{one.json['id']}") == (200, path)
    none = await patch(api, f"Patient?identifier={CCCD}|099000000009", JSON, FEMALE)
    assert (none.status, none.codes) == (404, ["not-found"])
    await api.create(records.patient() | {"gender": "female"})
    several = await patch(api, "Patient?gender=female", JSON, FEMALE)
    assert (several.status, several.codes) == (412, ["multiple-matches"])
    for criteria in ("", "?", "?foo=1"):
        assert (await patch(api, f"Patient{criteria}", JSON, FEMALE)).status == 400


async def test_application_json_is_a_patch_of_a_part(api: Api, path: str) -> None:
    """As fhirpy sends it: members that change, null for those that go."""
    document = {"resourceType": "Patient", "birthDate": None, "active": True}
    reply = await patch(api, path, "application/json; charset=utf-8", document)
    assert reply.status == 200, reply.body
    assert "birthDate" not in reply.json
    assert (reply.json["active"], reply.json["gender"]) == (True, "male")


def binary(kind: str, document: Any) -> dict[str, Any]:
    data = base64.b64encode(dump(document)).decode()
    return {"resourceType": "Binary", "contentType": kind, "data": data}


@pytest.mark.proves("interactions/patch-in-bundle")
@pytest.mark.parametrize("bundle", ["batch", "transaction"])
async def test_in_a_bundle(api: Api, path: str, bundle: str) -> None:
    criteria = f"Patient?identifier={CCCD}|099058000021"
    other = binary(MERGE, {"gender": "other"})
    sent = [(path, binary(JSON, FEMALE)), (path, PARAMETERS), (criteria, other)]
    for number, (url, resource) in enumerate(sent, start=2):
        entry = {"request": {"method": "PATCH", "url": url}, "resource": resource}
        reply = await api.post("", {"resourceType": "Bundle", "type": bundle, "entry": [entry]})
        assert reply.status == 200, reply.body
        response = reply.entries[0]["response"]
        assert (response["status"], response["etag"]) == ("200 OK", f'W/"{number}"')
    assert (await api.get(path)).json["gender"] == "other"


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Binary", "contentType": JSON},
        {"resourceType": "Binary", "contentType": JSON, "data": "!"},
        {"resourceType": "Binary", "contentType": "text/plain", "data": "e30="},
        {"resourceType": "Binary", "contentType": JSON, "data": 1},
    ],
)
async def test_what_is_none_in_a_bundle(api: Api, path: str, resource: Any) -> None:
    entry = {"request": {"method": "PATCH", "url": path}, "resource": resource}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    reply = await api.post("", bundle)
    assert reply.status in (400, 415), reply.body
    assert reply.codes
    assert (await api.get(path)).headers["etag"] == 'W/"1"'


@pytest.mark.proves("interactions/version-aware")
@pytest.mark.parametrize(("kind", "document"), FORMS)
async def test_a_stale_version_is_told_before_a_test_that_fails(
    api: Api, path: str, kind: str, document: Any
) -> None:
    failing = [{"op": "test", "path": "/gender", "value": "other"}]
    stale = {"If-Match": 'W/"9"'}
    for sent in (document, failing if kind == JSON else document):
        reply = await patch(api, path, kind, sent, headers=stale)
        assert (reply.status, reply.codes) == (412, ["conflict"])
    assert (await patch(api, NOWHERE, kind, document, headers=stale)).status == 412
    assert (await patch(api, path, kind, document, headers={"If-Match": 'W/"1"'})).status == 200


@pytest.mark.proves("interactions/patch-in-bundle", "interactions/urn-uuid")
async def test_a_patch_refers_to_other_entries_of_its_transaction(api: Api, path: str) -> None:
    added = [{"op": "add", "path": "/link", "value": [
        {"type": "seealso", "other": {"reference": "urn:uuid:other"}}
    ]}]  # fmt: skip
    data = base64.b64encode(dump(added)).decode()
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "resource": {"resourceType": "Binary", "contentType": JSON, "data": data},
                "request": {"method": "PATCH", "url": path},
            },
            {
                "fullUrl": "urn:uuid:other",
                "resource": records.patient(),
                "request": {"method": "POST", "url": "Patient"},
            },
        ],
    }
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body
    other = reply.entries[1]["response"]["location"].partition("/_history")[0]
    assert (await api.get(path)).json["link"][0]["other"] == {"reference": other}
