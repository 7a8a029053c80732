"""What a patch in a transaction brings may refer by criteria (http.html#transaction)."""

import base64
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, Answer, Api

from ehr.fhir.resource import Resource, dump

JSON, MERGE = "application/json-patch+json", "application/merge-patch+json"
CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
NUMBER = {"system": CCCD, "value": "099058000021"}
BY_NUMBER = f"Patient?identifier={CCCD}|{NUMBER['value']}"


def binary(kind: str, document: Any) -> Resource:
    data = base64.b64encode(dump(document)).decode()
    return {"resourceType": "Binary", "contentType": kind, "data": data}


def link(text: str) -> dict[str, Any]:
    return {"type": "seealso", "other": {"reference": text}}


def fhirpath(text: str) -> Resource:
    other = {"name": "other", "valueReference": {"reference": text}}
    parts = [
        {"name": "type", "valueCode": "add"},
        {"name": "path", "valueString": "Patient"},
        {"name": "name", "valueString": "link"},
        {"name": "value", "part": [other, {"name": "type", "valueCode": "seealso"}]},
    ]
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}


def forms(text: str) -> list[Resource]:
    """One patch in each form, and one that writes the bare text of a reference."""
    whole = {"op": "add", "path": "/link", "value": [link("Patient/x")]}
    bare = {"op": "replace", "path": "/link/0/other/reference", "value": text}
    return [
        binary(JSON, [{"op": "add", "path": "/link", "value": [link(text)]}]),
        binary(JSON, [whole, bare]),
        binary(MERGE, {"link": [link(text)]}),
        fhirpath(text),
    ]


async def send(api: Api, *entries: tuple[str, str, Resource], **how: Any) -> Answer:
    found = [
        {"request": {"method": method, "url": url}, "resource": resource}
        for method, url, resource in entries
    ]
    return await api.post(
        "", {"resourceType": "Bundle", "type": "transaction", "entry": found}, **how
    )


@pytest.mark.proves("interactions/conditional-reference", "interactions/patch-in-bundle")
@pytest.mark.parametrize("form", range(4))
async def test_it_becomes_the_one_that_matches(api: Api, form: int) -> None:
    other = await api.create(records.patient() | {"identifier": [NUMBER]})
    path = f"Patient/{await api.create(records.patient())}"
    reply = await send(api, ("PATCH", path, forms(BY_NUMBER)[form]))
    assert reply.status == 200, reply.body
    assert (await api.get(path)).json["link"][0]["other"] == {"reference": f"Patient/{other}"}


@pytest.mark.parametrize("form", range(4))
async def test_it_may_be_what_another_entry_creates(api: Api, form: int) -> None:
    path = f"Patient/{await api.create(records.patient())}"
    made = ("POST", "Patient", records.patient() | {"identifier": [NUMBER]})
    reply = await send(api, ("PATCH", path, forms(BY_NUMBER)[form]), made)
    assert reply.status == 200, reply.body
    other = reply.entries[1]["response"]["location"].partition("/_history")[0]
    assert (await api.get(path)).json["link"][0]["other"] == {"reference": other}


async def test_it_may_be_what_another_patch_makes_match(api: Api) -> None:
    one, other = [f"Patient/{await api.create(records.patient())}" for _ in range(2)]
    named = binary(MERGE, {"identifier": [NUMBER]})
    sent = [("PATCH", one, binary(MERGE, {"link": [link(BY_NUMBER)]})), ("PATCH", other, named)]
    for entries in (sent, sent[:1]):
        reply = await send(api, *entries)
        assert reply.status == 200, reply.body
        assert (await api.get(one)).json["link"][0]["other"] == {"reference": other}


@pytest.mark.parametrize("form", range(4))
async def test_none_and_several_undo_all(api: Api, form: int) -> None:
    path = f"Patient/{await api.create(records.patient())}"
    made = ("POST", "Condition", records.condition(path, None, "I10"))
    for times in range(2):
        reply = await send(api, made, ("PATCH", path, forms(BY_NUMBER)[form]))
        code = "multiple-matches" if times else "not-found"
        assert (reply.status, reply.codes) == (422, [code])
        assert reply.places == ["Bundle.entry[1].resource"]
        assert ("several" in reply.said) == bool(times)
        for _ in range(2):
            await api.create(records.patient() | {"identifier": [NUMBER]})
    assert (await api.get(path)).headers["etag"] == 'W/"1"'
    assert (await api.get("Condition?_summary=count")).json["total"] == 0


@pytest.mark.parametrize("form", range(4))
async def test_it_reaches_no_other_ward_and_needs_the_right_to_search(api: Api, form: int) -> None:
    await api.create(records.patient() | {"identifier": [NUMBER]}, who=NEIGHBOUR)
    path = f"Patient/{await api.create(records.patient())}"
    patch = ("PATCH", path, forms(BY_NUMBER)[form])
    foreign = await send(api, patch)
    assert (foreign.status, foreign.codes) == (422, ["not-found"])
    assert "nothing" in foreign.said
    refused = await send(api, patch, scope="user/Patient.ru")
    assert (refused.status, refused.codes) == (403, ["forbidden"])
    assert (await api.get(path)).headers["etag"] == 'W/"1"'


async def test_bad_criteria_are_refused(api: Api) -> None:
    path = f"Patient/{await api.create(records.patient())}"
    reply = await send(api, ("PATCH", path, binary(MERGE, {"link": [link("Patient?foo=1")]})))
    assert reply.status == 400, reply.body
    assert (await api.get(path)).headers["etag"] == 'W/"1"'
