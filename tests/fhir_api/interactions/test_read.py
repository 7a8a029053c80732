"""read and vread: what is there, what is not, and who asks."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api

NOWHERE = "Patient/0b5e2f1e-0000-4000-8000-000000000000"


@pytest.mark.proves("interactions/read")
async def test_a_record_is_read_with_its_version_and_time(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    id = made.json["id"]
    reply = await api.get(f"Patient/{id}")
    assert reply.status == 200
    assert reply.body == made.body
    assert reply.headers["etag"] == 'W/"1"'
    assert reply.headers["last-modified"] == made.headers["last-modified"]
    assert reply.headers["content-type"] == "application/fhir+json;charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert "Authorization" in reply.headers["vary"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-request-id"]
    assert reply.json["meta"]["versionId"] == "1"


async def test_head_is_get_without_the_body(api: Api) -> None:
    id = await api.create(records.patient())
    full, head = await api.get(f"Patient/{id}"), await api.ask("HEAD", f"Patient/{id}")
    assert head.status == 200
    assert head.body == b""
    same = ("etag", "last-modified", "content-length", "content-type")
    assert [head.headers[name] for name in same] == [full.headers[name] for name in same]


async def test_nobody_reads_without_a_token(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.get(f"Patient/{id}", who=None)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == 'Bearer realm="fhir"'
    assert reply.codes == ["login"]
    forged = await api.get(f"Patient/{id}", who=None, headers={"Authorization": "Bearer a.b.c"})
    assert forged.status == 401
    assert 'error="invalid_token"' in forged.headers["www-authenticate"]


@pytest.mark.parametrize("path", ["", "/_history", "/_history/1"])
async def test_another_ward_s_record_is_as_if_it_were_not(api: Api, path: str) -> None:
    id = await api.create(records.patient(), who=NEIGHBOUR)
    foreign = await api.get(f"Patient/{id}{path}")
    missing = await api.get(f"{NOWHERE}{path}")
    assert foreign.status == missing.status == 404
    assert foreign.body == missing.body
    assert foreign.codes == ["not-found"]
    different = {"x-request-id"}
    assert {k: v for k, v in foreign.headers.items() if k not in different} == {
        k: v for k, v in missing.headers.items() if k not in different
    }
    assert (await api.get(f"Patient/{id}{path}", who=NEIGHBOUR)).status == 200
    assert (await api.get(f"Patient/{id}{path}", who=SYSTEM)).status == 200


@pytest.mark.parametrize("path", ["", "/_history", "/_history/1"])
async def test_the_city_s_analyst_reads_no_record(api: Api, path: str) -> None:
    id = await api.create(records.patient())
    reply = await api.get(f"Patient/{id}{path}", who=ANALYST)
    assert reply.status == 403
    assert reply.codes == ["forbidden"]
    assert reply.body == (await api.get(f"{NOWHERE}{path}", who=ANALYST)).body


async def test_a_hospital_without_a_referral_finds_nothing(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.get(f"Patient/{id}", who=HOSPITAL)
    assert reply.status == 404
    assert reply.body == (await api.get(NOWHERE, who=HOSPITAL)).body


@pytest.mark.parametrize("scope", ["openid", "user/Patient.cud", "user/*.dus", "patient/*.cruds"])
async def test_a_token_without_the_right_is_refused(api: Api, scope: str) -> None:
    id = await api.create(records.patient())
    assert (await api.get(f"Patient/{id}", scope=scope)).status == 403


@pytest.mark.proves("interactions/conditional-read")
async def test_what_the_caller_has_is_not_sent_again(api: Api) -> None:
    id = await api.create(records.patient())
    first = await api.get(f"Patient/{id}")
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'W/"7", {first.headers["etag"]}'},
        {"If-None-Match": "1"},  # as fhirpy sends it
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        reply = await api.get(f"Patient/{id}", headers=headers)
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["etag"] == 'W/"1"'
        assert "content-length" not in reply.headers
    for headers in (
        {"If-None-Match": 'W/"2"'},
        {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"If-None-Match": 'W/"2"', "If-Modified-Since": first.headers["last-modified"]},
    ):
        assert (await api.get(f"Patient/{id}", headers=headers)).status == 200
    bad = await api.get(f"Patient/{id}", headers={"If-None-Match": "W/1"})
    assert (bad.status, bad.codes) == (400, ["invalid"])


@pytest.mark.proves("interactions/conditional-read")
async def test_nor_is_a_version_that_the_caller_has(api: Api) -> None:
    id = await api.create(records.patient())
    await api.put(f"Patient/{id}", records.patient() | {"id": id, "active": True})
    for version, other in (("1", "2"), ("2", "1")):
        path = f"Patient/{id}/_history/{version}"
        reply = await api.get(path, headers={"If-None-Match": f'W/"{version}"'})
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["etag"] == f'W/"{version}"'
        assert (await api.get(path, headers={"If-None-Match": f'W/"{other}"'})).status == 200


@pytest.mark.proves("interactions/conditional-read")
@pytest.mark.parametrize("path", ["", "/_history/1"])
async def test_a_known_etag_opens_no_other_ward_s_record(api: Api, path: str) -> None:
    id = await api.create(records.patient(), who=NEIGHBOUR)
    for headers in ({"If-None-Match": 'W/"1"'}, {"If-None-Match": "*"}):
        assert (await api.get(f"Patient/{id}{path}", headers=headers)).status == 404
        assert (await api.get(f"Patient/{id}{path}", headers=headers, who=None)).status == 401
        assert (await api.get(f"Patient/{id}{path}", headers=headers, who=ANALYST)).status == 403


async def test_parts_that_are_not_named_are_the_whole(api: Api) -> None:
    id = await api.create(records.patient())
    for query in ("?_elements=", "?_summary=", "?_format=&_summary=&_elements="):
        reply = await api.get(f"Patient/{id}{query}")
        assert reply.body == (await api.get(f"Patient/{id}")).body


@pytest.mark.proves("interactions/vread")
async def test_each_version_stays_as_it_was(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    id = made.json["id"]
    changed = await api.put(f"Patient/{id}", {**made.json, "active": True})
    assert (await api.get(f"Patient/{id}/_history/1")).body == made.body
    second = await api.get(f"Patient/{id}/_history/2")
    assert second.body == changed.body
    assert second.headers["etag"] == 'W/"2"'
    for version in ("3", "0", "-1", "01", "a", "99999999999", "٢"):
        assert (await api.get(f"Patient/{id}/_history/{version}")).status in {400, 404}


async def test_numbers_come_back_as_they_were_written(api: Api) -> None:
    who = await api.create(records.patient())
    body = (
        '{"resourceType":"Observation","status":"final","code":{"text":"x"},'
        f'"subject":{{"reference":"Patient/{who}"}},'
        '"valueQuantity":{"value":1.10},"component":[{"code":{"text":"a"},'
        '"valueQuantity":{"value":2.0E-3}},{"code":{"text":"b"},"valueQuantity":{"value":-0.00}}]}'
    )
    made = await api.ask("POST", "Observation", content=body.encode())
    assert made.status == 201, made.body
    for reply in (made, await api.get(f"Observation/{made.json['id']}")):
        for literal in (b"1.10", b"2.0E-3", b"-0.00"):
            assert b'"value":' + literal + b"}" in reply.body


async def test_formats_and_methods(api: Api) -> None:
    id = await api.create(records.patient())
    pretty = await api.get(f"Patient/{id}?_pretty=true")
    assert pretty.body.startswith(b'{\n  "resourceType": "Patient"')
    plain = await api.get(f"Patient/{id}", headers={"Accept": "application/json"})
    assert plain.headers["content-type"] == "application/json;charset=utf-8"
    refused = await api.get(f"Patient/{id}", headers={"Accept": "application/fhir+xml"})
    assert (refused.status, refused.codes) == (406, ["not-supported"])
    for method in ("TRACE", "POST", "OPTIONS", "FROB"):
        reply = await api.ask(method, f"Patient/{id}")
        assert (reply.status, reply.codes) == (405, ["not-supported"])
        assert reply.headers["allow"] == "GET, PUT, PATCH, DELETE, HEAD"


async def test_unknown_types_and_paths_are_not_found(api: Api) -> None:
    for path in ("Pacient/1", "patient/1", "Patient/1/2/3", "Patient/1/_history/1/2", "nothing"):
        reply = await api.get(path)
        assert (reply.status, reply.codes) == (404, ["not-found"]), path


async def test_the_request_id_is_kept_when_it_is_plain(api: Api) -> None:
    reply = await api.get(NOWHERE, headers={"X-Request-Id": "form-7.a_B"})
    assert reply.headers["x-request-id"] == "form-7.a_B"
    for bad in ("a b", "x" * 65, "é", "a;b"):
        reply = await api.get(NOWHERE, headers={"X-Request-Id": bad.encode()})  # type: ignore[dict-item] # raw bytes
        assert reply.headers["x-request-id"] != bad
        assert len(reply.headers["x-request-id"]) == 24


@pytest.mark.parametrize(
    "header", ["X-Ward", "X-Forwarded-User", "X-Original-URL", "X-HTTP-Method-Override"]
)
async def test_headers_open_nothing(api: Api, header: str) -> None:
    id = await api.create(records.patient(), who=NEIGHBOUR)
    reply = await api.get(f"Patient/{id}?ward=2", headers={header: "2"}, who=NURSE)
    assert reply.status == 404
