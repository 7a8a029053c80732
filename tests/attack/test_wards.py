"""B. Another ward's record is nowhere (lines 25 to 44)."""

import uuid
from typing import Any

import pytest
from fixtures.attacking import (
    CCCD,
    CITY,
    HOSPITAL,
    SYSTEM,
    W1,
    W2,
    Attack,
    discreet,
    refused,
    same,
)
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]


def entry(method: str, url: str, resource: dict[str, Any] | None = None, **more: str) -> Any:
    one: dict[str, Any] = {"request": {"method": method, "url": url} | more}
    return one | ({"resource": resource} if resource else {})


def transaction(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


@pytest.mark.parametrize("path", ["Patient/{}", "Patient/{}/_history", "Patient/{}/_history/1"])
@pytest.mark.parametrize("who", [W1, HOSPITAL])
def test_25_26_a_foreign_record_and_none_are_one_answer(
    attack: Attack, who: str, path: str
) -> None:
    foreign = attack(who).get("/" + path.format(attack.p2))
    none = attack(who).get("/" + path.format(uuid.uuid4()))
    refused(foreign, 404)
    assert same(foreign, none)


@pytest.mark.parametrize(
    "query",
    [
        "name=Pham Thi Kin", "identifier=001158099991", "_id={1},{2}", "_revinclude=*",
        "_sort=-birthdate",
    ],
)  # fmt: skip
def test_27_to_30_searches_and_totals_hold_ones_own(attack: Attack, query: str) -> None:
    asked = query.replace("{1}", attack.p1).replace("{2}", attack.p2)
    reply = attack(W1).get(f"/Patient?{asked}&_total=accurate&_include=Patient:organization")
    found = {one["resource"].get("id") for one in reply.json().get("entry", [])}
    assert attack.p2 not in found
    assert reply.json()["total"] <= attack.count(W1, "Patient")
    discreet(reply)


def test_28_what_another_ward_has_changes_no_answer(attack: Attack) -> None:
    for query in (
        "Observation?subject:Patient.name=Kin",
        "Patient?_has:Observation:patient:code=1",
    ):
        before = attack(W1).get(f"/{query}")
        attack.new(W2, observation(attack.p2))
        assert same(before, attack(W1).get(f"/{query}"))


def test_31_a_page_link_is_its_callers_alone(attack: Attack) -> None:
    for _ in range(3):
        attack.new(W1, patient())
    links = attack(W1).get("/Patient?_count=1").json()["link"]
    url = next(one["url"] for one in links if one["relation"] == "next")
    assert attack(W1).get(url).status_code == 200
    for who in (W2, SYSTEM, HOSPITAL, CITY):
        refused(attack(who).get(url), 403)
    refused(attack("nobody").get(url), 401)
    for changed in (url[:-3] + "abc", url.replace("_count=1", "_count=2"), url + "x", url + "%00"):
        refused(attack(W1).get(changed), 400)


@pytest.mark.parametrize(
    "form",
    [
        "Patient/{}", "{base}/Patient/{}", "Patient/{}/_history/1", "Patient/{}#x", "./Patient/{}",
        "/Patient/{}", "patient/{}", " Patient/{}", "Patient?identifier=001158099991",
        "//evil/fhir/Patient/{}", "urn:uuid:{}",
    ],
)  # fmt: skip
def test_32_no_reference_reaches_a_foreign_patient(attack: Attack, form: str) -> None:
    text = form.replace("{base}", f"{attack.service.url}/fhir").replace("{}", attack.p2)
    body = observation("x") | {"subject": {"reference": text}}
    before = attack.count(SYSTEM, "Observation")
    refused(attack(W1).post("/Observation", json=body), 400, 403, 422)
    refused(attack(W1).post("/", json=transaction(entry("POST", "Observation", body))), 400, 422)
    assert attack.count(SYSTEM, "Observation") == before


def test_32_a_reference_elsewhere_reaches_nobody(attack: Attack) -> None:
    subject = {"reference": f"http://elsewhere.test/fhir/Patient/{attack.p2}"}
    id = attack.new(W1, observation("x") | {"subject": subject})
    assert attack(W2).get(f"/Observation/{id}").status_code == 404


@pytest.mark.parametrize("match", [None, 'W/"1"', "*"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_33_34_a_foreign_record_is_not_changed(
    attack: Attack, method: str, match: str | None
) -> None:
    replies = []
    for id in (attack.p2, str(uuid.uuid4())):
        reply = attack(W1).request(
            method,
            f"/Patient/{id}",
            json=patient() | {"id": id} if method == "PUT" else None,
            headers={"If-Match": match} if match else {},
        )
        refused(reply, 412 if match else 404)
        replies.append(reply.text.replace(id, "ID"))
    assert replies[0] == replies[1]
    assert attack(W2).get(f"/Patient/{attack.p2}").headers["etag"] == 'W/"1"'


def test_35_a_person_known_elsewhere_is_refused_without_a_word(attack: Attack) -> None:
    body = patient() | {"identifier": [{"system": CCCD, "value": "001158099991"}]}
    reply = attack(W1).post(
        "/Patient", json=body, headers={"If-None-Exist": f"identifier={CCCD}|001158099991"}
    )
    refused(reply, 409, 412)
    assert attack.p2 not in reply.text
    assert "00145" not in reply.text
    assert attack.events(reply.headers["x-request-id"])[0][:3] == ("create", "Patient", 4)


def test_36_one_foreign_entry_refuses_the_bundle(attack: Attack) -> None:
    before = attack.count(SYSTEM, "Observation")
    good = entry("POST", "Observation", observation(attack.p1))
    for bad in (
        entry("POST", "Observation", observation(attack.p2)),
        entry("GET", f"Patient/{attack.p2}"),
        entry("PUT", f"Patient/{attack.p2}", patient() | {"id": attack.p2}),
        entry("DELETE", f"Patient/{attack.p2}"),
    ):
        refused(attack(W1).post("/", json=transaction(good, bad)), 404, 422)
    assert attack.count(SYSTEM, "Observation") == before


@pytest.mark.parametrize(
    "url",
    ["http://evil/fhir/Patient", "../Patient", "//evil/Patient", "Patient/../x", "\\x"],
)  # fmt: skip
def test_37_an_entry_leads_nowhere_else(attack: Attack, url: str) -> None:
    refused(attack(W1).post("/", json=transaction(entry("GET", url))), 400)


def test_39_a_binary_is_its_authors_wards(attack: Attack) -> None:
    body = {"resourceType": "Binary", "contentType": "text/html", "data": "PGI+"}
    kept = attack.new(W2, body)
    refused(attack(W1).get(f"/Binary/{kept}"), 404)


@pytest.mark.parametrize(
    "header",
    ["X-Ward", "X-Forwarded-User", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"],
)
def test_41_no_header_names_a_ward_or_another_path(attack: Attack, header: str) -> None:
    for value in ("00145", f"/fhir/Patient/{attack.p2}", "DELETE"):
        reply = attack(W1).get(f"/Patient/{attack.p1}?ward=00145", headers={header: value})
        assert reply.json()["id"] == attack.p1
        refused(attack(W1).get(f"/Patient/{attack.p2}", headers={header: value}), 404)


def test_42_44_nothing_in_a_resource_moves_it(attack: Attack) -> None:
    body = attack(W1).get(f"/Patient/{attack.p1}").json()
    moved = body | {"managingOrganization": {"reference": "Organization/ward-00145"}}
    refused(attack(W1).put(f"/Patient/{attack.p1}", json=moved), 403)
    refused(attack(W1).post("/Patient", json=moved), 403)
    tagged = body | {"meta": {"tag": [{"system": "urn:ward", "code": "00145"}]}}
    assert attack(W1).put(f"/Patient/{attack.p1}", json=tagged).json()["meta"]["tag"]
    refused(attack(W2).get(f"/Patient/{attack.p1}"), 404)


def test_a_record_stays_with_its_patient(attack: Attack) -> None:
    other = attack.new(W1, patient())
    kept = attack.new(W1, observation(attack.p1))
    for subject in ({"reference": f"Patient/{other}"}, {"display": "x"}):
        body = observation(attack.p1) | {"id": kept, "subject": subject}
        refused(attack(W1).put(f"/Observation/{kept}", json=body), 422)
    assert attack.count(W1, f"Observation?patient=Patient/{other}") == 0
