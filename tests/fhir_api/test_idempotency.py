"""A request sent twice under one Idempotency-Key is done once."""

import asyncio
from datetime import timedelta

import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, SYSTEM, Api
from fixtures.later import Sql, sql

from ehr import clock

__all__ = ["sql"]

pytestmark = pytest.mark.proves("interactions/idempotency")

KEY = {"Idempotency-Key": "form-1"}


async def total(api: Api, resource_type: str = "Patient") -> int:
    found = await api.get(f"{resource_type}?_summary=count", who=SYSTEM)
    return int(found.json["total"])


async def test_the_first_reply_is_given_again(api: Api) -> None:
    first = await api.post("Patient", records.patient(), headers=KEY)
    again = await api.post("Patient", records.patient(), headers=KEY)
    assert first.status == again.status == 201
    assert first.body == again.body
    for name in ("etag", "location", "last-modified"):
        assert first.headers[name] == again.headers[name]
    assert await total(api) == 1


async def test_another_request_under_the_key_is_refused(api: Api) -> None:
    await api.post("Patient", records.patient(), headers=KEY)
    body = records.patient() | {"gender": "female"}
    for reply in (
        await api.post("Patient", body, headers=KEY),
        await api.post("Patient", records.patient(), headers={**KEY, "Prefer": "return=minimal"}),
        await api.post("Patient", records.patient(), headers={**KEY, "If-None-Exist": "_id=1"}),
    ):
        assert (reply.status, reply.codes) == (422, ["business-rule"])
    assert await total(api) == 1


MERGE = "application/merge-patch+json"


@pytest.mark.parametrize(
    "other",
    [
        {"Content-Type": "application/json"},
        {"If-Match": 'W/"2"'},
        {"If-None-Match": 'W/"7"'},
        {"Prefer": "return=minimal"},
    ],
    ids=lambda one: next(iter(one)),
)
async def test_so_is_one_with_headers_that_mean_another(api: Api, other: dict[str, str]) -> None:
    path = f"Patient/{await api.create(records.patient())}"
    sent = {**KEY, "Content-Type": MERGE}
    first = await api.ask("PATCH", path, body={"gender": "female"}, headers=sent)
    assert first.status == 200
    reply = await api.ask("PATCH", path, body={"gender": "female"}, headers={**sent, **other})
    assert (reply.status, reply.codes) == (422, ["business-rule"])
    again = await api.ask("PATCH", path, body={"gender": "female"}, headers=sent)
    assert again.body == first.body
    assert (await api.get(path)).headers["etag"] == 'W/"2"'


async def test_a_binary_about_another_record_is_another(api: Api) -> None:
    about = [f"Patient/{await api.create(records.patient())}" for _ in range(2)]
    sent = {**KEY, "Content-Type": "text/plain"}
    replies = [
        await api.ask("POST", "Binary", content=b"x", headers={**sent, "X-Security-Context": one})
        for one in about
    ]
    assert [reply.status for reply in replies] == [201, 422]


async def test_how_the_answer_is_spelled_is_the_same_request(api: Api) -> None:
    first = await api.post("Patient", records.patient(), headers=KEY)
    sent = {**KEY, "Accept": "application/json"}
    assert (await api.post("Patient", records.patient(), headers=sent)).body == first.body


async def test_a_key_is_its_sender_s(api: Api) -> None:
    mine = await api.post("Patient", records.patient(), headers=KEY)
    theirs = await api.post("Patient", records.patient(), headers=KEY, who=NEIGHBOUR)
    assert theirs.status == 201
    assert theirs.json["id"] != mine.json["id"]


async def test_a_refused_request_keeps_no_reply(api: Api) -> None:
    bad = records.patient() | {"gender": "blue"}
    assert (await api.post("Patient", bad, headers=KEY)).status == 422
    assert (await api.post("Patient", records.patient(), headers=KEY)).status == 201


async def test_a_key_is_forgotten_after_a_day(api: Api) -> None:
    first = await api.post("Patient", records.patient(), headers=KEY)
    clock.freeze(clock.now() + timedelta(hours=25))
    api.tokens.clear()
    try:
        later = await api.post("Patient", records.patient(), headers=KEY)
    finally:
        clock.freeze(None)
    assert later.status == 201
    assert later.json["id"] != first.json["id"]


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_a_length(api: Api, key: str) -> None:
    reply = await api.post("Patient", records.patient(), headers={"Idempotency-Key": key})
    assert (reply.status, reply.codes) == (400, ["invalid"])


async def test_a_transaction_is_done_once(api: Api) -> None:
    entry = {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    first = await api.post("", bundle, headers=KEY)
    again = await api.post("", bundle, headers=KEY)
    assert (first.status, first.body) == (again.status, again.body)
    assert await total(api) == 1


async def test_a_transaction_with_reads_closes_too(committing: Api, sql: Sql) -> None:
    who = await committing.create(records.patient())
    entry = {"request": {"method": "GET", "url": f"Patient/{who}"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert (await committing.post("", bundle, headers=KEY)).status == 200
    sql("UPDATE resource SET ward = 2 WHERE id = %s", (who,))
    reply = await committing.post("", bundle, headers=KEY)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert who not in reply.body.decode()


async def test_the_first_reply_closes_when_its_caller_has_another_ward(
    committing: Api, sql: Sql
) -> None:
    first = await committing.post("Patient", records.patient(), headers=KEY)
    assert first.status == 201
    sql("UPDATE staff_assignment SET ward_id = 2 WHERE account_id = 1")
    committing.tokens.clear()
    reply = await committing.post("Patient", records.patient(), headers=KEY)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert first.json["id"] not in reply.body.decode()
    assert await total(committing) == 1


async def test_the_first_reply_closes_when_its_resident_moves_away(
    committing: Api, sql: Sql
) -> None:
    first = await committing.post("Patient", records.patient(), headers=KEY)
    sql("UPDATE resource SET ward = 2 WHERE id = %s", (first.json["id"],))
    reply = await committing.post("Patient", records.patient(), headers=KEY)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert first.json["id"] not in reply.body.decode()


async def test_narrower_rights_close_it_for_as_long_as_they_last(committing: Api) -> None:
    first = await committing.post("Patient", records.patient(), headers=KEY)
    narrow = await committing.post(
        "Patient", records.patient(), headers=KEY, scope="user/Patient.c"
    )
    assert (narrow.status, narrow.codes) == (403, ["forbidden"])
    again = await committing.post("Patient", records.patient(), headers=KEY)
    assert (again.status, again.body) == (201, first.body)


async def test_a_deletion_is_answered_again(api: Api) -> None:
    path = f"Patient/{await api.create(records.patient())}"
    statuses = [(await api.delete(path, headers=KEY)).status for _ in range(2)]
    assert statuses == [204, 204]


async def test_twelve_at_once_are_done_once(committing: Api) -> None:
    await committing.token("clinician.00004")
    replies = await asyncio.gather(
        *(committing.post("Patient", records.patient(), headers=KEY) for _ in range(12))
    )
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body for reply in replies}) == 1
    assert await total(committing) == 1
