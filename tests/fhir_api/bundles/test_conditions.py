"""What criteria in a transaction find depends on what the same transaction deletes and makes."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, Api

from ehr.fhir.resource import Resource

ONCE = "identifier=http://lab.example/number|7"
CREATE: Resource = {"method": "POST", "url": "Observation", "ifNoneExist": ONCE}
UPDATE: Resource = {"method": "PUT", "url": f"Observation?{ONCE}"}


def finding(who: str) -> Resource:
    number = {"system": "http://lab.example/number", "value": "7"}
    return records.observation(who) | {"identifier": [number]}


def replaced(who: str, id: str) -> Resource:
    """The create stands first: deletions come before it all the same."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": finding(who), "request": CREATE},
            {"request": {"method": "DELETE", "url": f"Observation/{id}"}},
        ],
    }


@pytest.mark.proves("interactions/conditional-create")
async def test_what_is_deleted_is_no_match_of_a_create(api: Api) -> None:
    who = await api.create(records.patient())
    id = await api.create(finding(who))
    reply = await api.post("", replaced(who, id))
    assert [one["response"]["status"][:3] for one in reply.entries] == ["201", "204"]
    assert (await api.get(f"Observation/{id}")).status == 410
    (found,) = (await api.get(f"Observation?{ONCE}")).entries
    assert reply.entries[0]["fullUrl"] == found["fullUrl"]


async def test_of_two_matches_the_one_that_stays_is_found(api: Api) -> None:
    who = await api.create(records.patient())
    id, other = [await api.create(finding(who)) for _ in range(2)]
    reply = await api.post("", replaced(who, id))
    assert [one["response"]["status"][:3] for one in reply.entries] == ["200", "204"]
    assert reply.entries[0]["response"]["location"] == f"Observation/{other}/_history/1"


async def test_nothing_of_another_ward_is_deleted_or_told(api: Api) -> None:
    who = await api.create(records.patient())
    id = await api.create(finding(who))
    stranger = await api.create(records.patient(), who=NEIGHBOUR)
    assert (await api.post("", replaced(stranger, id), who=NEIGHBOUR)).status == 404
    for caller, status in ((None, 401), (ANALYST, 403)):
        assert (await api.post("", replaced(who, id), who=caller)).status == status
    assert (await api.get(f"Observation/{id}")).status == 200


@pytest.mark.proves("interactions/conditional-update")
@pytest.mark.parametrize(
    ("requests", "refused", "then"),
    [((CREATE, UPDATE), 1, 200), ((UPDATE, CREATE), 0, 200), ((UPDATE, UPDATE), 1, 400)],
)
async def test_what_criteria_make_is_not_changed_again(
    api: Api, requests: tuple[Resource, ...], refused: int, then: int
) -> None:
    """Nothing matches before; after the first of them one would (R4: identities overlap)."""
    who = await api.create(records.patient())
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": finding(who), "request": one} for one in requests],
    }
    reply = await api.post("", bundle)
    assert (reply.status, reply.codes) == (400, ["value"])
    assert reply.places == [f"Bundle.entry[{refused}].request.url"]
    assert (await api.get("Observation?_summary=count")).json["total"] == 0
    # Once it is there, finding it is no change.
    await api.create(finding(who))
    assert (await api.post("", bundle)).status == then


async def test_criteria_do_not_see_what_the_same_transaction_creates(api: Api) -> None:
    who = await api.create(records.patient())
    plain = {"method": "POST", "url": "Observation"}
    entries = [{"resource": finding(who), "request": request} for request in (plain, UPDATE)]
    reply = await api.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert [one["response"]["status"][:3] for one in reply.entries] == ["201", "201"]
    assert len((await api.get(f"Observation?{ONCE}")).entries) == 2
