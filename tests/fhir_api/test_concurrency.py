"""Several writers at once, on connections of their own."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, NURSE, SYSTEM, Api

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
CRITERIA = f"identifier={CCCD}|099058000021"
PERSON = records.patient() | {"identifier": [{"system": CCCD, "value": "099058000021"}]}


async def total(api: Api) -> int:
    return int((await api.get("Patient?_summary=count", who=SYSTEM)).json["total"])


@pytest.mark.proves("interactions/conditional-create")
async def test_twelve_conditional_creates_make_one(committing: Api) -> None:
    headers = {"If-None-Exist": CRITERIA}
    replies = await asyncio.gather(
        *(committing.post("Patient", PERSON, headers=headers) for _ in range(12))
    )
    assert Counter(reply.status for reply in replies) == {201: 1, 200: 11}
    assert len({reply.json["id"] for reply in replies}) == 1
    assert await total(committing) == 1


async def test_twelve_transactions_with_one_criterion_make_one(committing: Api) -> None:
    request = {"method": "POST", "url": "Patient", "ifNoneExist": CRITERIA}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": PERSON, "request": request}],
    }
    replies = await asyncio.gather(*(committing.post("", bundle) for _ in range(12)))
    states = Counter(reply.entries[0]["response"]["status"] for reply in replies)
    assert states == {"201 Created": 1, "200 OK": 11}
    assert await total(committing) == 1


async def test_of_two_updates_of_one_version_one_holds(committing: Api) -> None:
    made = (await committing.post("Patient", records.patient())).json
    path, headers = f"Patient/{made['id']}", {"If-Match": 'W/"1"'}
    replies = await asyncio.gather(*(committing.put(path, made, headers=headers) for _ in range(6)))
    assert Counter(reply.status for reply in replies) == {200: 1, 412: 5}
    assert (await committing.get(path)).headers["etag"] == 'W/"2"'


async def test_updates_without_a_version_are_all_kept(committing: Api) -> None:
    made = (await committing.post("Patient", records.patient())).json
    path = f"Patient/{made['id']}"
    replies = await asyncio.gather(*(committing.put(path, made) for _ in range(8)))
    assert {reply.status for reply in replies} == {200}
    assert {reply.headers["etag"] for reply in replies} == {f'W/"{n}"' for n in range(2, 10)}
    history = (await committing.get(f"{path}/_history")).json
    times = [entry["response"]["lastModified"] for entry in history["entry"]]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 9


async def test_bundles_that_lock_crosswise_end_well(committing: Api) -> None:
    first, second = [(await committing.post("Patient", records.patient())).json for _ in range(2)]

    def bundle(*resources: Any) -> dict[str, Any]:
        entries = [
            {"resource": one, "request": {"method": "PUT", "url": f"Patient/{one['id']}"}}
            for one in resources
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    sent = [bundle(first, second), bundle(second, first)] * 4
    replies = await asyncio.gather(*(committing.post("", one) for one in sent))
    assert {reply.status for reply in replies} <= {200, 409}
    assert 200 in {reply.status for reply in replies}


async def test_wards_never_mix_on_shared_connections(committing: Api) -> None:
    mine = {await committing.create(records.patient()) for _ in range(3)}
    theirs = {await committing.create(records.patient(), who=NEIGHBOUR) for _ in range(3)}

    async def look(number: int) -> None:
        who, own, foreign = (NURSE, mine, theirs) if number % 2 else (NEIGHBOUR, theirs, mine)
        assert set((await committing.get("Patient?name=nguyen", who=who)).ids) == own
        for id in own:
            assert (await committing.get(f"Patient/{id}", who=who)).status == 200
        for id in foreign:
            assert (await committing.get(f"Patient/{id}", who=who)).status == 404

    async def abort(number: int) -> None:
        task = asyncio.create_task(look(number))
        await asyncio.sleep(0.001 * (number % 7))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(5):
        await asyncio.gather(*map(look, range(16)), *map(abort, range(8)))
