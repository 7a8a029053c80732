"""D. Hostile queries, bodies, headers and paths (lines 56 to 72)."""

import json
from typing import Any

import httpx
import pytest
from fixtures.attacking import FHIR_JSON, MOST_WORK, SYSTEM, W1, Attack, discreet, refused, work
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]

HOSTILE = (
    "'", "';select pg_sleep(5)--", "%", "_", "\\", "$1", "{{7*7}}", "|", "a|b|c", ",", "-1", " ",
    "1e400", "9" * 400, "ge0000", "9999-99-99", "zz2020", "2020-02-30", "\u202e", "\x00",
    "2020-01-01T00:00:00+25:00", "sa9999-12-31T23:59:59Z", "Patient/a/b", "http://", "$$",
    "\u0301" * 300, "x" * 3999, "1||kg", "\U0001f600",
)  # fmt: skip
TYPES = ("Patient", "Observation", "Encounter", "Condition", "DocumentReference", "ValueSet")


@pytest.mark.parametrize("kind", TYPES)
def test_56_every_parameter_bears_every_value(attack: Attack, kind: str) -> None:
    rest = attack(W1).get("/metadata").json()["rest"][0]["resource"]
    names = next(one["searchParam"] for one in rest if one["type"] == kind)
    for parameter in names:
        for value in HOSTILE:
            reply = attack(W1).get(f"/{kind}", params={parameter["name"]: value})
            assert reply.status_code in (200, 400), (parameter["name"], value)
            assert work(reply) < MOST_WORK / 2
            discreet(reply)


@pytest.mark.parametrize(
    "query",
    [
        "_sort=(select 1)", "_sort=-", "_count=-1", "_count=abc", "_count=1e3", "_count=%D9%A3",
        "_page=abc", "_page=%00", "_total=x", "_summary=x", "_include=Observation", "_include=x:y",
        "name:nosuch=a", "name:=a", "birthdate=zz2020", "_lastUpdated=x", "name=%ED%A0%80",
        "_pretty=x", "identifier=|",
    ],
)  # fmt: skip
def test_57_bad_controls_are_refused(attack: Attack, query: str) -> None:
    refused(attack(W1).get(f"/Patient?{query}"), 400)


def test_57_counts(attack: Attack) -> None:
    assert "entry" not in attack(W1).get("/Patient?_count=0").json()
    assert len(attack(W1).get("/Patient?_count=999999999").json()["entry"]) <= 1000


@pytest.mark.parametrize("wild", ["%25", "_", "*", "\\%25", "%5C"])
def test_58_no_character_of_a_name_is_a_wildcard(attack: Attack, wild: str) -> None:
    for modifier in ("", ":contains", ":exact"):
        reply = attack(W1).get(f"/Patient?name{modifier}={wild}&_total=accurate")
        if reply.status_code == 200:
            assert reply.json()["total"] in (0, None)
        discreet(reply)


def with_birth(date: str) -> dict[str, Any]:
    return patient() | {"birthDate": date}


@pytest.mark.parametrize("date", ["0000-01-01", "2020-02-30", "20200101", "100000-01-01", "", "x"])
def test_59_impossible_dates(attack: Attack, date: str) -> None:
    refused(attack(W1).post("/Patient", json=with_birth(date)), 400, 422)


@pytest.mark.parametrize("date", ["0001-01-01", "0001", "9999-12-31", "9999"])
def test_59_the_first_and_last_dates_are_kept_and_found(attack: Attack, date: str) -> None:
    id = attack.new(W1, with_birth(date))
    for prefix in ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"):
        reply = attack(W1).get(f"/Patient?birthdate={prefix}{date}")
        assert reply.status_code == 200
        if prefix in ("", "eq", "ge", "le"):
            assert id in reply.text
    for zone in ("+14:00", "-12:00", "Z"):
        effective = {"effectiveDateTime": f"{date[:4]}-01-01T00:00:00{zone}"}
        attack.new(W1, observation(attack.p1) | effective)
        reply = attack(W1).get("/Observation", params={"date": effective["effectiveDateTime"]})
        assert reply.status_code == 200


BODIES = (
    b'{"resourceType":"Patient","name":[{"text":"a\\u0000b"}]}',
    b'{"resourceType":"Patient","name":[{"text":"\\ud800"}]}',
    b'{"resourceType":"Patient","name":[{"text":"\xc0\xaf"}]}',
    b"\xef\xbb\xbf{}",
    '{"resourceType":"Patient"}'.encode("utf-16"),
    b'{"resourceType":"Patient","active":true,"active":false}',
    b'{"resourceType":"Patient","multipleBirthInteger":NaN}',
    b'{"resourceType":"Patient","multipleBirthInteger":1e999999999}',
    b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 1000 + b"1" + b"}" * 1000,
    b'{"resourceType":"Patient","photo":[{"data":"' + b"AAAA  " * 24 + b'!"}]}',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
)


@pytest.mark.parametrize("content", BODIES, ids=range(len(BODIES)))
def test_60_to_66_what_is_no_fhir_json_is_refused(attack: Attack, content: bytes) -> None:
    before = attack.count(SYSTEM, "Patient")
    reply = attack(W1).post("/Patient", content=content, headers={"Content-Type": FHIR_JSON})
    refused(reply, 400)
    assert b"root:" not in reply.content
    assert attack.count(SYSTEM, "Patient") == before


@pytest.mark.parametrize("letter", ["a", "\u1eaf", "\ufdfa", "e\u0301", "\u0301"])
def test_63_long_texts_are_kept_or_refused(attack: Attack, letter: str) -> None:
    text = letter * 50_000
    for more in (
        {"name": [{"text": f"x {text}"}]},
        {"identifier": [{"system": f"urn:x:{len(text)}", "value": f"1{text}"}]},
        {"telecom": [{"system": "email", "value": f"x{text}"}]},
        {"address": [{"city": text, "text": text}]},
    ):
        reply = attack(W1).post("/Patient", json=patient() | more)
        assert reply.status_code in (201, 400, 422)
        assert work(reply) < MOST_WORK


@pytest.mark.parametrize(
    ("header", "value", "statuses"),
    [
        ("Content-Type", "text/plain", (415,)),
        ("Content-Type", "application/fhir+json;charset=utf-7", (415,)),
        ("Content-Type", "application/fhir+xml", (415,)),
        ("Content-Encoding", "gzip", (415,)),
        ("Content-Encoding", "identity, br", (415,)),
        ("Accept", "image/png", (406,)),
        ("Accept", "application/fhir+xml", (406,)),
        ("If-Match", "\xff", (400, 201)),
        ("If-None-Exist", "\xff", (400,)),
        ("If-None-Exist", "", (400,)),
        ("If-None-Exist", "name=x&_page=abc&_count=1&nosuch=1", (400,)),
        ("Idempotency-Key", "\xff", (400,)),
        ("Idempotency-Key", "k" * 256, (400,)),
        ("Prefer", "\xff;return=x;;=", (201,)),
        ("X-Request-Id", "a\x80\x85b" + "x" * 100, (201,)),
        ("Accept", "*/*;q=nan, application/json;q=inf", (201, 406)),
    ],
)
def test_67_71_headers(attack: Attack, header: str, value: str, statuses: tuple[int, ...]) -> None:
    headers = {"Content-Type": FHIR_JSON.encode(), header: value.encode("latin-1")}
    reply = attack(W1).post("/Patient", content=json.dumps(patient()), headers=headers)
    assert reply.status_code in statuses
    if reply.status_code != 201:
        refused(reply, *statuses)
    assert len(reply.headers["x-request-id"]) <= 64


@pytest.mark.parametrize(
    "path",
    [
        "Patient/..%2f..%2fetc%2fpasswd", "Patient/%2e%2e", "Patient/" + "x" * 65, "Patient/a%00b",
        "Patient/%E1%BB%97", "Patient/%F0%9F%98%80", "Patient/a;b=c", "Patient/1/_history/0",
        "Patient/1/_history/99999999999999999999", "Patient//", "%2e%2e/app/", "Patient/1/x/y/z",
        "Patient/'--", "\\", "Patient/1%0d%0aX:%20y",
    ],
)  # fmt: skip
def test_72_paths_lead_nowhere(attack: Attack, path: str) -> None:
    url = httpx.URL(f"{attack.service.url}/fhir/").copy_with(raw_path=f"/fhir/{path}".encode())
    refused(attack(W1).get(url), 400, 404)
