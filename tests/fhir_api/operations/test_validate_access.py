"""$validate by those who may not, or not all of it: nothing is told that is not theirs."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, Api
from fixtures.validating import NOWHERE, VALID, told


@pytest.mark.parametrize("who", [NEIGHBOUR, HOSPITAL])
async def test_another_ward_s_record_is_as_if_not_there(api: Api, who: str) -> None:
    id = await api.create(records.patient())
    for path in ("Patient/{}/$validate", "Patient/{}/$validate?mode=update"):
        replies = [
            await api.post(path.format(one), records.patient() | {"id": one}, who=who)
            for one in (id, NOWHERE)
        ]
        assert replies[0].status == replies[1].status
        assert replies[0].body == replies[1].body
        assert replies[0].codes == (
            ["forbidden"] if who == HOSPITAL and "=" in path else ["not-found"]
        )
    visit = [
        await api.post("Encounter/$validate?mode=create", records.encounter(one), who=who)
        for one in (id, NOWHERE)
    ]
    assert told(visit[0]) == told(visit[1]) == ["error not-found Encounter.subject.reference"]


@pytest.mark.parametrize(("who", "status"), [(None, 401), (ANALYST, 403)])
async def test_those_without_rights_are_refused(api: Api, who: str | None, status: int) -> None:
    reply = await api.post("Patient/$validate", records.patient(), who=who)
    assert reply.status == status


async def test_the_scopes_decide(api: Api) -> None:
    id = await api.create(records.patient())
    scope = "openid user/Patient.r"
    assert told(await api.post("Patient/$validate", records.patient(), scope=scope)) == VALID
    for path, body in (
        ("Patient/$validate?mode=create", records.patient()),
        (f"Patient/{id}/$validate?mode=update", records.patient() | {"id": id}),
        (f"Patient/{id}/$validate?mode=delete", None),
    ):
        assert told(await api.post(path, body, scope=scope)) == ["error forbidden"]
    reply = await api.post("Basic/$validate", {"resourceType": "Basic"}, scope=scope)
    assert (reply.status, reply.codes) == (403, ["forbidden"])
    writer = "openid user/Patient.cu"
    assert (await api.get(f"Patient/{id}/$validate", scope=writer)).status == 403
    changed = records.patient() | {"id": id}
    path = f"Patient/{id}/$validate?mode=update"
    assert told(await api.post(path, changed, scope=writer)) == VALID


async def test_nobody_learns_of_what_they_may_not_read(api: Api) -> None:
    """Whether a patient exists is not told to who may write visits and read none."""
    id = await api.create(records.patient())
    scope = "openid user/Encounter.r"
    for one in (id, NOWHERE):
        reply = await api.post("Encounter/$validate", records.encounter(one), scope=scope)
        assert told(reply) == VALID
