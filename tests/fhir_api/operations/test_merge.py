"""$merge: two records of one person become one, with all that belongs to them."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api
from fixtures.merging import ADMIN, INSURED, appoint, ask, made, refer, state

from ehr.fhir.identifiers import BHYT, CCCD
from ehr.fhir.resource import Resource


@pytest.fixture
async def ids(api: Api, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A source and a target with what is theirs, and somebody who may merge them."""
    await appoint(api, monkeypatch)
    return await made(api)


@pytest.mark.proves("operations/merge")
@pytest.mark.parametrize("who", [ADMIN, SYSTEM])
async def test_what_was_the_source_s_is_the_target_s(
    api: Api, ids: dict[str, str], who: str
) -> None:
    await refer(api, ids["source"])
    reply = await ask(api, "$merge", ids, who=who)
    assert reply.status == 200, reply.body
    outcome, result = (one["resource"] for one in reply.json["parameter"])
    assert outcome["issue"][0]["severity"] == "information"
    source, target = [await api.get(f"Patient/{ids[end]}") for end in ("source", "target")]
    assert result == target.json
    assert source.json["active"] is False
    assert source.json["link"] == [
        {"other": {"reference": f"Patient/{ids['target']}"}, "type": "replaced-by"}
    ]
    assert target.json["link"] == [
        {"other": {"reference": f"Patient/{ids['source']}"}, "type": "replaces"}
    ]
    assert [one["use"] for one in target.json["identifier"]] == ["old"]
    for kind, name in (("Observation", "weight"), ("Encounter", "visit"), ("Condition", "hiv")):
        history = await api.get(f"{kind}/{ids[name]}/_history", who=SYSTEM)
        subjects = [one["resource"]["subject"]["reference"] for one in history.entries]
        assert subjects == [f"Patient/{ids['target']}", f"Patient/{ids['source']}"]
    found = await state(api, ids)
    assert set(found["Observation of target"]) == {ids["weight"], ids["own"]}
    assert found["Condition of target"] == [ids["hiv"]]
    assert found["Encounter of target"] == [ids["visit"]]
    for kind in ("Observation", "Condition", "Encounter"):
        assert found[f"{kind} of source"] == []
    assert found["versions"] == []
    assert (await api.get(f"Condition?patient={ids['target']}")).ids == []
    assert (await api.get(f"Observation/{ids['gone']}")).status == 410
    everything = await api.get(f"Patient/{ids['target']}/$everything")
    assert ids["weight"] in everything.ids


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("Patient/{source}", "Patient/{target}"),
        ("Patient/{source}/_history/1", "Patient/{target}"),
        (f"{BASE}/Patient/{{source}}", f"{BASE}/Patient/{{target}}"),
        (f"{BASE}/Patient/{{source}}/_history/1", f"{BASE}/Patient/{{target}}"),
        ("http://other.org/Patient/{source}", "http://other.org/Patient/{source}"),
    ],
)
async def test_every_form_of_reference_is_followed(
    api: Api, ids: dict[str, str], said: str, becomes: str
) -> None:
    body = records.observation(ids["source"])
    body["focus"] = [{"reference": said.format(**ids)}]
    id = await api.create(body)
    await ask(api, "$merge", ids)
    found = (await api.get(f"Observation/{id}")).json
    assert found["focus"] == [{"reference": becomes.format(**ids)}]
    await ask(api, "$merge-undo", ids)
    assert (await api.get(f"Observation/{id}")).json["focus"] == body["focus"]


async def test_a_referral_goes_with_the_record(api: Api, ids: dict[str, str]) -> None:
    await refer(api, ids["source"])
    await ask(api, "$merge", ids)
    for path in (f"Patient/{ids['target']}", f"Observation/{ids['weight']}/_history/1"):
        assert (await api.get(path, who=HOSPITAL)).status == 200
    assert (await api.get(f"Patient/{ids['source']}", who=HOSPITAL)).status == 404


async def test_a_preview_changes_nothing(api: Api, ids: dict[str, str]) -> None:
    before = await state(api, ids)
    reply = await ask(api, "$merge", ids, preview=True)
    assert reply.status == 200
    assert reply.json["parameter"][1]["resource"]["link"][0]["type"] == "replaces"
    assert await state(api, ids) == before


async def test_the_result_may_be_given(api: Api, ids: dict[str, str]) -> None:
    number = [{"system": CCCD, "value": "001058000001"}]
    result = records.patient() | {"id": ids["target"], "identifier": number}
    assert (await ask(api, "$merge", ids, result=result)).status == 200
    target = (await api.get(f"Patient/{ids['target']}")).json
    assert target["identifier"] == number
    assert target["link"][0]["type"] == "replaces"


@pytest.mark.parametrize(
    ("result", "status", "code"),
    [
        (records.patient(), 400, "value"),
        (records.patient() | {"id": "other"}, 400, "value"),
        (records.encounter("x") | {"id": "x"}, 400, "value"),
        ({"resourceType": "Patient", "gender": "blue"}, 422, "code-invalid"),
    ],
)
async def test_a_wrong_result_is_refused(
    api: Api, ids: dict[str, str], result: Resource, status: int, code: str
) -> None:
    reply = await ask(api, "$merge", ids, result=result)
    assert (reply.status, reply.codes) == (status, [code])


def named(**parts: Any) -> Resource:
    """Parameters by name: a Reference from a text, an Identifier from a pair."""
    found = []
    for name, value in parts.items():
        key = name.replace("_", "-")
        if isinstance(value, str):
            found.append({"name": key, "valueReference": {"reference": value}})
        else:
            found.append({"name": key, "valueIdentifier": value})
    return {"resourceType": "Parameters", "parameter": found}


SOURCE, TARGET, NUMBER = "Patient/{source}", "Patient/{target}", "source_patient_identifier"
UNKNOWN = {"system": BHYT, "value": "9"}


async def test_identifiers_name_a_patient_too(api: Api, ids: dict[str, str]) -> None:
    target = f"Patient/{ids['target']}"
    sent = named(source_patient_identifier=INSURED, target_patient=target)
    assert (await api.post("Patient/$merge", sent, who=ADMIN)).status == 200
    assert (await api.get(f"Patient/{ids['source']}")).json["active"] is False


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, (400, ["required"])),
        ({"source_patient": SOURCE}, (400, ["required"])),
        ({"source_patient": SOURCE, "target_patient": SOURCE}, (422, ["business-rule"])),
        ({"source_patient": SOURCE, "target_patient": "Encounter/{visit}"}, (400, ["value"])),
        ({"source_patient": "http://x.org/Patient/1", "target_patient": TARGET}, (400, ["value"])),
        ({"source_patient": "Patient/nobody", "target_patient": TARGET}, (404, ["not-found"])),
        ({NUMBER: {"value": "1"}, "target_patient": TARGET}, (400, ["value"])),
        ({NUMBER: UNKNOWN, "target_patient": TARGET}, (404, ["not-found"])),
        ({"source_patient": TARGET, NUMBER: INSURED, "target_patient": SOURCE},
         (404, ["not-found"])),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["$merge", "$merge-undo"])
async def test_a_bad_request_is_refused(
    api: Api, ids: dict[str, str], name: str, sent: dict[str, Any], expected: Any
) -> None:
    parts = {k: v.format(**ids) if isinstance(v, str) else v for k, v in sent.items()}
    reply = await api.post(f"Patient/{name}", named(**parts), who=ADMIN)
    assert (reply.status, reply.codes) == expected


async def test_who_was_replaced_is_merged_no_more(api: Api, ids: dict[str, str]) -> None:
    await ask(api, "$merge", ids)
    third = await api.create(records.patient())
    for source, target in ((ids["source"], third), (third, ids["source"])):
        reply = await ask(api, "$merge", {"source": source, "target": target})
        assert (reply.status, reply.codes) == (422, ["business-rule"])
    chain = {"source": ids["target"], "target": third}
    assert (await ask(api, "$merge", chain)).status == 200
    assert ids["weight"] in (await api.get(f"Observation?patient={third}")).ids
    first = await ask(api, "$merge-undo", ids)
    assert (first.status, first.codes) == (409, ["conflict"])
    assert (await ask(api, "$merge-undo", chain)).status == 200


@pytest.mark.parametrize("who", [NURSE, ANALYST, HOSPITAL])
@pytest.mark.parametrize("name", ["$merge", "$merge-undo"])
async def test_only_who_administers_a_ward_merges(
    api: Api, ids: dict[str, str], name: str, who: str
) -> None:
    await refer(api, ids["source"])
    await refer(api, ids["target"])
    before = await state(api, ids)
    reply = await ask(api, name, ids, who=who)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await ask(api, name, ids, who=None)).status == 401
    assert await state(api, ids) == before


@pytest.mark.parametrize("end", ["source", "target"])
@pytest.mark.parametrize("name", ["$merge", "$merge-undo"])
async def test_another_ward_s_resident_is_as_if_not_there(
    api: Api, ids: dict[str, str], name: str, end: str
) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    reply = await ask(api, name, ids | {end: foreign})
    missing = await ask(api, name, ids | {end: "f" * 36})
    assert (reply.status, reply.body) == (missing.status, missing.body)
    assert reply.codes == ["not-found"]


async def test_residents_of_two_wards_are_not_merged(api: Api, ids: dict[str, str]) -> None:
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    reply = await ask(api, "$merge", ids | {"source": foreign}, who=SYSTEM)
    assert (reply.status, reply.codes) == (422, ["business-rule"])


async def test_get_is_not_allowed(api: Api, ids: dict[str, str]) -> None:
    assert ids
    reply = await api.get("Patient/$merge", who=ADMIN)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
