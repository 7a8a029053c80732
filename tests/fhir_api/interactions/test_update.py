"""update, version aware, and as create for those allowed it."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, NURSE, SYSTEM, Api

NEW = "0b5e2f1e-1111-4111-8111-000000000000"


@pytest.mark.proves("interactions/update")
async def test_an_update_makes_a_version(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    id = made.json["id"]
    reply = await api.put(f"Patient/{id}", {**made.json, "active": True})
    assert reply.status == 200
    assert reply.headers["etag"] == 'W/"2"'
    assert reply.headers["location"] == f"{BASE}/Patient/{id}/_history/2"
    assert reply.json["active"] is True
    assert reply.json["meta"]["versionId"] == "2"
    assert (await api.get(f"Patient/{id}")).body == reply.body


@pytest.mark.proves("interactions/version-aware")
async def test_if_match_must_hold(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    for tag in ('W/"2"', 'W/"7", W/"8"', 'W/"abc"'):
        reply = await api.put(path, made.json, headers={"If-Match": tag})
        assert (reply.status, reply.codes) == (412, ["conflict"])
    for tag in ('W/"1"', 'W/"1", W/"2"', '"3"', "*"):
        assert (await api.put(path, made.json, headers={"If-Match": tag})).status == 200
    bad = await api.put(path, made.json, headers={"If-Match": "1"})
    assert (bad.status, bad.codes) == (400, ["invalid"])
    assert (await api.get(path)).headers["etag"] == 'W/"5"'


async def test_ids_and_types_must_agree(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    id = made.json["id"]
    without = {key: value for key, value in made.json.items() if key != "id"}
    for body in ({**made.json, "id": "other"}, without, {**made.json, "id": 7}):
        reply = await api.put(f"Patient/{id}", body)
        assert (reply.status, reply.codes) == (400, ["value"])
        assert reply.places == ["Patient.id"]
    assert (await api.put(f"Person/{id}", made.json)).status == 400


@pytest.mark.proves("interactions/update")
async def test_only_those_allowed_choose_an_id(api: Api) -> None:
    body = {**records.patient(), "id": NEW}
    refused = await api.put(f"Patient/{NEW}", body)
    assert (refused.status, refused.codes) == (404, ["not-found"])
    made = await api.put(f"Patient/{NEW}", body, who=SYSTEM)
    assert made.status == 201
    assert made.headers["location"] == f"{BASE}/Patient/{NEW}/_history/1"
    assert (await api.put(f"Patient/{NEW}", body, who=SYSTEM)).status == 200


async def test_if_match_creates_nothing(api: Api) -> None:
    for tag in ("*", 'W/"1"'):
        reply = await api.put(
            f"Patient/{NEW}",
            {**records.patient(), "id": NEW},
            who=SYSTEM,
            headers={"If-Match": tag},
        )
        assert (reply.status, reply.codes) == (412, ["conflict"])
    assert (await api.get(f"Patient/{NEW}", who=SYSTEM)).status == 404


async def test_another_ward_s_record_is_not_there_to_change(api: Api) -> None:
    id = await api.create(records.patient(), who=NEIGHBOUR)
    foreign = await api.put(f"Patient/{id}", {**records.patient(), "id": id})
    missing = await api.put(f"Patient/{NEW}", {**records.patient(), "id": NEW})
    assert foreign.status == missing.status == 404
    assert foreign.body == missing.body
    for tag in ('W/"1"', "*"):
        headers = {"If-Match": tag}
        one = await api.put(f"Patient/{id}", {**records.patient(), "id": id}, headers=headers)
        other = await api.put(f"Patient/{NEW}", {**records.patient(), "id": NEW}, headers=headers)
        assert (one.status, one.body) == (other.status, other.body)
    assert (await api.get(f"Patient/{id}", who=NEIGHBOUR)).headers["etag"] == 'W/"1"'


async def test_who_may_update(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    for who, status in ((None, 401), (ANALYST, 403), (NURSE, 200), (SYSTEM, 200)):
        assert (await api.put(path, made.json, who=who)).status == status
    assert (await api.put(path, made.json, scope="user/Patient.crds")).status == 403


async def test_a_patient_does_not_move_by_an_update(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    moved = {**made.json, "managingOrganization": {"reference": "Organization/ward-00008"}}
    reply = await api.put(f"Patient/{made.json['id']}", moved)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.get(f"Patient/{made.json['id']}")).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize("resource_type", ["AuditEvent", "Provenance"])
async def test_what_is_recorded_for_good_is_never_changed(api: Api, resource_type: str) -> None:
    body = {"resourceType": resource_type, "id": NEW}
    assert (await api.put(f"{resource_type}/{NEW}", body, who=SYSTEM)).status == 405
    assert (await api.delete(f"{resource_type}/{NEW}", who=SYSTEM)).status == 405
