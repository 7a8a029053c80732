"""`:above` and `:below` of references: through what a place or a visit is part of."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, OTHER_WARD, SYSTEM, Api


def place(id: str, parent: str | None = None) -> dict[str, Any]:
    part = {"partOf": {"reference": f"Location/{parent}"}} if parent else {}
    return {"resourceType": "Location", "id": id, "status": "active", **part}


PLACES = {"house": None, "floor": "house", "room": "floor", "bed": "room", "yard": None}


@pytest.fixture
async def rooms(api: Api) -> dict[str, str]:
    """Encounter by the place where it was."""
    for id, parent in PLACES.items():
        await api.put(f"Location/{id}", place(id, parent), who=SYSTEM)
    patient = await api.create(records.patient())
    found = {}
    for id in PLACES:
        where = [{"location": {"reference": f"Location/{id}"}}]
        found[await api.create({**records.encounter(patient), "location": where})] = id
    return found


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("location=floor", "floor"),
        ("location:below=Location/floor", "bed floor room"),
        ("location:below=floor", "bed floor room"),
        ("location:below=house", "bed floor house room"),
        ("location:below=bed", "bed"),
        ("location:below=yard,room", "bed room yard"),
        ("location:above=Location/room", "floor house room"),
        ("location:above=bed", "bed floor house room"),
        ("location:above=house", "house"),
        ("location:below=nowhere", ""),
        ("location:above=nowhere", ""),
    ],
)
@pytest.mark.proves("search/reference")
async def test_places(api: Api, rooms: dict[str, str], query: str, places: str) -> None:
    path = f"Encounter?{query}&_total=accurate"
    reply = await api.get(path, who=NURSE)
    assert (reply.status, sorted(rooms[id] for id in reply.ids)) == (200, places.split())
    assert reply.json["total"] == len(reply.ids)
    wrong = await api.get(path, who=OTHER_WARD)
    assert (wrong.ids, wrong.json["total"]) == ([], 0)
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.get(path, who=who)).status == status


async def test_places_themselves_and_a_circle(api: Api) -> None:
    for id, parent in (("a", None), ("b", "a"), ("c", "b")):
        await api.put(f"Location/{id}", place(id, parent), who=SYSTEM)
    assert sorted((await api.get("Location?partof:below=a")).ids) == ["b", "c"]
    assert sorted((await api.get("Location?partof:above=b")).ids) == ["b", "c"]
    await api.put("Location/a", place("a", "c"), who=SYSTEM)
    assert sorted((await api.get("Location?partof:below=b")).ids) == ["a", "b", "c"]


async def test_a_visit_of_another_ward_is_not_walked_through(api: Api) -> None:
    here = await api.create(records.patient())
    there = await api.create(records.patient(), who=OTHER_WARD)

    async def visit(patient: str, whole: str | None = None) -> str:
        part = {"partOf": {"reference": f"Encounter/{whole}"}} if whole else {}
        return await api.create({**records.encounter(patient), **part}, who=SYSTEM)

    whole = await visit(here)
    hidden = await visit(there, whole)
    leaf = await visit(here, hidden)
    query = f"Encounter?part-of:below={whole}"
    assert sorted((await api.get(query, who=SYSTEM)).ids) == sorted([hidden, leaf])
    assert (await api.get(query, who=NURSE)).ids == []
    assert (await api.get(query, who=OTHER_WARD)).ids == [hidden]
    assert (await api.get(f"Encounter?part-of:above={leaf}", who=OTHER_WARD)).ids == []


async def test_an_id_alone_is_of_a_type_that_has_parts(api: Api) -> None:
    patient = await api.create(records.patient())
    seen = await api.create(records.observation(patient))
    assert (await api.get(f"Observation?subject={patient}")).ids == [seen]
    assert (await api.get(f"Observation?subject:below={patient}")).ids == []
    leave = await api.get(f"Observation?subject:below={patient}", who=HOSPITAL)
    assert (leave.status, leave.codes) == (403, ["forbidden"])


@pytest.mark.parametrize(
    "query",
    ["subject:below=Patient/1", "location:below=Patient/1", "location:below=two words",
     "location:above=http://elsewhere/Nothing/1", "participant:below=1"],
)  # fmt: skip
async def test_what_is_part_of_nothing(api: Api, query: str) -> None:
    reply = await api.get(f"Encounter?{query}")
    assert reply.status == 400
    assert set(reply.codes) <= {"invalid", "not-supported"}


async def test_what_is_too_deep_is_refused_and_not_cut_off(api: Api) -> None:
    for number in range(22):
        above = str(number - 1) if number else None
        await api.put(f"Location/{number}", place(str(number), above), who=SYSTEM)
    for query in ("partof:below=0", "partof:above=21"):
        refused = await api.get(f"Location?{query}", who=NURSE)
        assert (refused.status, refused.codes) == (400, ["too-costly"])
    for query, found in (("partof:below=1", range(2, 22)), ("partof:above=20", range(1, 22))):
        reply = await api.get(f"Location?{query}", who=NURSE)
        assert (reply.status, sorted(map(int, reply.ids))) == (200, list(found))
