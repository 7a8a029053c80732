"""Patches, conditional writes and histories leave one event each, denials too.

Criteria are in none of them: they may say who somebody is.
"""

import base64
from typing import Any

import psycopg
import pytest
from fixtures import records
from fixtures.auditing import Events
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, Api

from ehr.embedded import Embedded

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
NUMBER = "099058000021"
CRITERIA = f"identifier={CCCD}|{NUMBER}"
NONE = f"identifier={CCCD}|099000000009"
MERGE = {"Content-Type": "application/merge-patch+json"}
FEMALE = b'{"gender":"female"}'
WHO = ((None, None, 401), (ANALYST, 10, 403), (NEIGHBOUR, 2, 404), (HOSPITAL, 11, 404))
"""(who, account, status of what is done to a record of another ward)."""


@pytest.fixture
async def path(committing: Api) -> str:
    """A resident who is known by a number."""
    person = records.patient() | {"identifier": [{"system": CCCD, "value": NUMBER}]}
    return f"Patient/{await committing.create(person)}"


async def test_patches(committing: Api, events: Events, path: str) -> None:
    api = committing
    events()
    done = await api.ask("PATCH", path, content=FEMALE, headers=MERGE)
    assert (done.status, events()) == (200, [(1, "update", path, 0)])
    done = await api.ask("PATCH", f"Patient?{CRITERIA}", content=FEMALE, headers=MERGE)
    assert (done.status, events()) == (200, [(1, "update", path, 0)])
    for url, body, more, status, entity in (
        (path, b'{"gender":"blue"}', {}, 422, path),
        (path, b"[]", {}, 400, path),
        (path, FEMALE, {"If-Match": 'W/"9"'}, 412, path),
        (path, FEMALE, {"Content-Type": "text/plain"}, 415, path),
        (f"Patient?{NONE}", FEMALE, {}, 404, "Patient"),
        ("Patient?foo=1", FEMALE, {}, 400, "Patient"),
    ):
        reply = await api.ask("PATCH", url, content=body, headers=MERGE | more)
        assert reply.status == status, reply.body
        assert events() == [(1, "patch", entity, 4)]
    await api.delete(path)
    events()
    reply = await api.ask("PATCH", path, content=FEMALE, headers=MERGE)
    assert (reply.status, events()) == (410, [(1, "patch", path, 4)])


async def test_patches_that_are_not_allowed(committing: Api, events: Events, path: str) -> None:
    events()
    for who, account, status in WHO:
        for url, entity in ((path, path), (f"Patient?{CRITERIA}", "Patient")):
            reply = await committing.ask("PATCH", url, content=FEMALE, headers=MERGE, who=who)
            expected = status if who != HOSPITAL or url == path else reply.status
            assert reply.status == expected >= 400
            assert events() == [(account, "patch", entity, 4)]
    narrow = await committing.ask(
        "PATCH", path, content=FEMALE, headers=MERGE, scope="user/Patient.crds"
    )
    assert (narrow.status, events()) == (403, [(1, "patch", path, 4)])


async def test_conditional_updates(committing: Api, events: Events, path: str) -> None:
    api = committing
    events()
    person = (await api.get(path)).json
    events()
    assert (await api.put(f"Patient?{CRITERIA}", person)).status == 200
    assert events() == [(1, "update", path, 0)]
    made = await api.put(f"Patient?{NONE}", records.patient())
    assert made.status == 201
    assert events() == [(1, "create", f"Patient/{made.json['id']}", 0)]
    for url, body, status in (
        ("Patient?gender=male", records.patient(), 412),
        (f"Patient?{CRITERIA}", person | {"id": "another"}, 400),
        (f"Patient?{CRITERIA}", person | {"gender": "blue"}, 422),
        ("Patient", person, 400),
    ):
        reply = await api.put(url, body)
        assert reply.status == status, reply.body
        assert events() == [(1, "update", "Patient", 4)]
    for who, account, status in WHO[:2]:
        assert (await api.put(f"Patient?{CRITERIA}", person, who=who)).status == status
        assert events() == [(account, "update", "Patient", 4)]
    foreign = await api.put(f"Patient?{CRITERIA}", person, who=NEIGHBOUR)
    assert foreign.status >= 400
    assert events() == [(2, "update", "Patient", 4)]


async def test_conditional_deletions(committing: Api, events: Events, path: str) -> None:
    api = committing
    await api.create(records.patient())
    events()
    for who, account, status in WHO[:2]:
        assert (await api.delete(f"Patient?{CRITERIA}", who=who)).status == status
        assert events() == [(account, "delete", "Patient", 4)]
    # To another ward nothing matches, which is no refusal and is on record.
    assert (await api.delete(f"Patient?{CRITERIA}", who=NEIGHBOUR)).status == 204
    assert events() == [(2, "delete", "Patient", 0)]
    for url, status in (("Patient?gender=male", 412), ("Patient", 400), ("Patient?foo=1", 400)):
        assert (await api.delete(url)).status == status
        assert events() == [(1, "delete", "Patient", 4)]
    stale = await api.delete(f"Patient?{CRITERIA}", headers={"If-Match": 'W/"9"'})
    assert (stale.status, events()) == (412, [(1, "delete", "Patient", 4)])
    assert (await api.delete(f"Patient?{CRITERIA}")).status == 204
    assert events() == [(1, "delete", path, 0)]
    assert (await api.delete(f"Patient?{CRITERIA}")).status == 204
    assert events() == [(1, "delete", "Patient", 0)]


async def test_histories(
    committing: Api, events: Events, path: str, postgres: Embedded, clone: str
) -> None:
    api = committing
    other = await api.create(records.patient())
    await api.delete(f"Patient/{other}")
    events()
    for url, action, entity in (
        ("Patient/_history", "history-type", "Patient"),
        ("_history", "history-system", None),
        ("_history?_since=2020&_count=1", "history-system", None),
        (f"{path}/_history", "history-instance", path),
    ):
        for who, account, statuses in (
            (None, None, {401}),
            (ANALYST, 10, {403}),
            (HOSPITAL, 11, {403, 404}),
        ):
            assert (await api.get(url, who=who)).status in statuses
            assert events() == [(account, action, entity, 4)]
        assert (await api.get(url)).status == 200
        assert events() == [(1, action, entity, 0)]
        foreign = await api.get(url, who=NEIGHBOUR)
        assert foreign.status == (404 if entity == path else 200)
        assert events() == [(2, action, entity, 4 if entity == path else 0)]
    for url in ("Patient/_history?_since=x", "Patient/_history?name=x"):
        assert (await api.get(url)).status == 400
        assert events() == [(1, "history-type", "Patient", 4)]
    assert (await api.get("Patient/_history", scope="user/Observation.rs")).status == 403
    assert events() == [(1, "history-type", "Patient", 4)]
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        shown = connection.execute(
            "SELECT account, cardinality(patients) FROM audit_event WHERE outcome = 0"
            " AND action LIKE 'history-%' ORDER BY id"
        ).fetchall()
    # Whose versions were shown: two residents, one on a page of one; the neighbour saw nobody.
    assert shown == [(1, 2), (2, 0), (1, 2), (2, 0), (1, 1), (2, 0), (1, 1)]


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_in_bundles(committing: Api, events: Events, path: str, kind: str) -> None:
    api = committing
    patch = {
        "resourceType": "Binary",
        "contentType": "application/merge-patch+json",
        "data": base64.b64encode(FEMALE).decode(),
    }

    async def send(*entries: tuple[str, str, Any], who: str | None = None) -> int:
        sent = []
        for method, url, resource in entries:
            content = {"resource": resource} if resource else {}
            sent.append(content | {"request": {"method": method, "url": url}})
        bundle = {"resourceType": "Bundle", "type": kind, "entry": sent}
        return (await api.post("", bundle, **({"who": who} if who else {}))).status

    events()
    assert await send(("PATCH", f"Patient?{CRITERIA}", patch)) == 200
    assert events() == [(1, "update", path, 0)]
    person = records.patient() | {"identifier": [{"system": CCCD, "value": NUMBER}]}
    assert await send(("PUT", f"Patient?{CRITERIA}", person)) == 200
    assert events() == [(1, "update", path, 0)]
    assert await send(("GET", "_history", None), ("GET", "Patient/_history", None)) == 200
    assert events() == [(1, "history-system", None, 0), (1, "history-type", "Patient", 0)]
    assert await send(("GET", "_history", None), who=ANALYST) == 403
    assert events() == [(10, "transaction", None, 4)]
    assert await send(("DELETE", f"Patient?{CRITERIA}", None)) == 200
    assert events() == [(1, "delete", path, 0)]


async def test_no_event_has_the_criteria(
    committing: Api, path: str, postgres: Embedded, clone: str
) -> None:
    await committing.ask("PATCH", f"Patient?{CRITERIA}", content=FEMALE, headers=MERGE)
    await committing.delete(f"Patient?{CRITERIA}", who=NEIGHBOUR)
    await committing.put(f"Patient?{CRITERIA}", records.patient(), who=ANALYST)
    await committing.delete(f"Patient?{CRITERIA}")
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        everything = connection.execute("SELECT e::text FROM audit_event e").fetchall()
    assert len(everything) == 5
    assert NUMBER not in str(everything)
