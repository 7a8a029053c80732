"""delete: gone for reads, kept in history."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, NURSE, Api

NOWHERE = "Patient/0b5e2f1e-0000-4000-8000-000000000000"


@pytest.mark.proves("interactions/delete")
async def test_a_deleted_record_is_gone(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.delete(f"Patient/{id}")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["etag"] == 'W/"2"'
    read = await api.get(f"Patient/{id}")
    assert (read.status, read.codes) == (410, ["deleted"])
    assert (await api.get(f"Patient/{id}/_history/2")).status == 410
    assert (await api.get(f"Patient/{id}/_history/1")).status == 200
    assert (await api.get("Patient?_summary=count")).json["total"] == 0
    assert (await api.delete(f"Patient/{id}")).status == 204


@pytest.mark.proves("interactions/prefer-return")
async def test_an_outcome_may_be_preferred(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.delete(f"Patient/{id}", headers={"Prefer": "return=OperationOutcome"})
    assert (reply.status, reply.codes) == (200, ["informational"])


@pytest.mark.proves("interactions/version-aware")
async def test_if_match_must_hold(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.delete(f"Patient/{id}", headers={"If-Match": 'W/"9"'})
    assert (reply.status, reply.codes) == (412, ["conflict"])
    assert (await api.delete(f"Patient/{id}", headers={"If-Match": 'W/"1"'})).status == 204


async def test_a_deleted_record_comes_back_by_an_update(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    await api.delete(path)
    reply = await api.put(path, made.json)
    assert reply.status == 201
    assert reply.headers["etag"] == 'W/"3"'
    assert (await api.get(path)).status == 200


async def test_who_may_delete(api: Api) -> None:
    id = await api.create(records.patient())
    for who, status in ((None, 401), (ANALYST, 403), (NEIGHBOUR, 404)):
        assert (await api.delete(f"Patient/{id}", who=who)).status == status
    assert (await api.delete(f"Patient/{id}", scope="user/Patient.crus")).status == 403
    assert (await api.get(f"Patient/{id}")).status == 200
    foreign = await api.delete(f"Patient/{id}", who=NEIGHBOUR)
    assert foreign.body == (await api.delete(NOWHERE, who=NEIGHBOUR)).body
    assert (await api.delete(f"Patient/{id}", who=NURSE)).status == 204
    assert (await api.delete(f"Patient/{id}", who=NEIGHBOUR)).status == 404
    assert (await api.get(f"Patient/{id}", who=NEIGHBOUR)).status == 404


async def test_what_others_refer_to_stays(api: Api) -> None:
    id = await api.create(records.patient())
    await api.create(records.observation(id))
    reply = await api.delete(f"Patient/{id}")
    assert (reply.status, reply.codes) == (409, ["conflict"])
    assert (await api.get(f"Patient/{id}")).status == 200
