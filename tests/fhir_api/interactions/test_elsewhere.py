"""How often a caller may be told that somebody is known in another ward."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, NURSE, OTHER_WARD, SYSTEM, Answer, Api

from ehr.care import duplicates

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
LIMIT = 3


def person(number: str) -> dict[str, Any]:
    return records.patient() | {"identifier": [{"system": CCCD, "value": number}]}


async def ask(api: Api, number: str, *, who: str = NURSE, way: str = "create") -> Answer:
    """Register somebody in one of the ways that tell."""
    criteria = f"identifier={CCCD}|{number}"
    if way == "create":
        return await api.post(
            "Patient", person(number), who=who, headers={"If-None-Exist": criteria}
        )
    if way == "update":
        return await api.put(f"Patient?{criteria}", person(number), who=who)
    request = {"method": "POST", "url": "Patient", "ifNoneExist": criteria}
    entry = {"resource": person(number), "request": request}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    return await api.post("", bundle, who=who)


@pytest.mark.parametrize("way", ["create", "update", "transaction"])
async def test_so_often_and_then_neither_yes_nor_no(api: Api, way: str) -> None:
    duplicates.limit(LIMIT)
    known = "099058000021"
    assert (await ask(api, known, who=NEIGHBOUR)).status == 201
    for _ in range(LIMIT):
        reply = await ask(api, known, way=way)
        assert (reply.status, reply.codes) == (412, ["duplicate"])
    for number in (known, "099058000099"):
        reply = await ask(api, number, way=way)
        assert (reply.status, reply.codes) == (429, ["throttled"])
        assert int(reply.headers["retry-after"]) > 60
    # The others, what tells nothing, and who sees every ward anyway, go on.
    assert (await ask(api, known, who=OTHER_WARD, way=way)).status == 412
    assert (await api.post("Patient", person("099058000098"))).status == 201
    assert (await ask(api, known, who=SYSTEM)).status == 200


async def test_who_is_not_known_elsewhere_is_not_counted(api: Api) -> None:
    duplicates.limit(LIMIT)
    for number in range(LIMIT * 3):
        assert (await ask(api, f"0990580001{number:02}")).status == 201


@pytest.mark.parametrize("born", [None, "1958", "1958-05", "1958-05-02"])
async def test_only_number_and_whole_birth_date_together_tell(api: Api, born: str | None) -> None:
    known = "099058000021"
    assert (await ask(api, known, who=NEIGHBOUR)).status == 201
    body = person(known) | {"birthDate": born}
    headers = {"If-None-Exist": f"identifier={CCCD}|{known}"}
    sent = {name: value for name, value in body.items() if value is not None}
    assert (await api.post("Patient", sent, headers=headers)).status == 201


def made_again(number: str, id: str) -> dict[str, Any]:
    """Somebody is deleted and created once more under the same number."""
    unless = {"method": "POST", "url": "Patient", "ifNoneExist": f"identifier={CCCD}|{number}"}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": person(number), "request": unless},
            {"request": {"method": "DELETE", "url": f"Patient/{id}"}},
        ],
    }


async def test_who_is_deleted_in_the_same_transaction_is_not_elsewhere(api: Api) -> None:
    id = await api.create(person("099058000031"))
    reply = await api.post("", made_again("099058000031", id))
    assert [one["response"]["status"][:3] for one in reply.entries] == ["201", "204"]


async def test_who_is_elsewhere_too_is_told_all_the_same(api: Api) -> None:
    number = "099058000032"
    id = await api.create(person(number))
    await api.create(person(number), who=NEIGHBOUR)
    reply = await api.post("", made_again(number, id))
    assert (reply.status, reply.codes) == (412, ["duplicate"])
    assert (await api.get(f"Patient/{id}")).status == 200


async def test_one_s_own_deletion_hides_nobody_of_another_ward(api: Api) -> None:
    """Deleting somebody with another number takes nothing from the count."""
    theirs = await api.create(person("099058000033"), who=NEIGHBOUR)
    id = await api.create(person("099058000034"))
    reply = await api.post("", made_again("099058000033", id))
    assert (reply.status, reply.codes) == (412, ["duplicate"])
    assert (await api.post("", made_again("099058000033", theirs))).status == 404


async def test_no_limit(api: Api) -> None:
    duplicates.limit(0)
    known = "099058000021"
    await ask(api, known, who=NEIGHBOUR)
    for _ in range(5):
        assert (await ask(api, known)).status == 412
