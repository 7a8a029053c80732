"""Transactions that are none, and entries that lead elsewhere: refused whole, each by its place."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import SYSTEM, Api

from ehr.fhir.resource import Resource

WHO = "urn:uuid:3f1b1a1e-0000-4000-8000-000000000001"


def entry(
    method: str, url: str, resource: Resource | None = None, full_url: str | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {"fullUrl": full_url} if full_url else {}
    if resource is not None:
        found["resource"] = resource
    return found | {"request": {"method": method, "url": url}}


def transaction(*entries: Any) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


async def stored(api: Api) -> int:
    return int((await api.get("Patient?_summary=count", who=SYSTEM)).json["total"])


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/Patient", "https://127.0.0.1:8000/fhir/Patient", "//evil/Patient",
        "../Patient", "Patient/../Patient", "///Patient", "/../Patient", "Patient//1",
        "./Patient", "\\Patient", "Patient/%2e%2e", "file:///etc/passwd", "", "Patient/a b",
        "Patient/" + "x" * 65, "Patient/_search", "Patient#x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_urls_lead_nowhere_else(api: Api, url: str, method: str) -> None:
    resource = records.patient() if method == "POST" else None
    reply = await api.post("", transaction(entry(method, url, resource)))
    assert reply.status in {400, 404, 405}
    assert reply.places[0].startswith("Bundle.entry[0]")
    assert await stored(api) == 0


@pytest.mark.parametrize(
    "bad",
    [
        7,
        {},
        {"request": {}},
        {"request": {"method": "POST", "url": "Patient"}},
        {"request": {"method": "FROB", "url": "Patient"}},
        {"request": {"method": "PATCH", "url": "Patient/1"}, "resource": {}},
        {"request": {"method": "POST", "url": 7}, "resource": {}},
        {"request": {"method": "GET", "url": "Patient/1", "ifNoneMatch": 7}},
        {"request": {"method": "GET", "url": "Patient/1", "ifModifiedSince": "noon"}},
        {"fullUrl": 7, "request": {"method": "GET", "url": "Patient/1"}},
        {"request": {"method": "POST", "url": "Patient"}, "resource": [1]},
        {"request": {"method": "POST", "url": "Person"}, "resource": {"resourceType": "Patient"}},
        {"request": {"method": "PUT", "url": "Patient/1"}, "resource": {"resourceType": "Patient"}},
        {
            "request": {"method": "PUT", "url": "Patient?x=1"},
            "resource": {"resourceType": "Patient"},
        },
        {"request": {"method": "DELETE", "url": "metadata"}},
    ],
)
async def test_entries_that_are_none_are_named(api: Api, bad: Any) -> None:
    good = entry("POST", "Patient", records.patient())
    reply = await api.post("", transaction(good, bad))
    assert reply.status in {400, 405}
    assert reply.places[0].startswith("Bundle.entry[1]")
    assert await stored(api) == 0


@pytest.mark.parametrize(
    "bundle",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle", "type": "transaction", "entry": {}},
        {"resourceType": "Bundle", "type": "transaction", "entry": "x"},
    ],
)
async def test_what_is_no_transaction_is_refused(api: Api, bundle: Resource) -> None:
    reply = await api.post("", bundle)
    assert reply.status == 400
    assert reply.places[0].startswith("Bundle.")


async def test_nothing_is_named_twice(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    twice = transaction(entry("PUT", path, made.json), entry("DELETE", path))
    assert (await api.post("", twice)).places == ["Bundle.entry[1].request.url"]
    same = transaction(
        entry("POST", "Patient", records.patient(), WHO),
        entry("POST", "Patient", records.patient(), WHO),
    )
    assert (await api.post("", same)).places == ["Bundle.entry[1].fullUrl"]
    assert await stored(api) == 1


async def test_too_many_entries_are_refused(api: Api) -> None:
    reply = await api.post("", transaction(*[7] * 5001))
    assert (reply.status, reply.codes) == (413, ["too-long"])


UNKNOWN = "urn:uuid:3f1b1a1e-0000-4000-8000-00000000000f"


async def test_an_entry_that_is_referred_to_must_be_there(api: Api) -> None:
    visit = records.encounter("Patient/x") | {"subject": {"reference": UNKNOWN}}
    reply = await api.post("", transaction(entry("POST", "Encounter", visit)))
    assert (reply.status, reply.codes) == (422, ["not-found"])
    assert reply.places == ["Bundle.entry[0].resource.subject.reference"]


async def test_outside_a_transaction_no_entry_can_be_referred_to(api: Api) -> None:
    visit = records.encounter("Patient/x") | {"subject": {"reference": UNKNOWN}}
    reply = await api.post("Encounter", visit)
    assert (reply.status, reply.codes) == (422, ["not-found"])
    assert reply.places == ["Encounter.subject.reference"]


async def test_a_stored_bundle_keeps_the_references_between_its_entries(api: Api) -> None:
    visit = records.encounter("Patient/x") | {"subject": {"reference": WHO}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": WHO, "resource": records.patient()}, {"resource": visit}],
    }
    reply = await api.post("Bundle", bundle)
    assert reply.status == 201
