"""J. One event for each interaction, with who, whose and how; nothing private in the log."""

import uuid
from collections.abc import Callable

import httpx
import pytest
from fixtures.attacking import CITY, HOSPITAL, W1, Attack
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]

Ask = Callable[[Attack], httpx.Response]
INTERACTIONS: dict[str, tuple[Ask, tuple[object, ...]]] = {
    "read": (lambda a: a(W1).get(f"/Patient/{a.p1}"), ("read", 0, 1)),
    "history": (lambda a: a(W1).get(f"/Patient/{a.p1}/_history"), ("history-instance", 0, 1)),
    "search": (lambda a: a(W1).get(f"/Patient?_id={a.p1}"), ("search-type", 0, 1)),
    "not modified": (
        lambda a: a(W1).get(f"/Patient/{a.p1}", headers={"If-None-Match": 'W/"1"'}),
        ("read", 0, 1),
    ),
    "create": (lambda a: a(W1).post("/Patient", json=patient()), ("create", 0, 1)),
    "invalid": (
        lambda a: a(W1).post("/Patient", json={"resourceType": "Patient", "x": 1}),
        ("create", 4, 0),
    ),
    "foreign": (lambda a: a(W1).get(f"/Patient/{a.p2}"), ("read", 4, 0)),
    "foreign write": (
        lambda a: a(W1).put(f"/Patient/{a.p2}", json=patient() | {"id": a.p2}),
        ("update", 4, 0),
    ),
    "foreign subject": (
        lambda a: a(W1).post("/Observation", json=observation(a.p2)),
        ("create", 4, 0),
    ),
    "city": (lambda a: a(CITY).get(f"/Patient/{a.p1}"), ("read", 4, 0)),
    "hospital": (lambda a: a(HOSPITAL).get("/Patient?name=nguyen"), ("search-type", 4, 0)),
    "no token": (lambda a: a("nobody").get(f"/Patient/{a.p1}"), ("read", 4, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", INTERACTIONS)
def test_103_each_interaction_is_one_event(attack: Attack, name: str) -> None:
    ask, (action, outcome, patients) = INTERACTIONS[name]
    reply = ask(attack)
    ((did, _, ended, account, whose, known),) = attack.events(reply.headers["x-request-id"])
    assert (did, ended, whose) == (action, outcome, patients)
    assert (account is not None, known) == ((False, False) if name == "no token" else (True, True))


def test_103_a_bundle_is_an_event_for_each_entry(attack: Attack) -> None:
    entries = [
        {"request": {"method": "GET", "url": f"Patient/{attack.p1}"}},
        {"request": {"method": "POST", "url": "Observation"}, "resource": observation(attack.p1)},
    ]
    for kind in ("batch", "transaction"):
        body = {"resourceType": "Bundle", "type": kind, "entry": entries}
        reply = attack(W1).post("/", json=body)
        events = attack.events(reply.headers["x-request-id"])
        assert sorted((one[0], one[4]) for one in events) == [("create", 1), ("read", 1)]


def test_106_nothing_private_is_logged(attack: Attack) -> None:
    name, number, key = "Chim Hoàng Yến", "099123456789", str(uuid.uuid4())
    body = patient() | {"name": [{"text": name}], "identifier": [{"value": number}]}
    attack(W1).post("/Patient", json=body, headers={"Idempotency-Key": key})
    attack(W1).post("/Patient", json=body | {"gender": name})
    attack(W1).get("/Patient", params={"name": name, "identifier": number})
    attack(W1).get(f"/Patient/{number}")
    attack("nobody").get("/Patient", headers={"Authorization": f"Bearer {number}"})
    log = attack.log()
    token = attack(W1).headers["authorization"].split()[1]
    for private in (name, "Ho%C3%A0ng", number, token, key, attack.p1, attack.p2):
        assert private not in log
