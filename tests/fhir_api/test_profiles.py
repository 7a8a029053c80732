"""What claims a profile is held to it on every way in; profiles are stored like anything else."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, NURSE, SYSTEM, Answer, Api
from fixtures.profiling import CORE, MINE, structure

from ehr.directory import profiles, recent
from ehr.fhir.resource import Resource, dump
from ehr.records import bound_sets

WEIGHT = f"{CORE}bodyweight"
VITAL = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "vital-signs",
        }
    ]
}
NEW = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"

pytestmark = pytest.mark.proves("validation/profiles")


def weight(who: str, profile: str = WEIGHT, **changes: Any) -> Resource:
    """A weight that claims a profile and keeps to R4's."""
    one = records.observation(who) | {"category": [VITAL], "meta": {"profile": [profile]}}
    return one | changes


def in_stone(one: Resource) -> Resource:
    return one | {"valueQuantity": one["valueQuantity"] | {"code": "[stone_av]"}}


def refused(reply: Answer, *places: str) -> None:
    assert reply.status == 422, reply.body
    assert set(reply.places) == set(places)
    assert {one["details"]["coding"][0]["code"] for one in reply.json["issue"]} == {"profile"}


async def test_on_create_and_update(api: Api) -> None:
    who = await api.create(records.patient())
    bad = in_stone(weight(who))
    refused(await api.post("Observation", bad), "Observation.value.code")
    id = await api.create(weight(who))
    path = f"Observation/{id}"
    refused(await api.put(path, bad | {"id": id}), "Observation.value.code")
    assert (await api.get(path)).json["meta"]["versionId"] == "1"
    sound = {"valueQuantity": weight(who)["valueQuantity"] | {"value": 59}}
    assert (await api.put(path, weight(who, id=id, **sound))).status == 200
    unclaimed = {key: value for key, value in bad.items() if key != "meta"}
    assert (await api.put(path, unclaimed | {"id": id})).status == 200


async def test_on_patch(api: Api) -> None:
    id = await api.create(weight(await api.create(records.patient())))
    document = [{"op": "replace", "path": "/valueQuantity/code", "value": "[stone_av]"}]
    reply = await api.ask(
        "PATCH",
        f"Observation/{id}",
        content=dump(document),
        headers={"Content-Type": "application/json-patch+json"},
    )
    refused(reply, "Observation.value.code")


async def test_on_a_claim_that_is_added(api: Api) -> None:
    who = await api.create(records.patient())
    id = await api.create(weight(who, "urn:unknown", category=[{"text": "x"}]))
    parts = [{"name": "meta", "valueMeta": {"profile": [WEIGHT]}}]
    body = {"resourceType": "Parameters", "parameter": parts}
    refused(await api.post(f"Observation/{id}/$meta-add", body), "Observation.category")
    assert (await api.get(f"Observation/{id}")).json["meta"]["profile"] == ["urn:unknown"]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_in_a_bundle(api: Api, kind: str) -> None:
    who = await api.create(records.patient())
    entries = [
        {"resource": one, "request": {"method": "POST", "url": "Observation"}}
        for one in (weight(who), in_stone(weight(who)))
    ]
    reply = await api.post("", {"resourceType": "Bundle", "type": kind, "entry": entries})
    stored = (await api.get(f"Observation?patient={who}&_summary=count")).json["total"]
    if kind == "transaction":
        assert (reply.status, stored) == (422, 0)
    else:
        statuses = [one["response"]["status"][:3] for one in reply.entries]
        assert (statuses, stored) == (["201", "422"], 1)


async def test_in_what_is_contained(api: Api) -> None:
    inner = {
        **weight("x", id="w", subject={"reference": "#"}, category=[{"text": "x"}]),
        "performer": [{"display": "x"}],
    }
    outer = records.patient() | {"contained": [inner]}
    refused(await api.post("Patient", outer), "Patient.contained[0].category")


async def test_a_profile_that_is_not_known_refuses_nothing(api: Api) -> None:
    who = await api.create(records.patient())
    for profile in ("http://example.org/unknown", f"{WEIGHT}|5.0", f"{CORE}Observation"):
        await api.create(in_stone(weight(who, profile)))


async def stored(api: Api, *elements: dict[str, Any], **more: Any) -> str:
    reply = await api.post(
        "StructureDefinition", structure("Patient", *elements, **more), who=SYSTEM
    )
    assert reply.status == 201, reply.body
    return str(reply.json["id"])


def claiming(profile: str = f"{MINE}mine", **more: Any) -> Resource:
    return records.patient() | {"meta": {"profile": [profile]}} | more


async def test_a_stored_profile_comes_into_force_is_changed_and_goes(api: Api) -> None:
    assert (await api.post("Patient", claiming())).status == 201
    id = await stored(api, {"id": "Patient.telecom", "min": 1})
    refused(await api.post("Patient", claiming()), "Patient.telecom")
    phone = [{"system": "phone", "value": "0912345678"}]
    assert (await api.post("Patient", claiming(telecom=phone))).status == 201
    path = f"StructureDefinition/{id}"
    other = structure("Patient", {"id": "Patient.photo", "min": 1}, id=id)
    assert (await api.put(path, other, who=SYSTEM)).status == 200
    refused(await api.post("Patient", claiming(telecom=phone)), "Patient.photo")
    assert (await api.put(path, other | {"status": "retired"}, who=SYSTEM)).status == 200
    assert (await api.post("Patient", claiming())).status == 201
    assert (await api.put(path, other, who=SYSTEM)).status == 200
    refused(await api.post("Patient", claiming()), "Patient.photo")
    assert (await api.delete(path, who=SYSTEM)).status == 204
    assert (await api.post("Patient", claiming())).status == 201


async def test_another_process_learns_of_it_within_ten_seconds(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await profiles.refresh(api.db)
    with monkeypatch.context() as patched:
        patched.setattr(profiles, "forget", lambda: None)
        await stored(api, {"id": "Patient.photo", "min": 1})
    assert (await api.post("Patient", claiming())).status == 201
    monkeypatch.setattr(recent, "KEEP_SECONDS", 0.0)
    refused(await api.post("Patient", claiming()), "Patient.photo")


async def test_a_stored_value_set_is_what_is_bound_to(api: Api) -> None:
    value_set = {
        "resourceType": "ValueSet",
        "url": "http://example.org/vs",
        "status": "active",
        "compose": {"include": [{"system": "urn:s", "concept": [{"code": "a"}]}]},
    }
    binding = {"strength": "required", "valueSet": "http://example.org/vs"}
    await stored(api, {"id": "Patient.maritalStatus", "binding": binding})
    married = {"maritalStatus": {"coding": [{"system": "urn:s", "code": "b"}]}}
    assert (await api.post("Patient", claiming(**married))).status == 201
    await api.create(value_set, who=SYSTEM)
    bound_sets.forget()
    refused(await api.post("Patient", claiming(**married)), "Patient.maritalStatus")
    sound = {"maritalStatus": {"coding": [{"system": "urn:s", "code": "a"}]}}
    assert (await api.post("Patient", claiming(**sound))).status == 201


@pytest.mark.parametrize(
    ("who", "status"), [(NURSE, 403), (NEIGHBOUR, 403), (ANALYST, 403), (None, 401)]
)
async def test_only_the_system_defines_profiles(api: Api, who: str | None, status: int) -> None:
    demanding = structure("Patient", {"id": "Patient.photo", "min": 1})
    reply = await api.post("StructureDefinition", demanding, who=who)
    assert reply.status == status
    id = await stored(api, {"id": "Patient.telecom", "min": 1})
    path = f"StructureDefinition/{id}"
    assert (await api.put(path, demanding | {"id": id}, who=who)).status == status
    assert (await api.delete(path, who=who)).status == status
    refused(await api.post("Patient", claiming()), "Patient.telecom")


async def test_there_is_a_bound_to_their_number(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MOST", 1)
    id = await stored(api)
    reply = await api.post("StructureDefinition", structure("Patient", name="b"), who=SYSTEM)
    assert (reply.status, reply.codes) == (422, ["too-costly"])
    again = structure("Patient", id=id)
    assert (await api.put(f"StructureDefinition/{id}", again, who=SYSTEM)).status == 200


async def test_metadata_tells_of_them(api: Api) -> None:
    async def supported(kind: str) -> list[str]:
        served = (await api.get("metadata", who=None)).json["rest"][0]["resource"]
        (of,) = (one for one in served if one["type"] == kind)
        return list(of.get("supportedProfile", ()))

    assert f"{CORE}bp" in await supported("Observation")
    assert await supported("Patient") == []
    await stored(api, version="1.0")
    assert await supported("Patient") == [f"{MINE}mine|1.0"]
