"""Known ways around the ward of a record, each of which must lead nowhere."""

from datetime import UTC, datetime, timedelta

import pytest
from fixtures import records
from fixtures.fhir import (
    ANALYST,
    BASE,
    HOSPITAL,
    NEIGHBOUR,
    NURSE,
    OTHER_WARD,
    SYSTEM,
    Api,
    refer,
)

from ehr.fhir.resource import Resource

RESTRICTED = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ICD = "http://hl7.org/fhir/sid/icd-10"


async def test_a_hospital_sees_whom_it_was_sent_and_nobody_else(api: Api) -> None:
    sent, other = await api.create(records.patient()), await api.create(records.patient())
    seen = await api.create(records.observation(sent))
    hidden = await api.create(records.observation(other))
    await refer(api, sent)
    assert (await api.get(f"Patient/{sent}", who=HOSPITAL)).status == 200
    assert (await api.get(f"Observation/{seen}", who=HOSPITAL)).status == 200
    assert (await api.get(f"Observation/{seen}/_history", who=HOSPITAL)).status == 200
    assert (await api.get(f"Observation?patient=Patient/{sent}", who=HOSPITAL)).ids == [seen]
    assert (await api.get(f"Patient?_id={sent}", who=HOSPITAL)).ids == [sent]
    for path in (f"Patient/{other}", f"Observation/{hidden}", f"Patient/{other}/_history"):
        assert (await api.get(path, who=HOSPITAL)).status == 404
    for query in (f"Patient?_id={other}", f"Observation?patient=Patient/{other}"):
        reply = await api.get(f"{query}&_total=accurate", who=HOSPITAL)
        assert (reply.status, reply.ids, reply.json["total"]) == (200, [], 0)


async def test_a_referral_ends(api: Api) -> None:
    sent = await api.create(records.patient())
    await refer(api, sent, until=datetime.now(UTC) - timedelta(seconds=1))
    assert (await api.get(f"Patient/{sent}", who=HOSPITAL)).status == 404
    assert (await api.get(f"Patient?_id={sent}", who=HOSPITAL)).ids == []


@pytest.mark.parametrize("who", [NURSE, HOSPITAL])
async def test_chains_tell_nothing_of_other_wards(api: Api, who: str) -> None:
    for query in (
        "Observation?subject:Patient.name=nguyen",
        "Patient?_has:Observation:patient:code=29463-7",
        "Observation?_revinclude=*",
        "Observation?_include:iterate=Observation:subject",
    ):
        before = await api.get(query, who=who)
        await api.create(
            records.observation(await api.create(records.patient(), who=NEIGHBOUR)), who=NEIGHBOUR
        )
        after = await api.get(query, who=who)
        assert before.status == after.status
        assert before.body == after.body


@pytest.mark.parametrize(
    "about",
    [
        {"reference": "Patient/{id}"},
        {"reference": "Patient/{id}/_history/1"},
        {"reference": f"{BASE}/Patient/{{id}}"},
        {"reference": f"{BASE}/Patient/{{id}}/_history/1"},
    ],
)
async def test_no_form_of_reference_reaches_another_ward(api: Api, about: dict[str, str]) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    about = {key: value.format(id=foreign) for key, value in about.items()}
    body = records.observation("x") | {"subject": about}
    missing = records.observation("x") | {
        "subject": {"reference": about["reference"].replace(foreign, "a" * 36)}
    }
    one, other = await api.post("Observation", body), await api.post("Observation", missing)
    assert (one.status, one.codes) == (other.status, other.codes) == (422, ["not-found"])
    assert one.body.replace(foreign.encode(), b"a" * 36) == other.body


async def test_a_contained_or_logical_patient_is_nobody_s_record(api: Api) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    contained = records.observation("x") | {
        "contained": [{"resourceType": "Patient", "id": "p", "name": [{"text": "A"}]}],
        "subject": {"reference": "#p"},
    }
    logical = records.observation("x") | {
        "subject": {"identifier": {"system": "urn:x", "value": foreign}}
    }
    for body in (contained, logical):
        id = await api.create(body)
        assert (await api.get(f"Observation/{id}", who=NEIGHBOUR)).status == 404
        assert (await api.get(f"Observation/{id}")).status == 200


async def test_tags_and_binaries_open_nothing(api: Api) -> None:
    tagged = records.patient() | {"meta": {"tag": [{"system": "urn:ward", "code": "00008"}]}}
    id = await api.create(tagged)
    assert (await api.get(f"Patient/{id}")).json["meta"]["tag"] == tagged["meta"]["tag"]
    assert (await api.get(f"Patient/{id}", who=NEIGHBOUR)).status == 404
    binary: Resource = {"resourceType": "Binary", "contentType": "text/html", "data": "PGI+"}
    kept = await api.create(binary)
    assert (await api.get(f"Binary/{kept}")).headers["x-content-type-options"] == "nosniff"
    for who, status in ((NEIGHBOUR, 404), (OTHER_WARD, 404), (ANALYST, 403), (SYSTEM, 200)):
        assert (await api.get(f"Binary/{kept}", who=who)).status == status


async def test_a_labelled_record_is_hidden_from_who_lacks_the_label(api: Api) -> None:
    who = await api.create(records.patient())
    hiv = await api.post("Condition", records.condition(who, None, "B20"), who=SYSTEM)
    assert hiv.status == 201
    path = f"Condition/{hiv.json['id']}"
    for method in ("GET", "PUT", "DELETE"):
        body = hiv.json if method == "PUT" else None
        assert (await api.ask(method, path, body=body)).status == 404
    assert (await api.get("Condition?code=B20&_total=accurate")).json["total"] == 0
    assert (await api.get(f"Condition?patient=Patient/{who}")).ids == []
    assert (await api.post("Condition", records.condition(who, None, "B20"))).status == 403
    assert (await api.get(path, who=SYSTEM)).status == 200


async def test_a_token_without_a_ward_sees_nobody(api: Api) -> None:
    id = await api.create(records.patient())
    account = await api.token(OTHER_WARD)
    assert account
    assert (await api.get(f"Patient/{id}", who=OTHER_WARD)).status == 404
    assert (await api.get("Patient?name=nguyen", who=OTHER_WARD)).ids == []
    assert (await api.get("Patient?_summary=count", who=OTHER_WARD)).json["total"] == 0
