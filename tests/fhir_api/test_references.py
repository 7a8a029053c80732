"""References within the server lead to what is here and the caller's, on every way in."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import BASE, NEIGHBOUR, SYSTEM, Answer, Api

from ehr.fhir.resource import Resource, dump

NOWHERE = "0b5e2f1e-0000-4000-8000-000000000000"

pytestmark = pytest.mark.proves("validation/references")


def visit(who: str, **more: Any) -> Resource:
    return records.encounter(who) | more


async def created(api: Api, who: str, **more: Any) -> Answer:
    return await api.post("Encounter", visit(who, **more))


async def updated(api: Api, who: str, **more: Any) -> Answer:
    id = await api.create(visit(who))
    return await api.put(f"Encounter/{id}", visit(who, id=id, **more))


async def patched(api: Api, who: str, **more: Any) -> Answer:
    id = await api.create(visit(who))
    document = [{"op": "add", "path": f"/{name}", "value": value} for name, value in more.items()]
    headers = {"Content-Type": "application/json-patch+json"}
    return await api.ask("PATCH", f"Encounter/{id}", content=dump(document), headers=headers)


async def in_a_transaction(api: Api, who: str, **more: Any) -> Answer:
    entry = {"resource": visit(who, **more), "request": {"method": "POST", "url": "Encounter"}}
    return await api.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})


Way = Callable[..., Awaitable[Answer]]
WAYS = [created, updated, patched, in_a_transaction]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("base", ["", f"{BASE}/"])
async def test_each_that_leads_to_nothing_is_named(api: Api, way: Way, base: str) -> None:
    who = await api.create(records.patient())
    there = await api.create(visit(who))
    reply = await way(
        api,
        who,
        partOf={"reference": f"{base}Encounter/{there}"},
        appointment=[{"reference": f"{base}Appointment/{NOWHERE}"}],
        reasonReference=[
            {"display": "x"},
            {"reference": f"{base}Condition/{NOWHERE}/_history/1"},
        ],
    )
    assert (reply.status, reply.codes) == (422, ["not-found", "not-found"])
    root = "Bundle.entry[0].resource" if way is in_a_transaction else "Encounter"
    places = [f"{root}.appointment[0].reference", f"{root}.reasonReference[1].reference"]
    assert reply.places == places
    for issue in reply.json["issue"]:
        assert issue["details"]["coding"][0]["code"] == "reference-not-found"
    assert (await api.get(f"Encounter?appointment={NOWHERE}&_summary=count")).json["total"] == 0


@pytest.mark.parametrize("way", WAYS)
async def test_another_ward_s_record_is_as_nothing(api: Api, way: Way) -> None:
    who = await api.create(records.patient())
    foreign = await api.create(records.patient(), who=NEIGHBOUR)
    theirs = await api.create(visit(foreign), who=NEIGHBOUR)
    replies = [
        await way(api, who, partOf={"reference": f"Encounter/{id}"}) for id in (theirs, NOWHERE)
    ]
    assert [one.status for one in replies] == [422, 422]
    assert replies[0].said.replace(theirs, NOWHERE) == replies[1].said
    assert replies[0].places == replies[1].places


async def test_a_deleted_record_is_as_nothing(api: Api) -> None:
    who = await api.create(records.patient())
    gone = await api.create(visit(who))
    assert (await api.delete(f"Encounter/{gone}")).status == 204
    reply = await created(api, who, partOf={"reference": f"Encounter/{gone}"})
    assert (reply.status, reply.places) == (422, ["Encounter.partOf.reference"])


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"reference": "https://elsewhere.example/fhir/Encounter/1"},
        {"identifier": {"system": "urn:x", "value": "1"}, "type": "Encounter"},
        {"display": "x"},
    ],
)
async def test_what_is_not_of_this_server_is_not_looked_for(
    api: Api, elsewhere: dict[str, Any]
) -> None:
    who = await api.create(records.patient())
    assert (await created(api, who, partOf=elsewhere)).status == 201


async def test_a_client_with_the_power_may_store_what_leads_to_nothing(api: Api) -> None:
    reply = await api.post("Encounter", visit(NOWHERE), who=SYSTEM)
    assert reply.status == 201
