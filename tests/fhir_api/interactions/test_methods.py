"""Which verb made each version, as the histories of a record, its type and the system tell it."""

import base64
from typing import Any

import pytest
from fixtures import merging, records
from fixtures.callers import EVERY_RIGHT
from fixtures.fhir import SYSTEM, Answer, Api

from ehr.access import Access
from ehr.fhir.resource import dump
from ehr.fhir.validate import check

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
KNOWN = {"system": CCCD, "value": "099058000021"}
CRITERIA = f"identifier={CCCD}|{KNOWN['value']}"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}

Told = list[tuple[str, str, str, str]]
"""(method, url, status, etag) of each entry, newest first."""


def told(reply: Answer, path: str) -> Told:
    assert reply.status == 200, reply.body
    assert check(reply.json) == []
    return [
        (
            entry["request"]["method"],
            entry["request"]["url"],
            entry["response"]["status"],
            entry["response"]["etag"],
        )
        for entry in reply.entries
        if entry["fullUrl"].endswith(path)
    ]


async def everywhere(api: Api, path: str, who: str = SYSTEM) -> Told:
    """What all three histories tell of one record, which is the same."""
    found = told(await api.get(f"{path}/_history", who=who), path)
    kind = path.partition("/")[0]
    for history in (f"{kind}/_history", "_history"):
        assert told(await api.get(history, who=who), path) == found
    return found


@pytest.mark.proves("interactions/history-instance", "interactions/history-type")
@pytest.mark.proves("interactions/history-system")
async def test_each_version_is_told_by_its_verb(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    await api.put(path, made.json)
    await api.ask("PATCH", path, content=b'{"gender":"female"}', headers=MERGE_PATCH)
    await api.delete(path)
    back = await api.put(path, made.json)
    assert (back.status, back.headers["etag"]) == (201, 'W/"5"')
    assert await everywhere(api, path) == [
        ("PUT", path, "201", 'W/"5"'),
        ("DELETE", path, "204", 'W/"4"'),
        ("PATCH", path, "200", 'W/"3"'),
        ("PUT", path, "200", 'W/"2"'),
        ("POST", "Patient", "201", 'W/"1"'),
    ]
    times = [one["response"]["lastModified"] for one in (await api.get(f"{path}/_history")).entries]
    assert times == sorted(times, reverse=True)
    assert times[0] == back.json["meta"]["lastUpdated"]


async def test_conditional_writes(api: Api) -> None:
    """No criteria are told: they may say who somebody is."""
    person = records.patient() | {"identifier": [KNOWN]}
    made = await api.put(f"Patient?{CRITERIA}", person)
    assert made.status == 201
    path = f"Patient/{made.json['id']}"
    assert (await api.put(f"Patient?{CRITERIA}", person)).status == 200
    patch = await api.ask(
        "PATCH", f"Patient?{CRITERIA}", content=b'{"gender":"female"}', headers=MERGE_PATCH
    )
    assert patch.status == 200
    again = await api.post("Patient", person, headers={"If-None-Exist": CRITERIA})
    assert again.status == 200
    assert (await api.delete(f"Patient?{CRITERIA}")).status == 204
    assert await everywhere(api, path) == [
        ("DELETE", path, "204", 'W/"4"'),
        ("PATCH", path, "200", 'W/"3"'),
        ("PUT", path, "200", 'W/"2"'),
        ("PUT", path, "201", 'W/"1"'),
    ]


async def test_an_id_that_the_client_chose(api: Api) -> None:
    path = "Organization/chosen"
    body = {"resourceType": "Organization", "id": "chosen", "name": "A"}
    assert (await api.put(path, body, who=SYSTEM)).status == 201
    assert await everywhere(api, path) == [("PUT", path, "201", 'W/"1"')]


def entry(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    content = {"resource": resource} if resource else {}
    return {**content, "request": {"method": method, "url": url, **request}}


def patched(document: Any) -> dict[str, Any]:
    return {
        "resourceType": "Binary",
        "contentType": "application/merge-patch+json",
        "data": base64.b64encode(dump(document)).decode(),
    }


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_entries_of_bundles(api: Api, kind: str) -> None:
    async def send(*entries: dict[str, Any]) -> Answer:
        bundle = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
        reply = await api.post("", bundle)
        assert reply.status == 200, reply.body
        return reply

    person = records.patient() | {"identifier": [KNOWN]}
    first = await send(
        entry("POST", "Patient", records.patient()), entry("PUT", f"Patient?{CRITERIA}", person)
    )
    one, other = (each["response"]["location"].rpartition("/_history")[0] for each in first.entries)
    await send(
        entry("PATCH", one, patched({"gender": "female"})),
        entry("PATCH", f"Patient?{CRITERIA}", patched({"gender": "other"})),
    )
    await send(entry("DELETE", one), entry("DELETE", f"Patient?{CRITERIA}"))
    await send(entry("PUT", one, {**records.patient(), "id": one.rpartition("/")[2]}))
    assert await everywhere(api, one) == [
        ("PUT", one, "201", 'W/"4"'),
        ("DELETE", one, "204", 'W/"3"'),
        ("PATCH", one, "200", 'W/"2"'),
        ("POST", "Patient", "201", 'W/"1"'),
    ]
    assert await everywhere(api, other) == [
        ("DELETE", other, "204", 'W/"3"'),
        ("PATCH", other, "200", 'W/"2"'),
        ("PUT", other, "201", 'W/"1"'),
    ]


async def test_meta_operations_make_no_version_and_leave_its_verb(api: Api) -> None:
    made = await api.create(records.patient())
    path = f"Patient/{made}"
    await api.ask("PATCH", path, content=b'{"gender":"female"}', headers=MERGE_PATCH)
    tag = {"tag": [{"system": "urn:x", "code": "y"}]}
    body = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": tag}]}
    for name in ("$meta-add", "$meta-delete"):
        assert (await api.post(f"{path}/{name}", body)).status == 200
        assert [one[0] for one in await everywhere(api, path)] == ["PATCH", "POST"]


async def test_what_a_merge_changes_is_told_as_updates(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await merging.appoint(api, monkeypatch)
    made = await merging.made(api)
    assert (await merging.ask(api, "$merge", made)).status == 200
    for path in (
        f"Patient/{made['source']}", f"Patient/{made['target']}", f"Observation/{made['weight']}",
    ):  # fmt: skip
        assert await everywhere(api, path) == [
            ("PUT", path, "200", 'W/"2"'),
            ("POST", path.partition("/")[0], "201", 'W/"1"'),
        ]


async def test_versions_from_before_are_told_by_what_they_are(api: Api) -> None:
    """Of rows that were stored before the verb was kept."""
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    await api.ask("PATCH", path, content=b'{"gender":"female"}', headers=MERGE_PATCH)
    await api.delete(path)
    everyone = Access(account=12, client="system", rights=EVERY_RIGHT, every_ward=True)
    async with api.db.transaction(everyone) as tx:
        assert await tx.execute("UPDATE resource SET method = 0") == 1
    assert [one[0] for one in await everywhere(api, path)] == ["DELETE", "PATCH", "POST"]
    back = await api.put(path, made.json)
    async with api.db.transaction(everyone) as tx:
        await tx.execute("UPDATE resource SET method = 0")
    assert back.status == 201
    assert [one[0] for one in await everywhere(api, path)] == ["PUT", "DELETE", "PATCH", "POST"]
