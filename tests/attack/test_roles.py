"""C. Roles, scopes, labels and referrals (lines 48 to 55)."""

import pytest
from fixtures.attacking import (
    AUDITOR,
    CCCD,
    CITY,
    HEAD,
    HOSPITAL,
    SYSTEM,
    W1,
    W2,
    Attack,
    discreet,
    refused,
)
from fixtures.records import condition, observation, patient, referral

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]


@pytest.mark.parametrize("who", [CITY, AUDITOR, "nobody"])
def test_48_who_has_no_ward_reads_searches_and_counts_nothing(attack: Attack, who: str) -> None:
    status = 401 if who == "nobody" else 403
    id = attack.p1
    for path in (f"Patient/{id}", "Patient", "Patient?_summary=count", f"Patient/{id}/_history"):
        refused(attack(who).get(f"/{path}"), status)
    refused(attack(who).post("/Patient", json=patient()), status)
    refused(attack(who).put(f"/Patient/{id}", json=patient() | {"id": id}), status)
    refused(attack(who).delete(f"/Patient/{id}"), status)
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": f"Patient/{id}"}}],
    }
    reply = attack(who).post("/", json=bundle)
    if reply.status_code == 200:
        assert reply.json()["entry"][0]["response"]["status"].startswith("403")
    else:
        refused(reply, status)


@pytest.mark.parametrize("who", [W1, HEAD, HOSPITAL, CITY])
def test_49_the_audit_and_the_directory_are_not_theirs(attack: Attack, who: str) -> None:
    refused(attack(who).get("/AuditEvent"), 403)
    for kind in ("Organization", "Subscription", "SearchParameter", "Measure"):
        refused(attack(who).post(f"/{kind}", json={"resourceType": kind}), 400, 403, 422)
    for path in ("$export", "$reindex", "Patient/$export", f"Patient/{attack.p2}/$everything"):
        reply = attack(who).get(f"/{path}")
        refused(reply, 400, 403, 404)


def test_50_a_scope_narrows_and_never_widens(attack: Attack) -> None:
    for scope, search, create in (
        ("user/Patient.r", 403, 403),
        ("user/Patient.rs", 200, 403),
        ("patient/*.cruds", 403, 403),
        ("user/*.dus", 403, 403),
        ("user/Patient.rs?name=x", 403, 403),
        ("system/*.cruds", 403, 403),
        ("user/*.*", 200, 201),
    ):
        token = attack.service.token(W1, scope)
        headers = {"Authorization": f"Bearer {token}"}
        assert attack("nobody").get("/Patient", headers=headers).status_code in (search, 403)
        reply = attack("nobody").post("/Patient", json=patient(), headers=headers)
        assert reply.status_code == create, scope


def test_51_a_hospital_names_whom_it_was_sent(attack: Attack) -> None:
    for query in (
        "", "?name=nguyen", "?_summary=count", "?birthdate=1958", "?_id=a,b", "?_id:not=a",
        f"?identifier={CCCD}|001158099991", f"?identifier={CCCD}|001158099991&birthdate=1958",
    ):  # fmt: skip
        refused(attack(HOSPITAL).get(f"/Patient{query}"), 400, 403)
    for query in ("", "?code=29463-7", "?patient:missing=true", "?patient=a,b", "?subject=Group/1"):
        refused(attack(HOSPITAL).get(f"/Observation{query}"), 400, 403)
    refused(attack(HOSPITAL).post("/Observation", json=observation(attack.p1)), 422)
    full = f"/Patient?identifier={CCCD}|001158099991&birthdate=1958-05-01&_total=accurate"
    reply = attack(HOSPITAL).get(full)
    assert reply.json()["total"] == 0
    discreet(reply)


def test_51_a_referral_opens_one_record_and_its_correction_closes_it(attack: Attack) -> None:
    who, other = attack.new(W1, patient()), attack.new(W1, patient())
    sent = attack.new(W1, referral(who))
    assert attack(HOSPITAL).get(f"/Patient/{who}").status_code == 200
    refused(attack(HOSPITAL).get(f"/Patient/{other}"), 404)
    department = {"performer": [{"reference": "Organization/hanoi-health-department"}]}
    body = referral(who, **department) | {"id": sent}
    assert attack(W1).put(f"/ServiceRequest/{sent}", json=body).status_code == 200
    refused(attack(HOSPITAL).get(f"/Patient/{who}"), 404)
    attack.new(W1, referral(other, intent="proposal"))
    refused(attack(HOSPITAL).get(f"/Patient/{other}"), 404)
    refused(attack(HOSPITAL).post("/ServiceRequest", json=referral(other)), 403)


CODED = [
    ("http://hl7.org/fhir/sid/icd-10", "B20"),
    ("http://hl7.org/fhir/sid/icd-10", "b20"),
    ("http://hl7.org/fhir/sid/icd-10", "F32.1"),
    ("http://hl7.org/fhir/sid/ICD-10", "B20"),
    ("urn:oid:2.16.840.1.113883.6.3", "Z21"),
    ("http://snomed.info/sct", "86406008"),
    ("http://www.whocc.no/atc", "J05AR13"),
    (None, "B24"),
]


@pytest.mark.parametrize(("system", "code"), CODED)
def test_52_a_labelled_record_is_hidden_however_it_is_coded(
    attack: Attack, system: str | None, code: str
) -> None:
    who = attack.new(W1, patient())
    attack.new(W1, referral(who))
    coding = {"code": code} | ({"system": system} if system else {})
    id = attack.new(W1, condition(who, None, "I10") | {"code": {"coding": [coding]}})
    for reader in (HEAD, HOSPITAL):
        for path in (f"Condition/{id}", f"Condition/{id}/_history", f"Condition/{id}/_history/1"):
            refused(attack(reader).get(f"/{path}"), 404)
        assert attack.count(reader, f"Condition?patient=Patient/{who}") == 0
        chart = attack(reader).get(f"/Condition?patient=Patient/{who}&_include=*&_revinclude=*")
        assert code not in chart.text
    refused(attack(HOSPITAL).post("/Condition", json=condition(who, None, "B20")), 403)


def test_52_a_label_is_not_lowered(attack: Attack) -> None:
    who = attack.new(W1, patient())
    id = attack.new(W1, condition(who, None, "B20"))
    body = condition(who, None, "I10") | {"id": id}
    refused(attack(W1).put(f"/Condition/{id}", json=body), 403)
    assert attack(SYSTEM).put(f"/Condition/{id}", json=body).status_code == 200
    history = attack(HEAD).get(f"/Condition/{id}/_history")
    assert "B20" not in history.text
    refused(attack(HEAD).get(f"/Condition/{id}/_history/1"), 404)


@pytest.mark.parametrize("who", [W1, W2, HEAD, HOSPITAL, AUDITOR, SYSTEM])
@pytest.mark.parametrize("kind", ["AuditEvent", "Provenance"])
def test_54_evidence_is_never_changed(attack: Attack, who: str, kind: str) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        body = {"resourceType": kind, "id": "a"} if method == "PUT" else None
        reply = attack(who).request(method, f"/{kind}/a", json=body)
        refused(reply, 405)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "OPTIONS"])
def test_55_other_verbs_are_not_done(attack: Attack, method: str) -> None:
    for path in ("", "/Patient", f"/Patient/{attack.p1}", "/metadata"):
        reply = attack(W1).request(method, f"{attack.service.url}/fhir{path}")
        assert reply.status_code in (400, 405)
        discreet(reply)
