"""A transaction is stored whole or not at all."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, NURSE, SYSTEM, Answer, Api

from ehr.fhir.resource import Resource

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
WHO, VISIT = "urn:uuid:3f1b1a1e-0000-4000-8000-000000000001", "urn:uuid:visit-2"


def entry(
    method: str,
    url: str,
    resource: Resource | None = None,
    full_url: str | None = None,
    **more: str,
) -> dict[str, Any]:
    found: dict[str, Any] = {"fullUrl": full_url} if full_url else {}
    if resource is not None:
        found["resource"] = resource
    return found | {"request": {"method": method, "url": url, **more}}


def transaction(*entries: Any, kind: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def observation(who: str, visit: str | None = None) -> Resource:
    found = records.observation("x") | {"subject": {"reference": who}}
    return found | ({"encounter": {"reference": visit}} if visit else {})


def visit(*, who: str = WHO) -> list[dict[str, Any]]:
    subject = {"subject": {"reference": who}}
    return [
        entry("POST", "Observation", observation(who, VISIT)),
        entry("POST", "Encounter", records.encounter("x") | subject, VISIT),
        entry("POST", "Condition", records.condition("x", None, "I10") | subject),
    ]


async def counts(api: Api) -> list[int]:
    kinds = ("Patient", "Encounter", "Observation", "Condition")
    return [(await api.get(f"{kind}?_summary=count", who=SYSTEM)).json["total"] for kind in kinds]


def statuses(reply: Answer) -> list[str]:
    return [one["response"]["status"] for one in reply.entries]


@pytest.mark.proves("interactions/urn-uuid")
async def test_entries_refer_to_each_other(api: Api) -> None:
    bundle = transaction(*visit(), entry("POST", "Patient", records.patient(), WHO))
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body
    assert reply.json["type"] == "transaction-response"
    assert statuses(reply) == ["201 Created"] * 4
    for one in reply.entries:
        response = one["response"]
        assert response["etag"] == 'W/"1"'
        assert response["lastModified"].endswith("Z")
        assert one["fullUrl"] == f"{BASE}/{response['location'].partition('/_history')[0]}"
        assert "resource" not in one
    observation, encounter, _, patient = (
        one["response"]["location"].partition("/_history")[0] for one in reply.entries
    )
    stored = (await api.get(observation)).json
    assert stored["subject"] == {"reference": patient}
    assert stored["encounter"] == {"reference": encounter}
    assert (await api.get(f"Observation?patient={patient}&_summary=count")).json["total"] == 1


@pytest.mark.proves("interactions/prefer-return")
async def test_the_resources_come_back_when_preferred(api: Api) -> None:
    bundle = transaction(entry("POST", "Patient", records.patient(), WHO))
    reply = await api.post("", bundle, headers={"Prefer": "return=representation"})
    assert reply.entries[0]["resource"]["gender"] == "male"
    reply = await api.post("", bundle, headers={"Prefer": "return=OperationOutcome"})
    assert reply.entries[0]["response"]["outcome"]["resourceType"] == "OperationOutcome"


async def test_an_empty_transaction_is_answered(api: Api) -> None:
    reply = await api.post("", {"resourceType": "Bundle", "type": "transaction"})
    assert (reply.status, reply.json) == (
        200, {"resourceType": "Bundle", "type": "transaction-response"},
    )  # fmt: skip


@pytest.mark.proves("interactions/transaction")
async def test_all_or_nothing(api: Api) -> None:
    bad = entry("POST", "Condition", {"resourceType": "Condition", "subject": {"reference": WHO}})
    bad["resource"]["onsetString"] = 7
    bundle = transaction(entry("POST", "Patient", records.patient(), WHO), *visit(), bad)
    reply = await api.post("", bundle)
    assert reply.status == 400
    assert reply.places == ["Bundle.entry[4].resource.onset"]
    assert await counts(api) == [0, 0, 0, 0]


async def test_a_reference_to_nothing_names_its_entry(api: Api) -> None:
    bundle = transaction(
        entry("POST", "Patient", records.patient(), WHO),
        entry("POST", "Observation", records.observation("Patient/nobody")),
    )
    reply = await api.post("", bundle)
    assert (reply.status, reply.codes) == (422, ["not-found"])
    assert reply.places == ["Bundle.entry[1].resource.subject.reference"]
    assert await counts(api) == [0, 0, 0, 0]


@pytest.mark.proves("interactions/transaction")
async def test_the_order_is_delete_create_update_read(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    old = await api.create(records.patient())
    path = f"Patient/{made.json['id']}"
    bundle = transaction(
        entry("GET", f"{path}/_history/2"),
        entry("PUT", path, {**made.json, "active": True}, ifMatch='W/"1"'),
        entry("GET", path),
        entry("POST", "Patient", records.patient()),
        entry("GET", f"Patient/{made.json['id']}", ifNoneMatch='W/"2"'),
        entry("DELETE", f"Patient/{old}"),
        entry("GET", "Patient?_summary=count"),
    )
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body
    assert statuses(reply) == [
        "200 OK", "200 OK", "200 OK", "201 Created", "304 Not Modified", "204 No Content", "200 OK",
    ]  # fmt: skip
    assert reply.entries[0]["resource"]["active"] is True
    assert reply.entries[2]["resource"]["meta"]["versionId"] == "2"
    assert reply.entries[6]["resource"]["total"] == 2


@pytest.mark.proves("interactions/transaction")
async def test_a_failing_read_undoes_all(api: Api) -> None:
    bundle = transaction(
        entry("POST", "Patient", records.patient()), entry("GET", "Patient/nobody")
    )
    reply = await api.post("", bundle)
    assert (reply.status, reply.places) == (404, ["Bundle.entry[1]"])
    assert await counts(api) == [0, 0, 0, 0]


async def test_a_stale_version_undoes_all(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    bundle = transaction(
        entry("POST", "Patient", records.patient()),
        entry("PUT", f"Patient/{made.json['id']}", made.json, ifMatch='W/"7"'),
    )
    assert (await api.post("", bundle)).status == 412
    assert (await counts(api))[0] == 1


async def test_nobody_sends_one_and_the_analyst_neither(api: Api) -> None:
    bundle = transaction(entry("POST", "Patient", records.patient()))
    assert (await api.post("", bundle, who=None)).status == 401
    assert (await api.post("", bundle, who=ANALYST)).status == 403
    empty = transaction()
    assert (await api.post("", empty, who=ANALYST)).status == 403


async def test_one_entry_of_another_ward_refuses_all(api: Api) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    before = await counts(api)
    for bad, status in (
        (entry("PUT", f"Patient/{foreign}", {**records.patient(), "id": foreign}), 404),
        (entry("DELETE", f"Patient/{foreign}"), 404),
        (entry("GET", f"Patient/{foreign}"), 404),
        (entry("POST", "Observation", records.observation(foreign)), 422),
        (entry("POST", "Observation", records.observation(f"{BASE}/Patient/{foreign}")), 422),
    ):
        reply = await api.post("", transaction(entry("POST", "Patient", records.patient()), bad))
        assert reply.status == status, reply.body
        assert reply.places[0].startswith("Bundle.entry[1]")
        assert await counts(api) == before


async def test_rights_are_checked_before_anything_is_written(api: Api) -> None:
    bundle = transaction(
        entry("POST", "Patient", records.patient()),
        entry("GET", "Observation?code=1"),
    )
    reply = await api.post("", bundle, scope="user/Patient.cruds")
    assert (reply.status, reply.places) == (403, ["Bundle.entry[1]"])
    assert await counts(api) == [0, 0, 0, 0]


@pytest.mark.proves("interactions/conditional-create")
async def test_a_conditional_create_finds_or_makes(api: Api) -> None:
    who = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000009"}]}
    once = f"identifier={CCCD}|099058000009"
    bundle = transaction(
        entry("POST", "Patient", who, WHO, ifNoneExist=once),
        entry("POST", "Patient", who, "urn:uuid:again", ifNoneExist=once),
        entry("POST", "Observation", observation(WHO)),
        entry("POST", "Observation", observation("urn:uuid:again")),
    )
    first, second = await api.post("", bundle), await api.post("", bundle)
    assert statuses(first) == ["201 Created", "200 OK", "201 Created", "201 Created"]
    assert statuses(second) == ["200 OK", "200 OK", "201 Created", "201 Created"]
    locations = {one["response"]["location"] for r in (first, second) for one in r.entries[:2]}
    assert len(locations) == 1
    assert await counts(api) == [1, 0, 4, 0]


@pytest.mark.proves("interactions/conditional-reference")
async def test_a_conditional_reference_is_resolved(api: Api) -> None:
    who = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000010"}]}
    id = await api.create(who)
    named = f"Patient?identifier={CCCD}|099058000010"
    reply = await api.post("", transaction(entry("POST", "Observation", observation(named))))
    assert reply.status == 200, reply.body
    stored = (await api.get(reply.entries[0]["response"]["location"])).json
    assert stored["subject"] == {"reference": f"Patient/{id}"}
    await api.create(who)
    for identifier, status in (("099058000011", 422), ("099058000010", 422), ("", 400)):
        bad = observation(f"Patient?identifier={identifier}")
        refused = await api.post("", transaction(entry("POST", "Observation", bad)))
        assert refused.status == status
        assert refused.places == ["Bundle.entry[0].resource.subject.reference"]


@pytest.mark.proves("interactions/conditional-reference")
async def test_a_conditional_reference_reaches_no_other_ward(api: Api) -> None:
    who = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000012"}]}
    await api.create(who, who=NEIGHBOUR)
    named = observation(f"Patient?identifier={CCCD}|099058000012")
    missing = observation(f"Patient?identifier={CCCD}|099058000099")
    one = await api.post("", transaction(entry("POST", "Observation", named)))
    other = await api.post("", transaction(entry("POST", "Observation", missing)))
    assert one.status == other.status == 422
    assert one.body.replace(b"000012", b"000099") == other.body
    refused = await api.post(
        "", transaction(entry("POST", "Observation", named)), scope="user/Observation.c"
    )
    assert refused.status == 403


@pytest.mark.proves("interactions/many-entries")
async def test_a_thousand_entries_are_one_transaction(api: Api) -> None:
    bundle = transaction(
        entry("POST", "Patient", records.patient(), WHO),
        *(entry("POST", "Observation", observation(WHO)) for _ in range(999)),
    )
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body[:500]
    assert statuses(reply) == ["201 Created"] * 1000
    assert await counts(api) == [1, 0, 999, 0]


async def test_update_as_create_needs_the_power(api: Api) -> None:
    id = "0b5e2f1e-2222-4222-8222-000000000000"
    bundle = transaction(
        entry("PUT", f"Patient/{id}", {**records.patient(), "id": id}, f"{BASE}/Patient/{id}"),
        entry("POST", "Observation", records.observation(f"{BASE}/Patient/{id}")),
    )
    assert (await api.post("", bundle, who=NURSE)).status == 404
    reply = await api.post("", bundle, who=SYSTEM)
    assert statuses(reply) == ["201 Created"] * 2
    stored = (await api.get(reply.entries[1]["response"]["location"], who=SYSTEM)).json
    assert stored["subject"] == {"reference": f"Patient/{id}"}


async def test_names_of_another_server_are_resolved(api: Api) -> None:
    other = "http://hospital.example/fhir"
    bundle = transaction(
        entry("POST", "Patient", records.patient(), f"{other}/Patient/77"),
        entry("POST", "Observation", records.observation("Patient/77"), f"{other}/Observation/5"),
    )
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body
    stored = (await api.get(reply.entries[1]["response"]["location"])).json
    assert stored["subject"]["reference"] in reply.entries[0]["fullUrl"]
