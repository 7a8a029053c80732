"""Who may ask, as whom it is answered, and who is told."""

from dataclasses import replace

import pytest
from fixtures import callers, records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api
from fixtures.later import LATER, Sql, Worker, answered, ask

from ehr.directory import async_requests
from ehr.embedded import Embedded

UNKNOWN = f"{BASE}/async/{'A' * 32}"


async def test_nobody_and_the_analyst_ask_nothing(committing: Api, sql: Sql) -> None:
    for who, status, code in ((None, 401, "login"), (ANALYST, 403, "forbidden")):
        for path in ("Patient?name=x", "_history", "Patient/_history"):
            reply = await committing.get(path, who=who, headers=LATER)
            assert (reply.status, reply.codes) == (status, [code])
        for method in ("GET", "DELETE"):
            reply = await committing.ask(method, UNKNOWN, who=who)
            assert (reply.status, reply.codes) == (status, [code])
    assert (await committing.get("Patient", headers=LATER, scope="user/Patient.r")).status == 403
    assert sql("SELECT FROM async_request") == []


async def test_another_ward_s_records_are_not_in_the_answer(
    committing: Api, worker: Worker
) -> None:
    mine = await committing.create(records.patient())
    for who in (NEIGHBOUR, HOSPITAL):
        entry = await answered(committing, worker, f"Patient/{mine}/$everything", who=who)
        assert entry["response"]["status"] == "404 Not Found"
    found = await answered(committing, worker, "Patient?gender=male", who=NEIGHBOUR)
    assert "entry" not in found["resource"]
    history = await answered(committing, worker, "_history", who=NEIGHBOUR)
    assert mine not in str(history)
    seen = await answered(committing, worker, "Patient?gender=male", who=SYSTEM)
    assert [one["resource"]["id"] for one in seen["resource"]["entry"]] == [mine]


@pytest.mark.proves("interactions/respond-async")
async def test_it_is_there_for_who_asked_alone(committing: Api, worker: Worker) -> None:
    api = committing
    await api.create(records.patient())
    where = await ask(api, "Patient?gender=male")
    for _ in range(2):
        for who in (NEIGHBOUR, HOSPITAL, SYSTEM):
            unknown = await api.get(UNKNOWN, who=who)
            for method in ("GET", "DELETE"):
                reply = await api.ask(method, where, who=who)
                assert (reply.status, reply.body) == (404, unknown.body)
        await worker.answer()
    assert (await api.get(where)).status == 200


async def test_another_client_of_the_same_person_is_another_caller(
    committing: Api, worker: Worker
) -> None:
    where = await ask(committing, "Patient?gender=male")
    id, own = where.rpartition("/")[2], callers.clinician()
    for access in (replace(own, client="other"), replace(own, account=2)):
        assert await async_requests.find(committing.db, id, access=access) is None
        assert not await async_requests.cancel(committing.db, id, access=access)
    assert await async_requests.find(committing.db, id, access=own) is not None


@pytest.mark.parametrize("role", ["ehr_app", "ehr_owner"])
async def test_without_a_caller_no_row_is_seen(
    committing: Api, postgres: Embedded, clone: str, role: str
) -> None:
    import psycopg

    await ask(committing, "Patient?gender=male")
    with psycopg.connect(postgres.url(role, clone)) as connection:
        assert connection.execute("SELECT count(*) FROM async_request").fetchone() == (0,)


async def test_it_is_answered_with_what_the_caller_then_has(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    """The ward was taken away after the request: nothing of it is in the answer."""
    await committing.create(records.patient())
    await ask(committing, "Patient?gender=male")
    sql("UPDATE staff_assignment SET valid_to = valid_from WHERE account_id = 1")
    assert await worker.answer() == 1
    ((status, body),) = sql("SELECT status, answer FROM async_request")
    assert status == 403
    assert b"Patient" not in bytes(body)


async def test_a_disabled_account_is_not_answered(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    await committing.create(records.patient())
    where = await ask(committing, "Patient?gender=male")
    sql("UPDATE account SET disabled_at = now() WHERE id = 1")
    assert await worker.answer() == 1
    assert sql("SELECT action, outcome FROM audit_event ORDER BY id DESC LIMIT 1") == [
        ("refused", 4)
    ]
    sql("UPDATE account SET disabled_at = NULL WHERE id = 1")
    (entry,) = (await committing.get(where)).entries
    assert entry["response"]["status"] == "401 Unauthorized"
    assert "resource" not in entry


async def test_an_answer_closes_when_its_caller_has_other_rights(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    await committing.create(records.patient())
    where = await ask(committing, "Patient?gender=male")
    assert await worker.answer() == 1
    narrow = await committing.get(where, scope="user/Patient.rs")
    assert (narrow.status, narrow.codes) == (403, ["forbidden"])
    assert (await committing.get(where)).status == 200
    sql("UPDATE staff_assignment SET ward_id = 2 WHERE account_id = 1")
    committing.tokens.clear()
    assert (await committing.get(where)).status == 403


async def test_an_answer_closes_when_a_resident_in_it_moves_away(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    who = await committing.create(records.patient())
    where = await ask(committing, f"Patient/{who}/$everything")
    assert await worker.answer() == 1
    assert (await committing.get(where)).status == 200
    sql("UPDATE resource SET ward = 2 WHERE id = %s", (who,))
    reply = await committing.get(where)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert who not in reply.body.decode()


async def test_every_step_is_on_record_as_the_caller_s(
    committing: Api, worker: Worker, sql: Sql
) -> None:
    who = await committing.create(records.patient())
    where = await ask(committing, f"Patient/{who}/$everything")
    await worker.answer()
    await committing.get(where)
    await committing.get(where, who=NEIGHBOUR)
    await committing.delete(where)
    events = sql(
        "SELECT account, client, action, entity, cardinality(patients), outcome, address"
        " FROM audit_event ORDER BY id OFFSET 1"
    )
    path, kept = f"Patient/{who}", f"async/{where.rpartition('/')[2]}"
    assert events == [
        (1, "tram-web", "$everything", path, 0, 0, "192.0.2.7"),
        (1, "tram-web", "$everything", path, 1, 0, "192.0.2.7"),
        (1, "tram-web", "async-status", kept, 1, 0, "192.0.2.7"),
        (2, "tram-web", "async-status", kept, 0, 4, "192.0.2.7"),
        (1, "tram-web", "async-cancel", kept, 0, 0, "192.0.2.7"),
    ]
    requests = sql("SELECT request FROM audit_event WHERE action = '$everything'")
    assert requests[0] == requests[1]


async def test_no_token_is_kept(committing: Api, sql: Sql) -> None:
    await ask(committing, "Patient?gender=male")
    ((text,),) = sql("SELECT a::text || convert_from(claims, 'UTF8') FROM async_request a")
    assert (await committing.token(NURSE)).rpartition(".")[2] not in text
