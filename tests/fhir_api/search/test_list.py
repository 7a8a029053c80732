"""`_list`: what a List names, for whom, and what is no list."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NURSE, OTHER_WARD, SYSTEM, Api

from ehr.search.lists import MOST_LISTED, MOST_LISTS


def a_list(entries: list[dict[str, Any]], subject: str | None = None) -> dict[str, Any]:
    about = {"subject": {"reference": f"Patient/{subject}"}} if subject else {}
    return {
        "resourceType": "List", "status": "current", "mode": "changes", **about, "entry": entries,
    }  # fmt: skip


def entry(reference: str, **more: Any) -> dict[str, Any]:
    return {"item": {"reference": reference}, **more}


@pytest.fixture
async def stored(api: Api) -> dict[str, str]:
    """Residents a to d of the nurse's ward, a finding of a, and a List of the ward with some."""
    found = {name: await api.create(records.patient()) for name in "abcd"}
    found["finding"] = await api.create(records.observation(found["a"]))
    found["list"] = await api.create(
        a_list(
            [
                entry(f"Patient/{found['a']}"),
                entry(f"{BASE}/Patient/{found['b']}"),
                entry(f"Patient/{found['c']}", deleted=True),
                entry(f"Observation/{found['finding']}"),
                {"item": {"display": "somebody"}},
                {"item": {"reference": f"http://elsewhere.example/fhir/Patient/{found['d']}"}},
            ],
            found["a"],
        )
    )
    return found


@pytest.mark.proves("search/_list")
async def test_what_a_list_names_is_found(api: Api, stored: dict[str, str]) -> None:
    id = stored["list"]
    both = {stored["a"], stored["b"]}
    for value in (id, f"List/{id}", f"{BASE}/List/{id}", f"{id},nowhere", f"{id},{id}"):
        reply = await api.get(f"Patient?_list={value}&_total=accurate")
        assert ({*reply.ids}, reply.json["total"]) == (both, 2), value
    assert (await api.get(f"Observation?_list={id}")).ids == [stored["finding"]]
    assert (await api.get(f"Condition?_list={id}")).ids == []
    form = f"_list={id}&_id={stored['b']}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await api.post("Patient/_search", content=form, headers=headers)
    assert reply.ids == [stored["b"]]
    assert (await api.get(str(reply.link("self")))).ids == [stored["b"]]


async def test_it_goes_with_others_chains_and_includes(api: Api, stored: dict[str, str]) -> None:
    id = stored["list"]
    other = await api.create(a_list([entry(f"Patient/{stored['b']}")], stored["b"]))
    assert (await api.get(f"Patient?_list={id}&_list={other}")).ids == [stored["b"]]
    chain = f"Observation?subject:Patient._list={id}&_include=Observation:subject"
    assert (await api.get(chain)).ids == [stored["finding"], stored["a"]]
    assert (await api.get(f"Observation?subject:Patient._list={other}")).ids == []
    has = f"Patient?_has:Observation:subject:_list={id}"
    assert (await api.get(has)).ids == [stored["a"]]
    first = await api.get(f"Patient?_list={id}&_count=1")
    second = await api.get(str(first.link("next")))
    assert {*first.ids, *second.ids} == {stored["a"], stored["b"]}


async def test_of_several_types_each_is_asked(api: Api, stored: dict[str, str]) -> None:
    path = f"?_type=Patient,Observation,Condition&_list={stored['list']}"
    seen = await api.get(path)
    assert {*seen.ids} == {stored["a"], stored["b"], stored["finding"]}
    assert (await api.get(path, who=OTHER_WARD)).ids == []
    assert (await api.get(f"{path}&_explain=true", who=SYSTEM)).status == 200
    unnamed = await api.get(f"?_list={stored['list']}")
    assert (unnamed.status, unnamed.codes) == (400, ["not-supported"])


@pytest.mark.proves("search/_list")
async def test_a_list_one_may_not_see_is_as_one_that_is_not_there(
    api: Api, stored: dict[str, str]
) -> None:
    path = f"Patient?_list={stored['list']}&_total=accurate"
    hidden = await api.get(path, who=OTHER_WARD)
    nowhere = await api.get("Patient?_list=nowhere&_total=accurate", who=OTHER_WARD)
    assert (hidden.status, hidden.ids, hidden.json["total"]) == (200, [], 0)
    assert (nowhere.status, nowhere.ids, nowhere.json["total"]) == (200, [], 0)
    for who, status in ((None, 401), (ANALYST, 403), (HOSPITAL, 403)):
        assert (await api.get(path, who=who)).status == status
    scope = "user/Patient.rs"
    assert (await api.get(path, who=NURSE, scope=scope)).status == 403
    deleted = await api.delete(f"List/{stored['list']}")
    assert deleted.status in (200, 204)
    assert (await api.get(path)).ids == []


async def test_a_list_names_nobody_whom_the_caller_may_not_see(
    api: Api, stored: dict[str, str]
) -> None:
    """A List of one's own is no way to another ward's records, nor to whether they are there."""
    mine, theirs = stored["a"], await api.create(records.patient(), who=OTHER_WARD)
    entries = [entry(f"Patient/{mine}"), entry(f"Patient/{theirs}")]
    for subject, keeper, ids in ((mine, NURSE, [mine]), (theirs, OTHER_WARD, [theirs])):
        mixed = await api.create(a_list(entries, subject), who=SYSTEM)
        for who in (NURSE, OTHER_WARD):
            reply = await api.get(f"Patient?_list={mixed}&_total=accurate", who=who)
            seen = ids if who == keeper else []
            assert (reply.ids, reply.json["total"]) == (seen, len(seen))
        both = await api.get(f"Patient?_list={mixed}", who=SYSTEM)
        assert {*both.ids} == {mine, theirs}


@pytest.mark.proves("search/_list")
@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("_list=$current-allergies", "not-supported", "functional lists are not kept here"),
        ("_list=$current-problems", "not-supported", "functional lists"),
        ("_list=Patient/1", "invalid", "no List of this server"),
        ("_list=http://elsewhere.example/fhir/List/1", "invalid", "no List of this server"),
        ("_list=a_b", "invalid", "no List of this server"),
        ("_list:not=1", "not-supported", "no modifiers"),
        (f"_list={','.join(map(str, range(MOST_LISTS + 1)))}", "too-costly", "at most"),
    ],
)
async def test_what_is_refused(api: Api, query: str, code: str, says: str) -> None:
    reply = await api.get(f"Patient?{query}")
    assert (reply.status, reply.codes) == (400, [code]), reply.said
    assert says in reply.said


async def test_a_list_of_too_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ehr.records.lists.MOST_LISTED", 2)
    assert MOST_LISTED > 2
    who = await api.create(records.patient())
    for number, status in ((2, 200), (3, 400)):
        items = [entry(f"Patient/{who}")]
        items += [entry(f"Practitioner/none-{n}") for n in range(5)]
        items += [entry(f"{BASE}/Patient/none-{n}") for n in range(number - 1)]
        made = await api.create(a_list(items, who), who=SYSTEM)
        reply = await api.get(f"Patient?_list={made}")
        assert reply.status == status
        assert (reply.ids == [who]) if status == 200 else (reply.codes == ["too-costly"])


async def test_explain_tells_of_it(api: Api, stored: dict[str, str]) -> None:
    path = f"Patient?_list={stored['list']}&_explain=true"
    (entry,) = (await api.get(path, who=SYSTEM)).entries
    told = [issue["diagnostics"] for issue in entry["resource"]["issue"]]
    assert (
        f"What the Lists name is read first, and is asked for by id: _list={stored['list']}."
        in told
    )
    assert any("resource_directory" in line for line in told), told
    assert (await api.get(path, who=NURSE)).status == 403
