"""`_summary` and `_elements` over HTTP: in searches, reads and versions."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, NURSE, Api

SUBSETTED = "SUBSETTED"
NARRATIVE = {
    "status": "generated",
    "div": '<div xmlns="http://www.w3.org/1999/xhtml">Thử</div>',
}


def tags(resource: dict) -> list[str]:  # type: ignore[type-arg] # JSON
    return [tag["code"] for tag in resource["meta"].get("tag", ())]


async def one(api: Api) -> str:
    """A resident with a narrative and a contact."""
    return await api.create(
        {**records.patient(), "text": NARRATIVE, "contact": [{"name": {"text": "Mẹ"}}]}
    )


@pytest.mark.proves("results/_summary")
@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("_summary=true", {"name", "gender"}, {"text", "contact"}),
        ("_summary=text", {"text", "id", "meta"}, {"name", "contact"}),
        ("_summary=data", {"name", "contact"}, {"text"}),
        ("_elements=gender,contact", {"gender", "contact", "id", "meta"}, {"name", "text"}),
        ("_elements=Patient.gender", {"gender"}, {"name", "text", "contact"}),
        ("_summary=data&_elements=text,name", {"name"}, {"text", "gender"}),
    ],
)
async def test_a_part(api: Api, query: str, there: set[str], gone: set[str]) -> None:
    id = await one(api)
    for path in (
        f"Patient?_id={id}&{query}",
        f"Patient/{id}?{query}",
        f"Patient/{id}/_history/1?{query}",
    ):
        reply = await api.get(path)
        found = reply.json if "?_id" not in path else reply.entries[0]["resource"]
        assert (reply.status, found["id"]) == (200, id)
        assert there <= found.keys()
        assert not gone & found.keys()
        assert tags(found) == [SUBSETTED]
    assert (await api.get(f"Patient?_id={id}&{query}")).link("self") == (
        f"{BASE}/Patient?_id={id}&{query}"
    )


@pytest.mark.parametrize("query", ["_summary=false", "_summary=", "_elements=", ""])
async def test_the_whole_is_not_tagged(api: Api, query: str) -> None:
    id = await one(api)
    whole = await api.get(f"Patient/{id}")
    assert tags(whole.json) == []
    assert (await api.get(f"Patient/{id}?{query}")).body == whole.body
    assert whole.body in (await api.get(f"Patient?_id={id}&{query}")).body


@pytest.mark.parametrize(
    "query",
    ["_summary=all", "_summary=count", "_elements=nothing", "_elements=*;--"],
)
async def test_a_part_that_is_none_is_refused(api: Api, query: str) -> None:
    id = await one(api)
    for path in (f"Patient/{id}?{query}", f"Patient/{id}/_history/1?{query}"):
        reply = await api.get(path)
        assert reply.status == 400, path
        assert set(reply.codes) <= {"invalid", "value"}


async def test_a_part_shows_nobody_more(api: Api) -> None:
    id = await one(api)
    for query in ("_summary=true", "_elements=name"):
        theirs = await api.get(f"Patient/{id}?{query}", who=NEIGHBOUR)
        nowhere = await api.get(f"Patient/nowhere?{query}", who=NEIGHBOUR)
        assert (theirs.status, theirs.body) == (nowhere.status, nowhere.body)
        assert theirs.status == 404
        assert (await api.get(f"Patient/{id}?{query}", who=None)).status == 401
        assert (await api.get(f"Patient/{id}?{query}", who=ANALYST)).status == 403


async def test_a_condition_counts_before_a_part(api: Api) -> None:
    id = await one(api)
    reply = await api.get(f"Patient/{id}?_summary=true", headers={"If-None-Match": 'W/"1"'})
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.proves("results/_elements")
async def test_elements_are_those_of_matches_and_a_summary_that_of_all(api: Api) -> None:
    id = await one(api)
    await api.create(records.observation(id))
    asked = "Observation?_include=Observation:subject"
    shown = (await api.get(f"{asked}&_elements=code")).entries
    assert [set(entry["resource"]) for entry in shown] == [
        {"resourceType", "id", "meta", "status", "code"},
        set((await api.get(f"Patient/{id}")).json),
    ]
    summaries = (await api.get(f"{asked}&_summary=true")).entries
    assert [tags(entry["resource"]) for entry in summaries] == [[SUBSETTED]] * 2


async def test_a_part_is_not_written_back(api: Api) -> None:
    id = await one(api)
    part = (await api.get(f"Patient/{id}?_elements=name")).json
    reply = await api.put(f"Patient/{id}", part)
    assert (reply.status, reply.codes) == (422, ["business-rule"])
    assert reply.places == ["Patient.meta.tag"]
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": part, "request": {"method": "PUT", "url": f"Patient/{id}"}}],
    }
    assert (await api.post("", bundle)).status == 422
    assert (await api.get(f"Patient/{id}", who=NURSE)).json["meta"]["versionId"] == "1"
