"""$meta and its changes: sets, in place, under the rules for labels."""

from typing import Any

import pytest
from fixtures import callers, records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Answer, Api

from ehr.fhir.resource import Resource

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
RESTRICTED = {"system": CONFIDENTIALITY, "code": "R"}
A, B = {"system": "urn:x", "code": "a"}, {"system": "urn:x", "code": "b"}
PROFILE = "http://example.org/p"


def body(**meta: Any) -> Resource:
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": meta}]}


def returned(reply: Answer) -> dict[str, Any]:
    """The Meta in an answer."""
    assert reply.status == 200, reply.body
    parts = reply.json.get("parameter", ())
    assert [one["name"] for one in parts] in (["return"], [])
    return parts[0]["valueMeta"] if parts else {}


@pytest.fixture
async def path(api: Api) -> str:
    """A patient with a tag."""
    return f"Patient/{await api.create(records.patient() | {'meta': {'tag': [A]}})}"


@pytest.mark.proves("operations/meta")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_it_is_the_meta_of_the_record(api: Api, path: str, method: str) -> None:
    expected = (await api.get(path)).json["meta"]
    assert returned(await api.ask(method, f"{path}/$meta")) == expected


@pytest.mark.proves("operations/meta-add")
async def test_adding_makes_sets_and_no_version(api: Api, path: str) -> None:
    before = await api.get(path)
    more = body(tag=[B, A | {"display": "again"}, B], profile=[PROFILE], versionId="9")
    reply = await api.post(f"{path}/$meta-add", more)
    expected = before.json["meta"] | {"tag": [A, B], "profile": [PROFILE]}
    assert returned(reply) == expected
    after = await api.get(path)
    assert after.json == before.json | {"meta": expected}
    for header in ("etag", "last-modified"):
        assert after.headers[header] == before.headers[header] == reply.headers[header]
    assert len((await api.get(f"{path}/_history")).entries) == 1
    id = path.partition("/")[2]
    for query in ("_tag=urn:x|b", "_tag=urn:x|a", f"_profile={PROFILE}"):
        assert (await api.get(f"Patient?{query}")).ids == [id]


@pytest.mark.proves("operations/meta-delete")
async def test_deleting_takes_members_out(api: Api, path: str) -> None:
    await api.post(f"{path}/$meta-add", body(tag=[B], profile=[PROFILE]))
    less = body(tag=[A | {"display": "x", "version": "2"}, {"code": "c"}], profile=[PROFILE])
    assert returned(await api.post(f"{path}/$meta-delete", less)).keys() == {
        "versionId", "lastUpdated", "tag",
    }  # fmt: skip
    assert (await api.get(path)).json["meta"]["tag"] == [B]
    assert (await api.get("Patient?_tag=urn:x|a")).ids == []
    assert "tag" not in returned(await api.post(f"{path}/$meta-delete", body(tag=[B])))


async def test_if_match_holds(api: Api, path: str) -> None:
    for name in ("$meta-add", "$meta-delete"):
        stale = await api.post(f"{path}/{name}", body(tag=[B]), headers={"If-Match": 'W/"7"'})
        assert (stale.status, stale.codes) == (412, ["conflict"])
        fresh = await api.post(f"{path}/{name}", body(tag=[B]), headers={"If-Match": 'W/"1"'})
        assert fresh.status == 200


async def test_a_label_is_raised_and_never_lowered(api: Api, path: str) -> None:
    hidden = await api.post(f"{path}/$meta-add", body(security=[RESTRICTED]))
    assert (hidden.status, hidden.codes) == (403, ["forbidden"])
    assert (
        await api.post(f"{path}/$meta-add", body(security=[RESTRICTED]), who=SYSTEM)
    ).status == 200
    assert (await api.get(path)).status == 404
    assert (await api.get(f"{path}/_history/1")).status == 404
    for name in ("$meta", "$meta-delete", "$meta-add"):
        sent = None if name == "$meta" else body(security=[RESTRICTED])
        assert (await api.post(f"{path}/{name}", sent)).status == 404
    lowered = await api.post(f"{path}/$meta-delete", body(security=[RESTRICTED]), who=SYSTEM)
    assert lowered.status == 200
    assert (await api.get(path)).status == 200


async def test_a_label_that_codes_call_for_stays(api: Api, path: str) -> None:
    made = await api.post("Condition", records.condition(path, None, "B20"), who=SYSTEM)
    label = made.json["meta"]["security"]
    hiv = f"Condition/{made.json['id']}"
    await api.post(f"{hiv}/$meta-delete", body(security=label), who=SYSTEM)
    assert (await api.get(hiv)).status == 404


async def test_a_visit_s_row_follows_its_label(api: Api, path: str) -> None:
    visit = f"Encounter/{await api.create(records.encounter(path))}"
    for name, label in (("$meta-add", 4), ("$meta-delete", 0)):
        reply = await api.post(f"{visit}/{name}", body(security=[RESTRICTED]), who=SYSTEM)
        assert reply.status == 200
        async with api.db.transaction(callers.system()) as tx:
            assert await tx.fetch("SELECT label FROM visit") == [(label,)]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "required"),
        ({"resourceType": "Parameters"}, "required"),
        ({"resourceType": "Patient"}, "required"),
        (body(tag="x"), "structure"),
        (body(tag=[{"colour": "red"}]), "structure"),
        (body(profile=[5]), "structure"),
        (
            {
                "resourceType": "Parameters",
                "parameter": [{"name": "meta", "valueString": "x"}],
            },
            "invalid",
        ),
    ],
)
@pytest.mark.parametrize("name", ["$meta-add", "$meta-delete"])
async def test_a_bad_meta_is_refused(
    api: Api, path: str, name: str, sent: Resource | None, code: str
) -> None:
    before = (await api.get(path)).body
    reply = await api.post(f"{path}/{name}", sent)
    assert (reply.status, reply.codes[0]) == (400, code)
    assert (await api.get(path)).body == before


async def test_what_is_gone_or_never_changes_is_refused(api: Api, path: str) -> None:
    who = await api.create(records.patient())
    await api.delete(f"Patient/{who}")
    assert (await api.post(f"Patient/{who}/$meta-add", body(tag=[A]))).status == 410
    assert (await api.get(f"Patient/{who}/$meta")).status == 410
    assert (await api.post(f"{path}/_history/1/$meta-add", body(tag=[A]))).status == 404
    assert (await api.post("Patient/$meta-add", body(tag=[A]))).status == 404


@pytest.mark.parametrize("scope", ["Patient/$meta", "$meta"])
async def test_what_is_in_use_is_what_the_caller_sees(api: Api, path: str, scope: str) -> None:
    assert path
    await api.create(records.patient() | {"meta": {"tag": [B]}}, who=NEIGHBOUR)
    await api.post(
        "Patient",
        records.patient() | {"meta": {"security": [RESTRICTED], "profile": [PROFILE]}},
        who=SYSTEM,
    )
    assert returned(await api.get(scope, who=NURSE)) == {"tag": [A]}
    assert returned(await api.get(scope, who=NEIGHBOUR)) == {"tag": [B]}
    everything = returned(await api.get(scope, who=SYSTEM))
    assert (everything["security"], everything["profile"]) == ([RESTRICTED], [PROFILE])
    assert (await api.get(scope, who=None)).status == 401
    for who in (ANALYST, HOSPITAL):
        refused = await api.get(scope, who=who)
        assert (refused.status, refused.codes) == (403, ["forbidden"])
    assert returned(await api.get("Observation/$meta")) == {}


async def test_an_unknown_parameter_is_refused_when_strict(api: Api, path: str) -> None:
    for url in (f"{path}/$meta?x=1", "$meta?x=1"):
        assert (await api.get(url)).status == 200
        assert (await api.get(url, headers={"Prefer": "handling=strict"})).status == 400
