"""F and G. Limits, doing a thing once, and writers who meet (lines 77 to 92)."""

import json
import socket
import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fixtures.attacking import (
    CCCD,
    FHIR_JSON,
    MOST_WORK,
    SYSTEM,
    W1,
    W2,
    Attack,
    discreet,
    refused,
    work,
)
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]


def at_once(times: int, work: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Their replies, all asked in the same moment."""
    replies: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda n=n: replies.append(work(n))) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return replies


def raw(attack: Attack, sent: bytes) -> bytes:
    """The first line of what a socket answers; empty when it is closed without a word."""
    with socket.create_connection(("127.0.0.1", attack.service.settings.port), 5) as line:
        line.sendall(sent)
        return line.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"Content-Length: -1\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b" folded: x\r\n\r\n",
    ],
    ids=range(5),
)
def test_78_lengths_that_disagree_are_refused(attack: Attack, head: bytes) -> None:
    assert b" 400 " in raw(attack, b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n" + head)


@pytest.mark.parametrize("host", [b"", b"Host: evil\r\n", b"Host: 127.0.0.1\r\nHost: evil\r\n"])
def test_78_one_known_host_is_named(attack: Attack, host: bytes) -> None:
    assert b" 421 " in raw(attack, b"GET /fhir/metadata HTTP/1.1\r\n" + host + b"\r\n")


@pytest.mark.parametrize(
    "query",
    [
        "_id=" + ",".join(str(uuid.UUID(int=n)) for n in range(500)),
        "&".join("name=a" for _ in range(101)),
        "_include=" + "&_include=".join(["Patient:organization"] * 200),
        "name=" + "a" * 9000,
    ],
    ids=["values", "criteria", "includes", "length"],
)
def test_79_costly_searches_are_refused_at_once(attack: Attack, query: str) -> None:
    reply = attack(W1).get(f"/Patient?{query}")
    refused(reply, 400, 414)
    assert work(reply) < MOST_WORK / 4


def test_80_too_many_entries(attack: Attack) -> None:
    entry = {"request": {"method": "GET", "url": "Patient/x"}}
    for kind in ("batch", "transaction"):
        body = {"resourceType": "Bundle", "type": kind, "entry": [entry] * 5001}
        refused(attack(W1).post("/", json=body), 400, 413)


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType":"Patient","name":[{"given":[' + b'"a",' * 1_000_000 + b'"a"]}]}',
        b'{"resourceType":"Patient","identifier":[' + b'{"value":"1"},' * 500_000 + b"{}]}",
        b'{"resourceType":"Patient","x":[' + b"1.5," * 2_000_000 + b"1]}",
    ],
    ids=["given", "identifier", "decimals"],
)
def test_63_a_million_values_keep_nobody_waiting(attack: Attack, content: bytes) -> None:
    reply = attack(W1).post("/Patient", content=content, headers={"Content-Type": FHIR_JSON})
    refused(reply, 413)


def test_84_twelve_conditional_creates_are_one(attack: Attack) -> None:
    number = "001058000084"
    body = patient() | {"identifier": [{"system": CCCD, "value": number}]}
    headers = {"If-None-Exist": f"identifier={CCCD}|{number}"}
    replies = at_once(12, lambda _: attack(W1).post("/Patient", json=body, headers=headers))
    assert sorted(one.status_code for one in replies) == [200] * 11 + [201]
    assert attack.count(SYSTEM, f"Patient?identifier={CCCD}|{number}") == 1


def test_85_of_two_writers_with_one_version_one_wins(attack: Attack) -> None:
    id = attack.new(W1, patient())
    body = patient() | {"id": id}
    replies = at_once(
        2,
        lambda _: attack(W1).put(f"/Patient/{id}", json=body, headers={"If-Match": 'W/"1"'}),
    )
    assert sorted(one.status_code for one in replies) == [200, 412]


def test_86_a_key_is_done_once_for_each_account(attack: Attack) -> None:
    key = {"Idempotency-Key": f"attack-{uuid.uuid4()}"}
    before = attack.count(SYSTEM, "Patient")
    mine = at_once(6, lambda _: attack(W1).post("/Patient", json=patient(), headers=key))
    assert len({one.json()["id"] for one in mine}) == 1
    theirs = attack(W2).post("/Patient", json=patient(), headers=key)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine[0].json()["id"]
    refused(attack(W1).post("/Patient", json=patient() | {"active": True}, headers=key), 422)
    refused(attack(W1).post("/Observation", json=observation(attack.p1), headers=key), 422)
    assert attack.count(SYSTEM, "Patient") == before + 2


def test_87_a_bad_last_entry_leaves_nothing(attack: Attack) -> None:
    before = attack.count(SYSTEM, "Observation")
    good = {"request": {"method": "POST", "url": "Observation"}, "resource": observation(attack.p1)}
    bad = {"request": {"method": "POST", "url": "Observation"}, "resource": observation("nowhere")}
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [*[good] * 50, bad]}
    refused(attack(W1).post("/", json=body), 422)
    assert attack.count(SYSTEM, "Observation") == before


def test_92_bundles_that_meet_crosswise_are_done_or_told(attack: Attack) -> None:
    ids = [attack.new(W1, observation(attack.p1)) for _ in range(2)]

    def crossing(n: int) -> httpx.Response:
        order = ids if n % 2 else ids[::-1]
        entries: list[dict[str, Any]] = [
            {
                "request": {"method": "PUT", "url": f"Observation/{id}"},
                "resource": observation(attack.p1) | {"id": id},
            }
            for id in order
        ]
        body = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        return attack(W1).post("/", content=json.dumps(body), headers={"Content-Type": FHIR_JSON})

    for _ in range(5):
        assert {one.status_code for one in at_once(4, crossing)} <= {200, 409}
    for id in ids:
        reply = attack(W1).get(f"/Observation/{id}/_history?_count=1")
        discreet(reply)
        assert reply.json()["total"] > 1


def test_81_a_strangers_form_is_not_read(attack: Attack) -> None:
    """It is refused although its body never comes."""
    head = b"POST /fhir/Patient/_search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9600000\r\n"
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\n_format=json&"
    assert b" 401 " in raw(attack, head + form)
