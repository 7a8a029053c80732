"""$validate over HTTP: every form and mode, by profiles, storing nothing, for whom it is."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import NURSE, SYSTEM, Api
from fixtures.profiling import CORE, MINE, structure
from fixtures.validating import NOWHERE, VALID, told

from ehr.fhir.resource import Resource

WRONG = records.patient() | {"gender": "blue", "birthDate": "yesterday", "first": "x"}


def given(resource: Resource | None = None, **more: str) -> Resource:
    """The Parameters of a call."""
    kinds = {"mode": "valueCode", "profile": "valueUri"}
    parts: list[dict[str, Any]] = [{"name": k, kinds[k]: v} for k, v in more.items()]
    if resource is not None:
        parts.append({"name": "resource", "resource": resource})
    return {"resourceType": "Parameters", "parameter": parts}


@pytest.mark.proves("operations/validate")
async def test_what_is_valid_is_said_to_be(api: Api) -> None:
    reply = await api.post("Patient/$validate", records.patient())
    assert told(reply) == VALID
    assert reply.json["issue"][0]["diagnostics"] == "No problem was found."
    for body in (given(records.patient()), given(records.patient(), mode="create")):
        assert told(await api.post("Patient/$validate", body)) == VALID


@pytest.mark.proves("operations/validate")
@pytest.mark.parametrize("body", [WRONG, given(WRONG), given(WRONG, mode="create")])
async def test_all_that_is_wrong_is_told_each_with_its_place(api: Api, body: Resource) -> None:
    reply = await api.post("Patient/$validate", body)
    assert sorted(told(reply)) == [
        "error code-invalid Patient.gender",
        "error structure Patient.first",
        "error value Patient.birthDate",
    ]
    assert "'blue'" in reply.said
    assert "No problem" not in reply.said


@pytest.mark.proves("operations/validate")
async def test_invariants_and_references_are_judged(api: Api) -> None:
    visit = records.encounter(NOWHERE) | {"period": {"start": "2026-02-01", "end": "2026-01-01"}}
    assert told(await api.post("Encounter/$validate", visit)) == [
        "error invariant Encounter.period"
    ]
    reply = await api.post("Encounter/$validate", records.encounter(NOWHERE))
    assert told(reply) == ["error not-found Encounter.subject.reference"]
    details = reply.json["issue"][0]["details"]["coding"][0]
    assert details["code"] == "reference-not-found"
    who = await api.create(records.patient())
    assert told(await api.post("Encounter/$validate", records.encounter(who))) == VALID
    dangling = await api.post("Encounter/$validate", records.encounter(NOWHERE), who=SYSTEM)
    assert told(dangling) == VALID


@pytest.mark.proves("operations/validate")
async def test_one_record_by_get(api: Api) -> None:
    who = await api.create(records.patient())
    assert told(await api.get(f"Patient/{who}/$validate")) == VALID
    reply = await api.get(f"Patient/{who}/$validate?mode=profile&profile={CORE}bp")
    assert told(reply) == ["error structure Patient"]
    assert told(await api.get(f"Patient/{who}/$validate?profile={CORE}Patient")) == VALID


@pytest.mark.proves("operations/validate")
async def test_whether_it_could_be_created(api: Api) -> None:
    who = await api.create(records.patient())
    for resource, expected in (
        (records.encounter(who), VALID),
        (records.encounter(NOWHERE), ["error not-found Encounter.subject.reference"]),
    ):
        reply = await api.post("Encounter/$validate", given(resource, mode="create"))
        assert told(reply) == expected
    ward = {"resourceType": "Organization", "name": "Trạm"}
    refused = await api.post("Organization/$validate?mode=create", ward)
    assert told(refused) == ["error forbidden"]
    elsewhere = records.patient("ward-00008")
    refused = await api.post("Patient/$validate?mode=create", elsewhere)
    assert told(refused)[0].startswith("error ")
    assert (await api.get("Encounter?_summary=count")).json["total"] == 0


@pytest.mark.proves("operations/validate")
async def test_whether_it_could_be_updated(api: Api) -> None:
    who = await api.create(records.patient())
    other = await api.create(records.patient())
    id = await api.create(records.encounter(who))
    path = f"Encounter/{id}/$validate?mode=update"
    new = records.encounter(who) | {"id": id, "status": "cancelled"}
    assert told(await api.post(path, new)) == VALID
    moved = records.encounter(other) | {"id": id}
    assert told(await api.post(path, moved)) == ["error business-rule"]
    nameless = await api.post(path, records.encounter(who))
    assert told(nameless) == ["error value Encounter.id"]
    stale = await api.post(path, new, headers={"If-Match": 'W/"2"'})
    assert told(stale) == ["error conflict"]
    current = (await api.get(f"Encounter/{id}")).json
    assert (current["status"], current["meta"]["versionId"]) == ("finished", "1")


@pytest.mark.proves("operations/validate")
async def test_whether_it_could_be_deleted(api: Api) -> None:
    who = await api.create(records.patient())
    path = f"Patient/{who}/$validate"
    assert told(await api.get(f"{path}?mode=delete")) == VALID
    assert (await api.get(f"Patient/{who}")).status == 200
    visit = await api.create(records.encounter(who))
    reply = await api.post(path, given(mode="delete"))
    assert told(reply) == ["error conflict"]
    assert reply.json["issue"][0]["details"]["coding"][0]["code"] == "referenced"
    await api.delete(f"Encounter/{visit}")
    assert told(await api.get(f"{path}?mode=delete")) == VALID


@pytest.mark.proves("operations/validate")
async def test_by_the_profiles_that_are_claimed_and_asked_for(api: Api) -> None:
    demanding = structure("Patient", {"id": "Patient.telecom", "min": 1})
    assert (await api.post("StructureDefinition", demanding, who=SYSTEM)).status == 201
    claiming = records.patient() | {"meta": {"profile": [f"{MINE}mine"]}}
    expected = ["error required Patient.telecom"]
    reply = await api.post("Patient/$validate", claiming)
    assert told(reply) == expected
    assert f"(profile {MINE}mine)" in reply.said
    asked = f"Patient/$validate?profile={MINE}mine"
    assert told(await api.post(asked, records.patient())) == expected
    assert told(await api.post(asked, claiming)) == expected
    body = given(records.patient(), profile=f"{MINE}mine")
    assert told(await api.post("Patient/$validate", body)) == expected


@pytest.mark.proves("operations/validate")
async def test_an_unknown_profile_is_a_warning_when_claimed_and_an_error_when_asked_for(
    api: Api,
) -> None:
    claiming = records.patient() | {"meta": {"profile": ["http://example.org/unknown"]}}
    reply = await api.post("Patient/$validate", claiming)
    assert told(reply) == ["warning not-found Patient.meta.profile[0]", *VALID]
    assert "http://example.org/unknown" in reply.said
    reply = await api.post("Patient/$validate?profile=http://example.org/other", claiming)
    assert (reply.status, reply.codes) == (400, ["not-found"])
    assert "http://example.org/other" in reply.said


@pytest.mark.proves("operations/validate")
async def test_parameters_may_be_what_is_validated(api: Api) -> None:
    one = {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "x"}]}
    assert told(await api.post("Parameters/$validate", one, who=SYSTEM)) == VALID
    assert told(await api.post("Parameters/$validate", given(one), who=SYSTEM)) == VALID
    bad = {"resourceType": "Parameters", "parameter": [{"name": "", "valueCode": "x"}]}
    expected = ["error value Parameters.parameter[0].name"]
    assert told(await api.post("Parameters/$validate", given(bad), who=SYSTEM)) == expected


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "Patient/$validate", None, (400, "required")),
        ("GET", "Patient/$validate", None, (400, "required")),
        ("POST", "Patient/$validate?mode=none", records.patient(), (400, "value")),
        ("POST", "Patient/$validate?mode=update", records.patient(), (400, "value")),
        ("POST", "Patient/$validate?mode=delete", records.patient(), (400, "value")),
        ("POST", "Patient/$validate", {"resourceType": "Basic"}, (400, "value")),
        ("POST", "Patient/$validate", {"resourceType": 1}, (400, "structure")),
        ("POST", "Patient/{id}/$validate?mode=create", records.patient(), (400, "value")),
        ("POST", "Patient/{id}/$validate?mode=profile", records.patient(), (400, "value")),
        ("GET", "Patient/{id}/$validate?mode=update", None, (400, "required")),
        ("GET", f"Patient/{NOWHERE}/$validate", None, (404, "not-found")),
        ("POST", f"Patient/{NOWHERE}/$validate", records.patient(), (404, "not-found")),
        ("GET", f"Patient/{NOWHERE}/$validate?mode=delete", None, (404, "not-found")),
    ],
)
async def test_what_cannot_be_judged_is_refused(
    api: Api, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    id = await api.create(records.patient())
    reply = await api.ask(method, path.format(id=id), body=body)
    assert (reply.status, *reply.codes) == expected


async def test_a_body_that_is_no_json_cannot_be_judged(api: Api) -> None:
    reply = await api.ask("POST", "Patient/$validate", content=b'{"resourceType":"Patient",')
    assert (reply.status, reply.codes) == (400, ["structure"])


async def test_a_deleted_record_is_gone(api: Api) -> None:
    id = await api.create(records.patient())
    await api.delete(f"Patient/{id}")
    for mode in ("", "?mode=delete"):
        reply = await api.get(f"Patient/{id}/$validate{mode}")
        assert (reply.status, reply.codes) == (410, ["deleted"])


@pytest.mark.proves("operations/validate")
async def test_in_a_batch_it_stores_nothing_either(api: Api) -> None:
    url = "Patient/$validate?mode=create"
    request = {"method": "POST", "url": url}
    entries = [
        {"resource": given(records.patient()), "request": request},
        {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}},
    ]
    reply = await api.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert reply.status == 200, reply.body
    judged = next(
        one["resource"] for one in reply.entries
        if one.get("resource", {}).get("resourceType") == "OperationOutcome"
    )  # fmt: skip
    assert judged["issue"][0]["severity"] == "information"
    assert (await api.get("Patient?_summary=count")).json["total"] == 1


@pytest.mark.parametrize("who", [NURSE, SYSTEM])
async def test_metadata_has_it_for_every_type(api: Api, who: str) -> None:
    served = (await api.get("metadata", who=who)).json["rest"][0]["resource"]
    for one in served:
        names = {each["name"]: each["definition"] for each in one["operation"]}
        assert names["validate"] == "http://hl7.org/fhir/OperationDefinition/Resource-validate"
