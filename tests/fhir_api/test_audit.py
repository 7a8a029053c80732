"""Every interaction leaves one event, denials too, and without the event there is no reply."""

from typing import Any

import psycopg
import pytest
from fixtures import records
from fixtures.auditing import Events
from fixtures.fhir import ANALYST, NEIGHBOUR, SYSTEM, Api, asking, authenticating

from auth.demo import DemoIssuer
from ehr.db import Database
from ehr.embedded import Embedded


async def test_each_interaction_is_one_event(committing: Api, events: Events) -> None:
    api = committing
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    assert events() == [(1, "create", path, 0)]
    for method, url, action, entity in (
        ("GET", path, "read", path),
        ("HEAD", path, "read", path),
        ("GET", f"{path}/_history/1", "vread", path),
        ("GET", f"{path}/_history", "history-instance", path),
        ("GET", "Patient?name=nguyen", "search-type", "Patient"),
        ("POST", "Patient/_search?name=nguyen", "search-type", "Patient"),
        ("GET", "Patient?_summary=count", "search-type", "Patient"),
    ):
        await api.ask(method, url)
        assert events() == [(1, action, entity, 0)]
    await api.put(path, made.json)
    assert events() == [(1, "update", path, 0)]
    await api.delete(path)
    assert events() == [(1, "delete", path, 0)]
    await api.delete(path)
    assert events() == [(1, "delete", path, 0)]


async def test_refusals_are_events_too(committing: Api, events: Events) -> None:
    api = committing
    id = await api.create(records.patient())
    events()
    for who, account, status in ((None, None, 401), (ANALYST, 10, 403), (NEIGHBOUR, 2, 404)):
        for method in ("GET", "DELETE"):
            assert (await api.ask(method, f"Patient/{id}", who=who)).status == status
            action = {"GET": "read", "DELETE": "delete"}[method]
            assert events() == [(account, action, f"Patient/{id}", 4)]
    await api.get("Patient?birthdate=never")
    assert events() == [(1, "search-type", "Patient", 4)]
    await api.post("Patient", {"resourceType": "Patient", "gender": "blue"})
    assert events() == [(1, "create", "Patient", 4)]
    await api.get(f"Patient/{id}", headers={"Accept": "image/png"})
    assert events() == [(None, "read", f"Patient/{id}", 4)]


async def test_a_bundle_is_an_event_for_each_entry(committing: Api, events: Events) -> None:
    api = committing
    id = await api.create(records.patient())
    events()

    def bundle(kind: str) -> dict[str, Any]:
        entries = [
            {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}},
            {"request": {"method": "GET", "url": f"Patient/{id}"}},
            {"request": {"method": "GET", "url": "Patient?name=nguyen"}},
        ]
        return {"resourceType": "Bundle", "type": kind, "entry": entries}

    for kind in ("transaction", "batch"):
        assert (await api.post("", bundle(kind))).status == 200
        found = events()
        assert [(account, action, outcome) for account, action, _, outcome in found] == [
            (1, "create", 0), (1, "read", 0), (1, "search-type", 0),
        ]  # fmt: skip
        assert found[1][2] == f"Patient/{id}"
    refused = {
        **bundle("transaction"),
        "entry": [{"request": {"method": "GET", "url": "Patient/x"}}],
    }
    assert (await api.post("", refused)).status == 404
    assert events() == [(1, "transaction", None, 4)]


async def test_what_came_to_no_interaction_is_an_event(committing: Api, events: Events) -> None:
    api = committing
    for method, path, status, entity in (
        ("TRACE", "Patient/1", 405, "Patient"),
        ("GET", "Patient/a_b", 400, "Patient"),
        ("GET", "NguyenVanA/1", 404, None),
    ):
        assert (await api.ask(method, path)).status == status
        assert events() == [(None, "refused", entity, 4)]
    entries = [7, {"request": {"method": "GET", "url": "Patient/a_b"}}]
    for kind in ("batch", "transaction"):
        empty = {"resourceType": "Bundle", "type": kind}
        assert (await api.post("", empty)).status == 200
        assert events() == [(1, "transaction", None, 0)]
    batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    assert (await api.post("", batch)).status == 200
    assert events() == [(1, "refused", None, 4), (1, "refused", "Patient", 4)]


async def test_a_reply_given_again_is_an_event_of_whose_record_it_shows(
    committing: Api, events: Events, postgres: Embedded, clone: str
) -> None:
    api = committing
    entry = {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    for path, body, action in (
        ("Patient", entry["resource"], "create"),
        ("", bundle, "transaction"),
    ):
        key = {"Idempotency-Key": f"key {path}"}
        made = await api.post(path, body, headers=key)
        assert len(events()) == 1
        again = await api.post(path, body, headers=key)
        assert again.body == made.body
        entity = f"Patient/{made.json['id']}" if path else None
        assert events() == [(1, action, entity, 0)]
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        shown = connection.execute("SELECT cardinality(patients) FROM audit_event").fetchall()
    assert shown == [(1,)] * 4


async def test_a_search_is_recorded_by_whose_records_it_showed_and_not_by_its_words(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    for _ in range(3):
        await api.create(records.observation(await api.create(records.patient())))
    await api.get("Observation?code=29463-7&_include=Observation:subject")
    await api.get("Patient?name=CanaryName&identifier=099058777777")
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        patients = connection.execute(
            "SELECT patients, client, address, purpose, length(request), token_id IS NOT NULL"
            " FROM audit_event WHERE action = 'search-type' AND entity = 'Observation'"
        ).fetchall()
        everything = connection.execute("SELECT e::text FROM audit_event e").fetchall()
    assert [len(set(row[0])) for row in patients] == [3]
    assert patients[0][1:] == ("tram-web", "192.0.2.7", "TREAT", 24, True)
    assert "Canary" not in str(everything)
    assert "099058777777" not in str(everything)


async def test_without_its_event_nothing_is_answered(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    id = await api.create(records.patient())
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute("REVOKE INSERT ON audit_event FROM ehr_app")
    for reply in (
        await api.get(f"Patient/{id}"),
        await api.get("Patient?name=nguyen"),
        await api.get("Patient/nobody"),
        await api.get(f"Patient/{id}", who=None),
    ):
        assert (reply.status, reply.codes) == (503, ["transient"])
        assert reply.headers["retry-after"]
        assert id not in reply.body.decode()
    assert (await api.post("Patient", records.patient())).status >= 400
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute("GRANT INSERT ON audit_event TO ehr_app")
    assert (await api.get("Patient?_summary=count", who=SYSTEM)).json["total"] == 1


async def test_a_commit_that_fails_is_never_a_success(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    made = (await api.post("Patient", records.patient())).json
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'secret of the server'; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON resource"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    entry = {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    for reply in (
        await api.post("Patient", records.patient()),
        await api.post("Patient", records.patient(), headers={"Idempotency-Key": "k"}),
        await api.put(f"Patient/{made['id']}", made),
        await api.delete(f"Patient/{made['id']}"),
        await api.post("", bundle),
    ):
        assert (reply.status, reply.codes) == (500, ["exception"])
        assert "secret" not in reply.body.decode()
    batch = await api.post("", {**bundle, "type": "batch"})
    assert batch.entries[0]["response"]["status"] == "500 Internal Server Error"
    assert (await api.get("Patient?_summary=count")).json["total"] == 1


@pytest.mark.slow
async def test_a_database_that_is_away_is_said_to_be(
    db: Database, issuer: DemoIssuer, postgres: Embedded
) -> None:
    url = postgres.url("ehr_app") + " port=1 connect_timeout=1"
    away = await Database.open(url, size=1, name="away", wait=False)
    async with (
        authenticating(db, issuer) as authenticator,
        asking(away, issuer, authenticator) as api,
    ):
        api.db = db
        for reply in (
            await api.get("Patient/1"),
            await api.get("Patient?name=a"),
            await api.post("Patient", records.patient()),
        ):
            assert (reply.status, reply.codes) == (503, ["transient"])
            assert reply.headers["retry-after"]
    await away.close()
