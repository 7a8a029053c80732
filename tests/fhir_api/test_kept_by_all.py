"""The directory and definitions count for everybody: who may write them, and whom they reach."""

from typing import Any
from urllib.parse import quote

import pytest
from fixtures import callers
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, SYSTEM, Api

from ehr.db import Database
from ehr.errors import Forbidden
from ehr.fhir.resource import Resource
from ehr.search.shared import SHARED_TYPES

GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
SEX = "http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v3"
RESTRICTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"
}  # fmt: skip
BODIES: dict[str, Resource] = {
    "ValueSet": {"resourceType": "ValueSet", "url": GENDERS, "status": "active", "compose": {
        "include": [{"system": GENDER, "concept": [{"code": "female"}]}]}},
    "CodeSystem": {"resourceType": "CodeSystem", "url": GENDER, "status": "active",
        "content": "complete", "concept": [{"code": "female", "display": "Nữ"}]},
    "ConceptMap": {"resourceType": "ConceptMap", "url": SEX, "status": "active", "group": [{
        "source": GENDER, "target": "urn:own", "element": [
            {"code": "male", "target": [{"code": "m", "equivalence": "equal"}]}]}]},
    "StructureDefinition": {"resourceType": "StructureDefinition", "url": "urn:profile",
        "name": "P", "status": "draft", "kind": "resource", "abstract": False, "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": {"element": [{"id": "Patient", "path": "Patient"}]}},
    "SearchParameter": {"resourceType": "SearchParameter", "url": "urn:parameter", "name": "p",
        "status": "draft", "description": "x", "code": "p", "base": ["Patient"], "type": "string",
        "expression": "Patient.language"},
    "Organization": {"resourceType": "Organization", "name": "Trạm Y tế"},
    "Questionnaire": {"resourceType": "Questionnaire", "status": "active"},
}  # fmt: skip
TAGGED = {"resourceType": "Parameters", "parameter": [
    {"name": "meta", "valueMeta": {"tag": [{"system": "urn:x", "code": "a"}]}}]}  # fmt: skip
WRITES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "create": ("POST", "{kind}", {"body": "resource"}),
    "update": ("PUT", "{kind}/{id}", {"body": "resource"}),
    "patch": ("PATCH", "{kind}/{id}", {
        "content": b'[{"op":"add","path":"/language","value":"vi"}]',
        "headers": {"Content-Type": "application/json-patch+json"}}),
    "conditional update": ("PUT", "{kind}?_id={id}", {"body": "resource"}),
    "delete": ("DELETE", "{kind}/{id}", {}),
    "meta-add": ("POST", "{kind}/{id}/$meta-add", {"body": TAGGED}),
    "meta-delete": ("POST", "{kind}/{id}/$meta-delete", {"body": TAGGED}),
}  # fmt: skip
"""Name → method, path and what is sent."""


def test_the_table_is_of_shared_types() -> None:
    assert set(BODIES) <= SHARED_TYPES


@pytest.mark.parametrize("how", WRITES)
@pytest.mark.parametrize("kind", BODIES)
async def test_only_a_client_of_every_ward_writes_them(api: Api, kind: str, how: str) -> None:
    """A hospital may hold every type, for its patients' records: it must not rename a ward."""
    method, path, sent = WRITES[how]
    id = await api.create(BODIES[kind], who=SYSTEM)
    before = (await api.get(f"{kind}/{id}", who=SYSTEM)).body
    if sent.get("body") == "resource":
        sent = {"body": BODIES[kind] | {"id": id, "language": "vi"}}
    url = path.format(kind=kind, id=id)
    for who, status in ((None, 401), (NURSE, 403), (ANALYST, 403), (HOSPITAL, 403)):
        reply = await api.ask(method, url, who=who, **sent)
        assert reply.status == status, (who, reply.body)
        assert reply.codes
    assert (await api.get(f"{kind}/{id}", who=SYSTEM)).body == before
    assert (await api.ask(method, url, who=SYSTEM, **sent)).status in (200, 201, 204)


async def test_nor_as_entries_of_a_bundle(api: Api) -> None:
    id = await api.create(BODIES["ValueSet"], who=SYSTEM)
    entry = {
        "resource": BODIES["ValueSet"] | {"id": id, "name": "mine"},
        "request": {"method": "PUT", "url": f"ValueSet/{id}"},
    }
    for kind in ("transaction", "batch"):
        bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
        reply = await api.post("", bundle, who=HOSPITAL)
        if kind == "batch":
            assert reply.json["entry"][0]["response"]["status"].startswith("403")
        else:
            assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert "name" not in (await api.get(f"ValueSet/{id}", who=SYSTEM)).json


@pytest.mark.parametrize("access", [callers.clinician(), callers.several(1, 2), callers.hospital()])
async def test_the_database_keeps_them_too(db: Database, access: Any) -> None:
    insert = (
        "INSERT INTO resource (bucket, rid, rtype, id, version, ward, label, lu, deleted, fmt,"
        " content) VALUES (0, %s, 1, %s, 1, -1, 0, now(), false, 0, '')"
    )
    async with db.transaction(callers.system()) as tx:
        await tx.execute(insert, (1, "a"))
    async with db.transaction(access) as tx:
        assert await tx.fetch("SELECT id FROM resource WHERE ward = -1") == [("a",)]
        assert await tx.fetch("UPDATE resource SET deleted = true RETURNING id") == []
        assert await tx.fetch("SELECT id FROM resource FOR UPDATE") == []
    with pytest.raises(Forbidden):
        async with db.transaction(access) as tx:
            await tx.execute(insert, (2, "b"))


async def codes(api: Api, **how: Any) -> list[str]:
    reply = await api.get(f"ValueSet/$expand?url={quote(GENDERS)}", **how)
    assert reply.status == 200, reply.body
    return [one["code"] for one in reply.json["expansion"]["contains"]]


async def test_a_definition_reaches_those_who_may_see_it(api: Api) -> None:
    """One with a label that the caller does not hold is as if it were not stored."""
    hidden = BODIES["ValueSet"] | {"meta": {"security": [RESTRICTED]}}
    await api.create(hidden, who=SYSTEM)
    assert await codes(api, who=SYSTEM) == ["female"]
    for who in (NURSE, HOSPITAL):
        assert await codes(api, who=who) == ["male", "female", "other", "unknown"]
    path = f"Patient?gender:in={quote(GENDERS)}"
    man = await api.create({"resourceType": "Patient", "gender": "male"})
    assert (await api.get(path)).ids == [man]
    assert man not in (await api.get(path, who=SYSTEM)).ids


async def test_a_code_system_and_a_map_reach_those_who_may_see_them(api: Api) -> None:
    for kind in ("CodeSystem", "ConceptMap"):
        await api.create(BODIES[kind] | {"meta": {"security": [RESTRICTED]}}, who=SYSTEM)
    look_up = f"CodeSystem/$lookup?system={GENDER}&code=female&property=x"
    translate = f"ConceptMap/$translate?url={SEX}&system={GENDER}&code=male"
    for path, word in ((look_up, "Nữ"), (translate, "urn:own")):
        assert word in (await api.get(path, who=SYSTEM)).body.decode()
        for who in (NURSE, HOSPITAL):
            reply = await api.get(path, who=who)
            assert reply.status == 200
            assert word not in reply.body.decode()
