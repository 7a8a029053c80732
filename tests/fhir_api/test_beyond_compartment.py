"""Records outside R4's Patient compartment that say whose they are lie with that patient."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, OTHER_WARD, SYSTEM, Api

from auth.roles import CLINICAL
from ehr.fhir.resource import Resource
from ehr.search.patients import beyond

SERIAL = {"system": "urn:serial", "value": "0815"}
BODIES: dict[str, Resource] = {
    "Device": {"resourceType": "Device", "identifier": [SERIAL]},
    "Task": {"resourceType": "Task", "status": "requested", "intent": "order"},
    "GuidanceResponse": {
        "resourceType": "GuidanceResponse", "status": "success", "moduleUri": "urn:module"
    },
    "Contract": {"resourceType": "Contract", "status": "executed"},
    "Binary": {"resourceType": "Binary", "contentType": "text/plain", "data": "WGluIGNow6Bv"},
}  # fmt: skip
ELEMENT = {
    "Device": "patient", "Task": "for", "GuidanceResponse": "subject", "Contract": "subject",
    "Binary": "securityContext",
}  # fmt: skip
READABLE = sorted(set(BODIES) & CLINICAL)
SEARCHED = sorted(set(READABLE) - {"Binary"})


def of(kind: str, reference: str | None) -> Resource:
    """A record of a type, about what is referred to."""
    if reference is None:
        return dict(BODIES[kind])
    named: Any = {"reference": reference}
    return BODIES[kind] | {ELEMENT[kind]: [named] if kind == "Contract" else named}


async def refer(api: Api, patient: str) -> None:
    """Give the hospital one patient, as a referral does."""
    async with api.db.administration() as tx:
        now = datetime.now(UTC)
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', 'ServiceRequest/x', %s, %s"
            " FROM resource_directory WHERE id = %s",
            (now - timedelta(days=1), now + timedelta(days=1), patient),
        )


def test_the_types_are_those_that_the_definitions_name() -> None:
    assert beyond() == set(BODIES)


@pytest.mark.parametrize("kind", READABLE)
async def test_who_sees_what_the_system_wrote(api: Api, kind: str) -> None:
    patient = await api.create(records.patient())
    id = await api.create(of(kind, f"Patient/{patient}"), who=SYSTEM)
    path = f"{kind}/{id}"
    for place in (path, f"{path}/_history", f"{path}/_history/1"):
        assert (await api.get(place, who=NURSE)).status == 200
        assert (await api.get(place, who=None)).status == 401
        assert (await api.get(place, who=ANALYST)).status == 403
        for who in (NEIGHBOUR, OTHER_WARD, HOSPITAL):
            missing = await api.get(place.replace(id, "f" * 36), who=who)
            reply = await api.get(place, who=who)
            assert (reply.status, reply.body) == (404, missing.body)
    await refer(api, patient)
    assert (await api.get(path, who=HOSPITAL)).status == 200


@pytest.mark.parametrize("kind", SEARCHED)
async def test_who_finds_it(api: Api, kind: str) -> None:
    patient = await api.create(records.patient())
    other = await api.create(records.patient())
    id = await api.create(of(kind, f"Patient/{patient}"), who=SYSTEM)
    await api.create(of(kind, f"Patient/{other}"), who=SYSTEM)
    loose = await api.create(of(kind, None))
    for query in (f"patient=Patient/{patient}", f"patient={patient}"):
        path = f"{kind}?{query}&_total=accurate"
        mine = await api.get(path)
        assert (mine.ids, mine.json["total"]) == ([id], 1)
        theirs = await api.get(path, who=OTHER_WARD)
        assert (theirs.ids, theirs.json["total"]) == ([], 0)
        assert (await api.get(path, who=HOSPITAL)).ids == []
        assert (await api.get(path, who=ANALYST)).status == 403
        assert (await api.get(path, who=None)).status == 401
    assert (await api.get(f"{kind}?patient:missing=true")).ids == [loose]
    await refer(api, patient)
    assert (await api.get(f"{kind}?patient=Patient/{patient}", who=HOSPITAL)).ids == [id]
    assert (await api.get(kind, who=HOSPITAL)).status == 403
    everything = await api.get(f"Patient/{patient}/$everything")
    assert id in everything.ids
    assert loose not in everything.ids


@pytest.mark.parametrize("kind", READABLE)
async def test_what_a_hospital_writes_of_its_patient_is_the_ward_s_too(api: Api, kind: str) -> None:
    patient = await api.create(records.patient())
    await refer(api, patient)
    id = await api.create(of(kind, f"Patient/{patient}"), who=HOSPITAL)
    for who, status in ((HOSPITAL, 200), (NURSE, 200), (OTHER_WARD, 404)):
        assert (await api.get(f"{kind}/{id}", who=who)).status == status
    reply = await api.post(kind, of(kind, f"Patient/{patient}"), who=OTHER_WARD)
    assert (reply.status, reply.codes) == (422, ["not-found"])


@pytest.mark.parametrize("kind", sorted(BODIES))
async def test_without_a_patient_it_is_the_author_s(api: Api, kind: str) -> None:
    id = await api.create(of(kind, None), who=SYSTEM)
    assert (await api.get(f"{kind}/{id}", who=SYSTEM)).status == 200
    if kind in READABLE:
        assert (await api.get(f"{kind}/{id}")).status == 404
        own = await api.create(of(kind, None))
        for who, status in ((NURSE, 200), (OTHER_WARD, 404), (HOSPITAL, 404)):
            assert (await api.get(f"{kind}/{own}", who=who)).status == status


@pytest.mark.parametrize("kind", READABLE)
async def test_from_stock_to_a_patient_and_not_back(api: Api, kind: str) -> None:
    patient, other = [await api.create(records.patient()) for _ in range(2)]
    id = await api.create(of(kind, None), who=SYSTEM)
    assert (await api.get(f"{kind}/{id}")).status == 404
    given = of(kind, f"Patient/{patient}") | {"id": id}
    assert (await api.put(f"{kind}/{id}", given, who=SYSTEM)).status == 200
    for place in ("", "/_history", "/_history/1"):
        assert (await api.get(f"{kind}/{id}{place}")).status == 200
        assert (await api.get(f"{kind}/{id}{place}", who=OTHER_WARD)).status == 404
    if kind in SEARCHED:
        assert (await api.get(f"{kind}?patient=Patient/{patient}")).ids == [id]
    for reference in (f"Patient/{other}", None):
        for who in (NURSE, SYSTEM):
            moved = of(kind, reference) | {"id": id}
            reply = await api.put(f"{kind}/{id}", moved, who=who)
            assert (reply.status, reply.codes) == (422, ["business-rule"])


async def test_its_keys_go_with_it(api: Api) -> None:
    patient = await api.create(records.patient())
    id = await api.create(of("Device", None), who=SYSTEM)
    query = "Device?identifier=urn:serial|0815"
    assert (await api.get(query)).ids == []
    given = of("Device", f"Patient/{patient}") | {"id": id}
    await api.put(f"Device/{id}", given, who=SYSTEM)
    assert (await api.get(query)).ids == [id]
    assert (await api.get(query, who=OTHER_WARD)).ids == []


async def test_a_nurse_gives_a_device_of_the_ward(api: Api) -> None:
    patient = await api.create(records.patient())
    id = await api.create(of("Device", None))
    given = of("Device", f"Patient/{patient}") | {"id": id}
    assert (await api.put(f"Device/{id}", given)).status == 200
    assert (await api.get(f"Device?patient={patient}")).ids == [id]
    await refer(api, patient)
    assert (await api.get(f"Device/{id}/_history/1", who=HOSPITAL)).status == 200


@pytest.mark.parametrize("kind", READABLE)
async def test_a_merge_takes_it_along(api: Api, kind: str) -> None:
    source, target = [await api.create(records.patient()) for _ in range(2)]
    id = await api.create(of(kind, f"Patient/{source}"))
    both = {"resourceType": "Parameters", "parameter": [
        {"name": f"{name}-patient", "valueReference": {"reference": f"Patient/{one}"}}
        for name, one in (("source", source), ("target", target))
    ]}  # fmt: skip
    for operation, owner in (("$merge", target), ("$merge-undo", source)):
        reply = await api.post(f"Patient/{operation}", both, who=SYSTEM)
        assert reply.status == 200, reply.body
        found = await api.get(f"{kind}/{id}")
        assert found.json[ELEMENT[kind]] == {"reference": f"Patient/{owner}"}
        assert id in (await api.get(f"Patient/{owner}/$everything")).ids


def document(patient: str, *security: dict[str, str]) -> Resource:
    return {
        "resourceType": "DocumentReference", "status": "current",
        "meta": {"security": list(security)} if security else {"tag": [{"code": "x"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": {"contentType": "text/plain"}}],
    }  # fmt: skip


async def test_a_binary_lies_with_what_stands_for_it(api: Api) -> None:
    patient = await api.create(records.patient())
    shown = await api.create(document(patient), who=SYSTEM)
    id = await api.create(of("Binary", f"DocumentReference/{shown}"), who=SYSTEM)
    for who, status in ((NURSE, 200), (OTHER_WARD, 404), (HOSPITAL, 404), (None, 401)):
        assert (await api.get(f"Binary/{id}", who=who)).status == status


async def test_a_binary_has_the_labels_of_what_stands_for_it(api: Api) -> None:
    patient = await api.create(records.patient())
    restricted = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"
    }  # fmt: skip
    hidden = await api.create(document(patient, restricted), who=SYSTEM)
    id = await api.create(of("Binary", f"DocumentReference/{hidden}"), who=SYSTEM)
    for path in (f"DocumentReference/{hidden}", f"Binary/{id}"):
        assert (await api.get(path)).status == 404
        assert (await api.get(path, who=SYSTEM)).status == 200


async def test_a_binary_before_its_document_in_one_transaction(api: Api) -> None:
    patient = await api.create(records.patient())
    urn = "urn:uuid:8a1b6f0e-5d0a-4a55-9b53-2a51a4b4b001"
    entries = [("Binary", None, of("Binary", urn)), ("DocumentReference", urn, document(patient))]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": resource, "request": {"method": "POST", "url": kind}}
        | ({"fullUrl": url} if url else {})
        for kind, url, resource in entries
    ]}  # fmt: skip
    reply = await api.post("", bundle, who=SYSTEM)
    assert reply.status == 200, reply.body
    place = reply.json["entry"][0]["response"]["location"].split("/_history")[0]
    path = place.rpartition("/fhir/")[2]
    assert (await api.get(path)).status == 200
    assert (await api.get(path, who=OTHER_WARD)).status == 404
