"""What comes along with the matches of a search, over HTTP."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, Api


async def test_includes_are_marked_and_one_s_own(api: Api) -> None:
    id = await api.create(records.patient())
    seen = await api.create(records.observation(id))
    reply = await api.get("Observation?_include=Observation:subject")
    modes = {entry["resource"]["id"]: entry["search"]["mode"] for entry in reply.entries}
    assert modes == {seen: "match", id: "include"}
    assert (await api.get("Observation?_include=Observation:subject", who=NEIGHBOUR)).entries == []


@pytest.mark.proves("results/_revinclude")
async def test_a_bundle_holds_nothing_twice_and_says_where_it_stopped(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ehr.records import along

    id = await api.create(records.patient())
    seen = await api.create(records.observation(id))
    asked = (
        "Patient?_revinclude=Observation:subject&_revinclude=*&_include=*"
        "&_include:iterate=Observation:subject&_revinclude:iterate=Observation:subject"
    )
    reply = await api.get(asked)
    assert [entry["search"]["mode"] for entry in reply.entries] == ["match", "include"]
    assert reply.ids == [id, seen]
    assert reply.link("self") == f"{BASE}/{asked}"
    assert (await api.get(asked, who=NEIGHBOUR)).entries == []
    assert (await api.get(asked, who=None)).status == 401
    assert (await api.get(asked, who=ANALYST)).status == 403
    narrow = await api.get(asked, scope="user/Patient.rs")
    assert narrow.ids == [id]
    monkeypatch.setattr(along, "MAX_ROUNDS", 1)
    *_, last = (await api.get(asked)).entries
    assert last["search"]["mode"] == "outcome"
    assert [one["code"] for one in last["resource"]["issue"]] == ["incomplete"]


@pytest.mark.parametrize("key", ["_include", "_revinclude", "_include:iterate"])
@pytest.mark.parametrize(
    "value",
    ["Patient", "Patient:", "Patient:link:", "Patient:name", "Patient:x", "X:y", "**",
     "Patient:link:X", "*:link", "Patient:link:Patient:x"],
)  # fmt: skip
async def test_an_include_that_is_none_is_refused(api: Api, key: str, value: str) -> None:
    reply = await api.get(f"Patient?{key}={value}")
    assert reply.status == 400
    assert reply.codes[0] in {"invalid", "not-supported"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("_include:recurse=Patient:link", "invalid"),
        ("_sort:asc=family", "invalid"),
        ("_count:exact=1", "invalid"),
        ("&".join(["_include:iterate=Patient:link"] * 20), "too-costly"),
        ("&".join(["_revinclude=Observation:subject"] * 17), "too-costly"),
        ("_summary=text&_revinclude=*", "invalid"),
    ],
)
async def test_controls_have_limits_and_no_other_modifier(api: Api, query: str, code: str) -> None:
    reply = await api.get(f"Patient?{query}")
    assert (reply.status, reply.codes) == (400, [code])


async def test_an_include_needs_the_right_to_read_it(api: Api) -> None:
    id = await api.create(records.patient())
    await api.create(records.observation(id))
    reply = await api.get("Observation?_include=Observation:subject", scope="user/Observation.rs")
    assert id not in reply.ids
