"""Ways in that an attack found and that are closed: each stays a test."""

import uuid

import httpx
import pytest
from fixtures.attacking import CCCD, FHIR_JSON, MOST_WORK, W1, Attack, refused, work
from fixtures.database import PATIENCE_SECONDS
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]


def test_71_the_last_second_of_http(attack: Attack) -> None:
    reply = attack(W1).get(
        f"/Patient/{attack.p1}",
        headers={"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"},
    )
    assert reply.status_code in (200, 304)


def test_103_a_reply_given_again_names_whose_record_it_shows(attack: Attack) -> None:
    key = {"Idempotency-Key": f"open-{uuid.uuid4()}"}
    body = observation(attack.p1)
    attack(W1).post("/Observation", json=body, headers=key)
    again = attack(W1).post("/Observation", json=body, headers=key)
    assert attack.p1 in again.text
    assert attack.events(again.headers["x-request-id"])[0][4] == 1


def test_35_a_year_is_no_birth_date(attack: Attack) -> None:
    """A transaction that fails anyway asks without leaving anything: 412 against 404."""
    statuses = []
    for number in ("001158099991", "001158099992"):
        entries = [
            {
                "request": {
                    "method": "POST",
                    "url": "Patient",
                    "ifNoneExist": f"identifier={CCCD}|{number}",
                },
                "resource": patient() | {"birthDate": "1958"},
            },
            {"request": {"method": "DELETE", "url": f"Observation/{uuid.uuid4()}"}},
        ]
        body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        statuses.append(attack(W1).post("/", json=body).status_code)
    assert statuses[0] == statuses[1]


def test_106_a_path_is_not_logged_as_typed(attack: Attack) -> None:
    attack(W1).get("/Patient/chim-hoang-yen")
    httpx.get(f"{attack.service.url}/chim-hoang-yen", trust_env=False, timeout=PATIENCE_SECONDS)
    assert "chim-hoang-yen" not in attack.log()


def test_103_a_known_caller_who_asks_for_what_is_not_served(attack: Attack) -> None:
    for method, path in (("PATCH", f"/Patient/{attack.p1}"), ("GET", "/Patient/a_b")):
        reply = attack(W1).request(method, path)
        assert attack.events(reply.headers["x-request-id"])


def test_63_a_path_of_a_patch_keeps_nobody_waiting(attack: Attack) -> None:
    """A regular expression in where() once ran in the event loop for as long as it liked."""
    id = attack.new(W1, patient() | {"name": [{"family": "a" * 40 + "!"}]})
    path = "Patient.name.where(family.matches('^(a+)+$'))"
    part = [{"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": path}]
    body = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": part}]}
    reply = attack(W1).patch(f"/Patient/{id}", json=body, headers={"Content-Type": FHIR_JSON})
    refused(reply, 400)


def test_63_a_name_of_marks_keeps_nobody_waiting(attack: Attack) -> None:
    """Putting the marks behind one letter in order takes the square of their number."""
    name = "Hoa" + "\u0301\u0316" * 50_000
    stored = attack(W1).post("/Patient", json=patient() | {"name": [{"text": name}]})
    found = attack(W1).get("/Patient", params={"name": name[:3000]})
    assert work(stored) + work(found) < MOST_WORK


def test_63_many_claims_keep_nobody_waiting(attack: Attack) -> None:
    """Each was once looked for among all before it."""
    profiles = [f"urn:profile:{number}" for number in range(30_000)]
    reply = attack(W1).post("/Patient", json=patient() | {"meta": {"profile": profiles}})
    assert work(reply) < 2 * MOST_WORK
