"""A batch: every entry stands alone."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, Api

from ehr.fhir.resource import Resource


def batch(*entries: Any) -> Resource:
    return {"resourceType": "Bundle", "type": "batch", "entry": list(entries)}


def entry(method: str, url: str, resource: Resource | None = None, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = {} if resource is None else {"resource": resource}
    return found | {"request": {"method": method, "url": url, **more}}


@pytest.mark.proves("interactions/batch")
async def test_each_entry_has_its_own_end(api: Api) -> None:
    id = await api.create(records.patient())
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    reply = await api.post(
        "",
        batch(
            entry("GET", f"Patient/{id}"),
            entry("POST", "Patient", {"resourceType": "Patient", "gender": "blue"}),
            entry("POST", "Patient", records.patient()),
            entry("GET", f"Patient/{foreign}"),
            entry("GET", "Patient?_summary=count"),
            entry("GET", f"Patient/{id}", ifNoneMatch='W/"1"'),
            entry("DELETE", f"Patient/{id}", ifMatch='W/"9"'),
            entry("FROB", "Patient"),
            entry("GET", "http://evil.example/Patient"),
            7,
            entry("DELETE", f"Patient/{id}"),
        ),
    )
    assert reply.status == 200
    assert reply.json["type"] == "batch-response"
    codes = [one["response"]["status"][:3] for one in reply.entries]
    assert codes[0] == "200"
    assert codes[1] == "422"
    assert codes[2:] == ["201", "404", "200", "304", "412", "400", "400", "400", "204"]
    assert reply.entries[0]["resource"]["id"] == id
    assert reply.entries[0]["fullUrl"].endswith(f"/Patient/{id}")
    assert reply.entries[2]["response"]["location"].startswith("Patient/")
    assert "resource" not in reply.entries[2]
    assert reply.entries[4]["resource"]["total"] == 2
    refused = [one["response"] for one in reply.entries if one["response"]["status"][0] == "4"]
    assert len(refused) == 6
    assert all(one["outcome"]["resourceType"] == "OperationOutcome" for one in refused)


async def test_another_ward_s_record_is_as_if_it_were_not(api: Api) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    missing = "0b5e2f1e-0000-4000-8000-000000000000"
    entries = (
        await api.post("", batch(*(entry("GET", f"Patient/{id}") for id in (foreign, missing))))
    ).entries
    assert entries[0] == entries[1]


async def test_who_may_send_one(api: Api) -> None:
    some = batch(entry("GET", "Patient?_summary=count"))
    assert (await api.post("", some, who=None)).status == 401
    assert (await api.post("", some, who=ANALYST)).status == 403
    reply = await api.post("", some, scope="user/Patient.r")
    assert reply.entries[0]["response"]["status"] == "403 Forbidden"


async def test_no_bundle_inside_a_bundle(api: Api) -> None:
    reply = await api.post("", batch(entry("POST", "", batch())))
    assert reply.entries[0]["response"]["status"] == "400 Bad Request"


async def test_a_batch_is_not_idempotent(api: Api) -> None:
    reply = await api.post("", batch(), headers={"Idempotency-Key": "a"})
    assert (reply.status, reply.codes) == (400, ["not-supported"])


@pytest.mark.proves("interactions/prefer-return")
async def test_the_resources_come_back_when_preferred(api: Api) -> None:
    some = batch(entry("POST", "Patient", records.patient()))
    reply = await api.post("", some, headers={"Prefer": "return=representation"})
    assert reply.entries[0]["resource"]["gender"] == "male"
    reply = await api.post("", some, headers={"Prefer": "return=OperationOutcome"})
    assert reply.entries[0]["response"]["outcome"]["issue"][0]["severity"] == "information"
