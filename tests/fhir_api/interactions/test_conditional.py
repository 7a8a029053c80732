"""Update and delete by criteria: none, one, several; by whom; at once; and in bundles."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, NURSE, SYSTEM, Api

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
CRITERIA = f"identifier={CCCD}|099058000021"
PERSON = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000021"}]}


async def number(api: Api, who: str = NURSE) -> int:
    return int((await api.get("Patient?_summary=count", who=who)).json["total"])


@pytest.mark.proves("interactions/conditional-update")
async def test_an_update_without_a_match_creates_and_with_one_updates(api: Api) -> None:
    made = await api.put(f"Patient?{CRITERIA}", PERSON)
    assert made.status == 201
    assert made.headers["etag"] == 'W/"1"'
    again = await api.put(f"Patient?{CRITERIA}", PERSON | {"gender": "female"})
    assert (again.status, again.json["id"]) == (200, made.json["id"])
    assert again.headers["location"].endswith(f"Patient/{made.json['id']}/_history/2")
    with_id = PERSON | {"id": made.json["id"]}
    assert (await api.put(f"Patient?{CRITERIA}", with_id)).status == 200
    assert await number(api) == 1


@pytest.mark.proves("interactions/conditional-update")
async def test_an_update_that_names_another_id_or_finds_several(api: Api) -> None:
    made = (await api.put(f"Patient?{CRITERIA}", PERSON)).json
    other = await api.create(records.patient())
    wrong = await api.put(f"Patient?{CRITERIA}", PERSON | {"id": other})
    assert (wrong.status, wrong.codes, wrong.places) == (400, ["value"], ["Patient.id"])
    several = await api.put("Patient?gender=male", PERSON)
    assert (several.status, several.codes) == (412, ["multiple-matches"])
    taken = await api.put("Patient?gender=other", PERSON | {"id": made["id"]})
    assert (taken.status, taken.codes) == (409, ["conflict"])
    new = await api.put("Patient?gender=other", PERSON | {"id": "mine"}, who=SYSTEM)
    assert (new.status, new.json["id"]) == (201, "mine")


@pytest.mark.proves("interactions/version-aware")
async def test_if_match_holds_for_what_is_found(api: Api) -> None:
    await api.put(f"Patient?{CRITERIA}", PERSON)
    stale, fresh = {"If-Match": 'W/"9"'}, {"If-Match": 'W/"1"'}
    assert (await api.put(f"Patient?{CRITERIA}", PERSON, headers=stale)).status == 412
    assert (await api.delete(f"Patient?{CRITERIA}", headers=stale)).status == 412
    assert (await api.put(f"Patient?{CRITERIA}", PERSON, headers=fresh)).status == 200


@pytest.mark.proves("interactions/conditional-delete")
async def test_a_delete_of_none_one_and_several(api: Api) -> None:
    assert (await api.delete(f"Patient?{CRITERIA}")).status == 204
    id = (await api.put(f"Patient?{CRITERIA}", PERSON)).json["id"]
    await api.create(records.patient())
    several = await api.delete("Patient?gender=male")
    assert (several.status, several.codes) == (412, ["multiple-matches"])
    assert await number(api) == 2
    gone = await api.delete(f"Patient?{CRITERIA}")
    assert (gone.status, gone.headers["etag"]) == (204, 'W/"2"')
    assert (await api.get(f"Patient/{id}")).status == 410


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("query", ["", "?", "?_count=1", "?foo=1", "?birthdate=x"])
async def test_criteria_that_are_none(api: Api, method: str, query: str) -> None:
    await api.create(records.patient())
    body = PERSON if method == "PUT" else None
    reply = await api.ask(method, f"Patient{query}", body=body)
    assert reply.status == 400
    assert reply.codes
    assert await number(api) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_who_may(api: Api, method: str) -> None:
    """Another ward's record is no match: it is neither changed nor told of."""
    id = await api.create(records.patient())
    body = records.patient() if method == "PUT" else None
    path = "Patient?birthdate=1958-02-01"
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.ask(method, path, body=body, who=who)).status == status
    reply = await api.ask(method, path, body=body, who=NEIGHBOUR)
    assert reply.status == (201 if method == "PUT" else 204)
    assert (await api.get(f"Patient/{id}")).headers["etag"] == 'W/"1"'
    assert (await api.ask(method, path, body=body, scope="user/Patient.rs")).status == 403


@pytest.mark.proves("interactions/conditional-update")
async def test_twelve_at_once_create_one(committing: Api) -> None:
    replies = await asyncio.gather(
        *(committing.put(f"Patient?{CRITERIA}", PERSON) for _ in range(12))
    )
    assert Counter(reply.status for reply in replies) == {201: 1, 200: 11}
    assert await number(committing) == 1
    (id,) = {reply.json["id"] for reply in replies}
    assert (await committing.get(f"Patient/{id}")).headers["etag"] == 'W/"12"'


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def request(method: str, url: str, resource: Any = None, **more: Any) -> dict[str, Any]:
    asked = {"request": {"method": method, "url": url}, **more}
    return asked | ({"resource": resource} if resource else {})


@pytest.mark.proves("interactions/conditional-update")
@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_both_in_bundles(api: Api, kind: str) -> None:
    old = await api.create(PERSON | {"identifier": [{"system": CCCD, "value": "099000000001"}]})
    sent = bundle(
        request("PUT", f"Patient?{CRITERIA}", PERSON, fullUrl="urn:uuid:1"),
        request("DELETE", f"Patient?identifier={CCCD}|099000000001"),
        kind=kind,
    )
    reply = await api.post("", sent)
    assert reply.status == 200, reply.body
    states = [one["response"]["status"] for one in reply.entries]
    assert states == ["201 Created", "204 No Content"]
    assert (await api.get(f"Patient/{old}")).status == 410
    again = await api.post("", sent)
    states = [one["response"]["status"] for one in again.entries]
    assert states == ["200 OK", "204 No Content"]


async def test_a_reference_to_what_a_conditional_update_makes(api: Api) -> None:
    urn = "urn:uuid:0b5e2f1e-0000-4000-8000-000000000001"
    finding = records.observation("x") | {"subject": {"reference": urn}}
    sent = bundle(
        request("POST", "Observation", finding),
        request("PUT", f"Patient?{CRITERIA}", PERSON, fullUrl=urn),
    )
    reply = await api.post("", sent)
    assert reply.status == 200, reply.body
    person, made = (await api.get(f"Patient?{CRITERIA}")).ids[0], reply.entries[0]
    location = made["response"]["location"].partition("/_history")[0]
    stored = await api.get(location)
    assert stored.json["subject"]["reference"] == f"Patient/{person}"


async def test_a_record_named_and_found_is_changed_twice(api: Api) -> None:
    made = (await api.put(f"Patient?{CRITERIA}", PERSON)).json
    sent = bundle(
        request("PUT", f"Patient/{made['id']}", made),
        request("DELETE", f"Patient?{CRITERIA}"),
    )
    reply = await api.post("", sent)
    assert (reply.status, reply.codes) == (400, ["value"])
    assert (await api.get(f"Patient/{made['id']}")).headers["etag"] == 'W/"1"'
