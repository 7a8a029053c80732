"""create, with and without If-None-Exist."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api

from ehr.fhir.resource import Resource

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"


def known(cccd: str) -> Resource:
    return records.patient() | {"identifier": [{"system": CCCD, "value": cccd}]}


def exactly(cccd: str) -> dict[str, str]:
    return {"If-None-Exist": f"identifier={CCCD}|{cccd}"}


@pytest.mark.proves("interactions/create")
async def test_a_created_record_says_where_it_is(api: Api) -> None:
    reply = await api.post("Patient", {**records.patient(), "id": "chosen"})
    id = reply.json["id"]
    assert reply.status == 201
    assert id != "chosen"
    assert reply.headers["location"] == f"{BASE}/Patient/{id}/_history/1"
    assert reply.headers["etag"] == 'W/"1"'
    assert reply.headers["last-modified"]
    assert reply.json["meta"]["versionId"] == "1"
    assert reply.json["name"] == records.patient()["name"]


@pytest.mark.proves("interactions/prefer-return")
@pytest.mark.parametrize(
    ("preference", "kind"),
    [("minimal", None), ("OperationOutcome", "OperationOutcome"), ("representation", "Patient")],
)
async def test_the_body_is_what_is_preferred(api: Api, preference: str, kind: str | None) -> None:
    reply = await api.post("Patient", records.patient(), headers={"Prefer": f"return={preference}"})
    assert reply.status == 201
    assert (reply.json["resourceType"] if reply.body else None) == kind
    assert reply.headers["location"]


async def test_who_may_create(api: Api) -> None:
    for who, status in ((None, 401), (ANALYST, 403), (NURSE, 201), (SYSTEM, 201)):
        reply = await api.post("Patient", records.patient(), who=who)
        assert reply.status == status, who
    for scope in ("user/Patient.rs", "user/Observation.c"):
        assert (await api.post("Patient", records.patient(), scope=scope)).status == 403


@pytest.mark.proves("validation/references")
@pytest.mark.parametrize(
    "form",
    [
        "Patient/{id}",
        "Patient/{id}/_history/1",
        f"{BASE}/Patient/{{id}}",
        "Patient/0b5e2f1e-0000-4000-8000-000000000000",
    ],
)
async def test_nothing_is_written_about_another_ward_s_patient(api: Api, form: str) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    body = records.observation(form.format(id=foreign))
    reply = await api.post("Observation", body)
    assert reply.status == 422
    assert reply.codes == ["not-found"]
    assert reply.places == ["Observation.subject.reference"]
    assert (await api.get("Observation?_summary=count", who=SYSTEM)).json["total"] == 0


async def test_the_body_must_be_of_the_type(api: Api) -> None:
    reply = await api.post("Observation", records.patient())
    assert (reply.status, reply.codes) == (400, ["value"])
    assert reply.places == ["Observation.resourceType"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "application/fhir+json", 400),
        (b"[]", "application/fhir+json", 400),
        (b"", "application/fhir+json", 400),
        (b'{"resourceType":"Patient"', "application/fhir+json", 400),
        (b'{"resourceType":"Patient"}', "text/plain", 415),
        (b'{"resourceType":"Patient"}', "", 415),
        (b'{"resourceType":"Patient"}', "application/json;charset=utf-7", 415),
        (b'<Patient xmlns="http://hl7.org/fhir"/>', "application/fhir+xml", 415),
    ],
)
async def test_what_is_not_fhir_json_is_refused(
    api: Api, content: bytes, content_type: str, status: int
) -> None:
    reply = await api.ask(
        "POST", "Patient", content=content, headers={"Content-Type": content_type}
    )
    assert reply.status == status
    assert reply.codes
    assert (await api.get("Patient?_summary=count")).json["total"] == 0


async def test_bad_content_is_named_by_its_place(api: Api) -> None:
    body = {**records.patient(), "gender": "blue", "birthDate": "1958-02-30"}
    reply = await api.post("Patient", body)
    assert reply.status == 400
    assert {"Patient.gender", "Patient.birthDate"} <= set(reply.places)
    assert (await api.get("Patient?_summary=count")).json["total"] == 0


@pytest.mark.proves("interactions/conditional-create")
async def test_if_none_exist_creates_once(api: Api) -> None:
    first = await api.post("Patient", known("099058000001"), headers=exactly("099058000001"))
    again = await api.post("Patient", known("099058000001"), headers=exactly("099058000001"))
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == 'W/"1"'
    quiet = await api.post(
        "Patient",
        known("099058000001"),
        headers={**exactly("099058000001"), "Prefer": "return=minimal"},
    )
    assert (quiet.status, quiet.body) == (200, b"")


@pytest.mark.proves("interactions/conditional-create")
async def test_if_none_exist_with_several_matches_changes_nothing(api: Api) -> None:
    for _ in range(2):
        await api.create(known("099058000002"))
    reply = await api.post("Patient", known("099058000002"), headers=exactly("099058000002"))
    assert (reply.status, reply.codes) == (412, ["multiple-matches"])
    assert (await api.get("Patient?_summary=count")).json["total"] == 2


@pytest.mark.parametrize("criteria", ["", "unknown=1", "birthdate=nonsense", "_count=1", "?"])
async def test_criteria_must_say_something(api: Api, criteria: str) -> None:
    reply = await api.post("Patient", records.patient(), headers={"If-None-Exist": criteria})
    assert reply.status == 400
    assert reply.codes


@pytest.mark.parametrize("start", ["", "?", "Patient?", f"{BASE}/Patient?"])
async def test_criteria_may_begin_as_a_search_does(api: Api, start: str) -> None:
    who = records.patient() | {"identifier": [{"system": "http://x.vn/?a", "value": "7"}]}
    headers = {"If-None-Exist": f"{start}identifier=http://x.vn/?a|7"}
    statuses = [(await api.post("Patient", who, headers=headers)).status for _ in range(2)]
    assert statuses == [201, 200]


@pytest.mark.parametrize(
    "start",
    [
        "Observation?",
        f"{BASE}/Observation?",
        f"{BASE}?",
        f"{BASE}/?",
        f"{BASE}/Patient/_search?",
        "https://elsewhere.example/fhir/Patient?",
        f"{BASE}/Patient/1?",
        "/Patient?",
    ],
)
async def test_criteria_asked_elsewhere_are_refused(api: Api, start: str) -> None:
    """HAPI's client sends the whole address: another server's or type's is not ours to search."""
    headers = {"If-None-Exist": f"{start}identifier=099058000001"}
    reply = await api.post("Patient", records.patient(), headers=headers)
    assert (reply.status, reply.codes) == (400, ["invalid"])
    request = {"method": "POST", "url": "Patient", "ifNoneExist": headers["If-None-Exist"]}
    for kind in ("batch", "transaction"):
        entry = {"resource": records.patient(), "request": request}
        whole = await api.post("", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
        assert (whole.status == 400) is (kind == "transaction")
    assert (await api.get("Patient?_summary=count")).json["total"] == 0


@pytest.mark.parametrize("kind", [None, "batch", "transaction"])
async def test_criteria_in_the_url_count(api: Api, kind: str | None) -> None:
    """As fhirpy's get_or_create sends them: to overlook them would make duplicates."""
    who, url = known("099058000009"), f"Patient?identifier={CCCD}|099058000009"
    entry = {"resource": who, "request": {"method": "POST", "url": url}}
    for _ in range(2):
        if kind is None:
            assert (await api.post(url, who)).status in (200, 201)
        else:
            bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
            assert (await api.post("", bundle)).status == 200
    assert (await api.get("Patient?_summary=count")).json["total"] == 1
    if kind is not None:
        return
    for asked in ("Patient?unknown=1", "Patient?_count=1", "Patient?birthdate=x"):
        assert (await api.post(asked, who)).status == 400
    both = await api.post(url, who, headers=exactly("099058000009"))
    assert (both.status, both.codes) == (400, ["invalid"])
    foreign = await api.post(url, who, who=NEIGHBOUR)
    assert (foreign.status, foreign.codes) == (412, ["duplicate"])
    assert (await api.post("Patient?_format=json&_pretty=true", records.patient())).status == 201


async def test_if_none_exist_shows_no_other_ward_s_record(api: Api) -> None:
    foreign = await api.create(known("099058000003"), who=NEIGHBOUR)
    once = exactly("099058000003")
    reply = await api.post("Patient", known("099058000003"), headers=once)
    assert (reply.status, reply.codes) == (412, ["duplicate"])
    assert foreign not in reply.body.decode()
    assert (await api.get("Patient?_summary=count")).json["total"] == 0
    entry = {
        "resource": known("099058000003"),
        "request": {"method": "POST", "url": "Patient", "ifNoneExist": once["If-None-Exist"]},
    }
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    whole = await api.post("", bundle)
    assert (whole.status, whole.places) == (412, ["Bundle.entry[0]"])
    unlike = known("099058000003") | {"birthDate": "1990-12-31"}
    assert (await api.post("Patient", unlike, headers=once)).status == 201


async def test_a_hospital_registers_nobody_in_a_ward_unseen(api: Api) -> None:
    reply = await api.post("Patient", records.patient(), who=HOSPITAL)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.get("Patient?_summary=count")).json["total"] == 0
