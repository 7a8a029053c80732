"""What criteria in a transaction find depends on what the same transaction deletes."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, Api

from ehr.fhir.resource import Resource

ONCE = "identifier=http://lab.example/number|7"


def finding(who: str) -> Resource:
    number = {"system": "http://lab.example/number", "value": "7"}
    return records.observation(who) | {"identifier": [number]}


def replaced(who: str, id: str) -> Resource:
    """The create stands first: deletions come before it all the same."""
    create = {"method": "POST", "url": "Observation", "ifNoneExist": ONCE}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": finding(who), "request": create},
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
