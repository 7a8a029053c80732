"""Search parameters that clients define: stored, indexed online, searched, removed."""

from typing import Any

import pytest
from fixtures.defining import (
    COLOUR,
    define,
    defined,
    fresh,
    has_rows,
    indexed,
    names,
    number_of,
    with_eye,
)
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, OTHER_WARD, SYSTEM, Api
from fixtures.records import patient

from ehr.directory import index_state, search_parameters
from ehr.jobs import reindex as job

__all__ = ["fresh"]

pytestmark = [pytest.mark.proves("search/custom"), pytest.mark.usefixtures("fresh")]


async def test_it_is_refused_then_indexed_then_searched(api: Api) -> None:
    before = await api.create(with_eye("brown"))
    await define(api)
    early = await api.get("Patient?eye=brown")
    assert (early.status, early.codes) == (400, ["not-supported"])
    assert "cannot be asked for yet" in early.said
    assert "eye" not in await names(api)
    at_once = await api.create(with_eye("brown"))
    await api.create(with_eye("green"))
    await indexed(api)
    assert set((await api.get("Patient?eye=brown")).ids) == {before, at_once}
    assert len((await api.get("Patient?eye:missing=false")).ids) == 3
    assert "eye" in await names(api)


async def test_it_obeys_wards(api: Api) -> None:
    await define(api)
    await api.create(with_eye("brown"))
    await indexed(api)
    assert len((await api.get("Patient?eye=brown")).ids) == 1
    assert (await api.get("Patient?eye=brown", who=OTHER_WARD)).ids == []
    assert (await api.get("Patient?eye=brown", who=None)).status == 401
    assert (await api.get("Patient?eye=brown", who=ANALYST)).status == 403


@pytest.mark.parametrize("who", [NURSE, HOSPITAL, ANALYST])
async def test_nobody_else_defines(api: Api, who: str) -> None:
    reply = await api.post("SearchParameter", defined(), who=who)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.post("SearchParameter", defined(), who=None)).status == 401


@pytest.mark.parametrize("how", ["delete", "retire"])
async def test_it_is_removed(api: Api, how: str) -> None:
    id = await define(api)
    await api.create(with_eye("brown"))
    await indexed(api)
    if how == "delete":
        assert (await api.delete(f"SearchParameter/{id}", who=SYSTEM)).status in (200, 204)
    else:
        await api.put(f"SearchParameter/{id}", {**defined(status="retired"), "id": id}, who=SYSTEM)
    assert "eye" not in await names(api)
    strict = {"Prefer": "handling=strict"}
    assert (await api.get("Patient?eye=brown", headers=strict)).status == 400
    number = await number_of(api)
    assert await has_rows(api, number)
    await indexed(api)
    assert not await has_rows(api, number)
    await define(api)
    assert await number_of(api) > number


async def test_a_changed_one_is_indexed_anew(api: Api) -> None:
    id = await define(api)
    await api.create(with_eye("brown"))
    await indexed(api)
    changed = defined(expression=f"Patient.extension.where(url = '{COLOUR}').value")
    reply = await api.put(f"SearchParameter/{id}", {**changed, "id": id}, who=SYSTEM)
    assert reply.status == 200, reply.body
    assert (await api.get("Patient?eye=brown")).status == 400
    await indexed(api)
    assert len((await api.get("Patient?eye=brown")).ids) == 1
    again = {**changed, "id": id, "description": "Another text."}
    assert (await api.put(f"SearchParameter/{id}", again, who=SYSTEM)).status == 200
    assert (await api.get("Patient?eye=brown")).status == 200


@pytest.mark.parametrize(
    ("kind", "value", "found", "other"),
    [
        ("string", {"valueString": "Hạt dẻ"}, "hat", "xanh"),
        ("date", {"valueDate": "2020-05-01"}, "2020-05", "2021"),
        ("number", {"valueInteger": 7}, "gt6", "8"),
        ("quantity", {"valueQuantity": {"value": 5, "unit": "mm"}}, "5||mm", "6"),
        ("uri", {"valueUri": "http://a.example/x"}, "http://a.example/x", "http://a.example/y"),
        ("reference", {"valueReference": {"reference": "Patient/p"}}, "Patient/p", "Patient/q"),
        ("token", {"valueCoding": {"system": "http://s", "code": "c"}}, "http://s|c", "http://t|c"),
    ],
)
async def test_each_kind(api: Api, kind: str, value: Any, found: str, other: str) -> None:
    extra = {"target": ["Patient"]} if kind == "reference" else {}
    await define(api, type=kind, **extra)
    if kind == "reference":
        assert (await api.put("Patient/p", {**patient(), "id": "p"}, who=SYSTEM)).status in (
            201,
            422,
        )
    resident = {**patient(), "extension": [{"url": COLOUR, **value}]}
    posted = await api.post("Patient", resident, who=SYSTEM)
    assert posted.status == 201, posted.body
    await indexed(api)
    reply = await api.get("Patient", who=SYSTEM)
    assert reply.status == 200
    assert (await api.get(f"Patient?eye={found}", who=SYSTEM)).ids == [posted.json["id"]]
    assert (await api.get(f"Patient?eye={other}", who=SYSTEM)).ids == []


@pytest.mark.parametrize(
    ("type", "value", "found"),
    [
        ("string", {"valueString": "Ab"}, "aB"),
        ("Identifier", {"valueIdentifier": {"system": "http://s", "value": "X1"}}, "http://s|X1"),
        (
            "ContactPoint",
            {"valueContactPoint": {"system": "phone", "value": "0912 345 678"}},
            "0912345678",
        ),
        ("boolean", {"valueBoolean": True}, "true"),
    ],
)
async def test_a_token_of_a_named_type(api: Api, type: str, value: Any, found: str) -> None:
    path = f"Patient.extension.where(url = '{COLOUR}').value.ofType({type})"
    await define(api, expression=path)
    resident = {**patient(), "extension": [{"url": COLOUR, **value}]}
    id = await api.create(resident)
    await api.create(patient())
    await indexed(api)
    assert (await api.get(f"Patient?eye={found}")).ids == [id]


async def test_a_value_of_another_type_is_none(api: Api) -> None:
    await define(api, type="date")
    assert (await api.post("Patient", with_eye("brown"))).status == 201


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"code": "name", "expression": "Patient.name"}, "code"),
        ({"code": "_eye"}, "code"),
        ({"code": "a:b"}, "code"),
        ({"base": ["Resource"]}, "base"),
        ({"base": ["Patient", "Observation"]}, "expression"),
        ({"expression": "extension.value"}, "expression"),
        ({"expression": "Patient.name."}, "expression"),
        ({"expression": "Patient.descendants()"}, "expression"),
        ({"expression": "Patient.name.where(family.matches('(a+)+b'))"}, "expression"),
        ({"expression": "Patient.name.where(%resource.name.exists())"}, "expression"),
        ({"expression": "Patient.name.repeat(given)"}, "expression"),
        ({"expression": "Patient." + "(" * 400 + "name" + ")" * 400}, "expression"),
        ({"expression": "Patient.where(" * 60 + "true" + ")" * 60}, "expression"),
        ({"expression": " | ".join(["Patient.name.given"] * 100)}, "expression"),
        ({"type": "date", "expression": "Patient.name"}, "type"),
    ],
)
async def test_what_cannot_be_indexed_is_refused(api: Api, changes: Any, element: str) -> None:
    reply = await api.post("SearchParameter", defined(**changes), who=SYSTEM)
    assert reply.status == 422, reply.body
    assert reply.places == [f"SearchParameter.{element}"]


@pytest.mark.parametrize(
    "changes", [{"status": "draft"}, {"type": "composite"}, {"type": "special"}]
)
async def test_what_is_not_in_force_is_only_stored(api: Api, changes: Any) -> None:
    await define(api, **changes)
    await indexed(api)
    assert "eye" not in await names(api)


async def test_two_for_one_code(api: Api) -> None:
    await define(api)
    reply = await api.post("SearchParameter", defined(url="http://example.org/2"), who=SYSTEM)
    assert (reply.status, reply.codes) == (422, ["duplicate"])


async def test_there_is_a_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_parameters, "MOST", 1)
    await define(api)
    reply = await api.post("SearchParameter", defined(code="eye2"), who=SYSTEM)
    assert (reply.status, reply.codes) == (422, ["too-costly"])


async def test_the_worker_waits_until_every_process_knows(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_parameters, "SETTLE_SECONDS", 30)
    async with api.db.administration() as tx:
        await index_state.write(tx, index_state.IndexState(job.INDEX_VERSION))
    await define(api)
    await indexed(api)
    assert (await api.get("Patient?eye=brown")).status == 400
