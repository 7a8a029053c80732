"""Every operation on records, asked by those who may not: a new one is a line in a table."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, Answer, Api

from ehr.embedded import Embedded
from ehr.fhir.identifiers import CCCD
from ehr.fhir.resource import Resource
from fhir_api.operations.registry import OPERATIONS


def given(*parts: dict[str, Any]) -> Resource:
    """A Parameters resource."""
    return {"resourceType": "Parameters", "parameter": list(parts)}


TAGGED = given({"name": "meta", "valueMeta": {"tag": [{"system": "urn:x", "code": "a"}]}})
INSTANCE: dict[str, tuple[str, Resource | None]] = {
    "Patient/{patient}/$everything": ("GET", None),
    "Encounter/{visit}/$everything": ("GET", None),
    "Observation/{weight}/$diff": ("GET", None),
    "Observation/{weight}/$meta": ("GET", None),
    "Observation/{weight}/$meta-add": ("POST", TAGGED),
    "Observation/{weight}/$validate": ("GET", None),
    "Observation/{weight}/$validate?mode=delete": ("POST", None),
    "Observation/{weight}/$meta-delete": ("POST", TAGGED),
}
"""Operations on one record: path → method and body."""

NAMED = records.patient() | {"identifier": [{"system": CCCD, "value": "001058000001"}]}
OTHER: dict[str, tuple[str, Resource | None]] = {
    "Observation/$lastn?patient={patient}": ("GET", None),
    "Observation/$stats?subject=Patient/{patient}&code=29463-7&statistic=count": ("GET", None),
    "Patient/$match": ("POST", NAMED),
    "$diff?from=Observation/{weight}&to=Observation/{weight}": ("GET", None),
}
"""Operations that find records by what they are asked: they find none that is not the caller's."""
ALL = INSTANCE | OTHER
ELSEWHERE = {
    **dict.fromkeys(("merge", "merge-undo"), "test_merge.py"),
    **dict.fromkeys(("expand", "lookup", "subsumes", "translate"), "test_terminology.py"),
    **{"validate-code": "test_terminology.py", "reindex": "test_reindex.py"},
    "versions": "test_versions.py",
}
"""Operations with callers of their own, or for everybody → where they are asked."""


def test_every_operation_is_asked_by_those_who_may_not() -> None:
    asked = {re.findall(r"\$([\w-]+)", path)[0] for path in ALL}
    assert asked | ELSEWHERE.keys() == {one.name for one in OPERATIONS}
    for name, file in ELSEWHERE.items():
        assert f"${name}" in (Path(__file__).parent / file).read_text()


async def made(api: Api) -> dict[str, str]:
    """A resident with a visit in the ward of the nurse."""
    patient = await api.create(NAMED)
    visit = await api.create(records.encounter(patient))
    weight = await api.create(records.observation(patient, visit))
    return {"patient": patient, "visit": visit, "weight": weight}


@pytest.fixture
async def ids(api: Api) -> dict[str, str]:
    """The ids that stand in the table."""
    return await made(api)


Ask = Callable[[str, str | None], Awaitable[Answer]]


@pytest.fixture
def ask(api: Api, ids: dict[str, str]) -> Ask:
    """Ask a path of the table as somebody, of the ids of the fixture or of ids that are not."""

    async def asked(path: str, who: str | None) -> Answer:
        method, body = ALL[path]
        return await api.ask(method, path.format(**ids), who=who, body=body)

    return asked


@pytest.mark.parametrize("path", ALL)
async def test_nobody_is_asked_for_a_token(ask: Ask, path: str) -> None:
    reply = await ask(path, None)
    assert (reply.status, reply.codes) == (401, ["login"])
    assert "www-authenticate" in reply.headers


@pytest.mark.parametrize("path", ALL)
async def test_the_city_s_analyst_is_refused(ask: Ask, path: str) -> None:
    reply = await ask(path, ANALYST)
    assert (reply.status, reply.codes) == (403, ["forbidden"])


@pytest.mark.parametrize("who", [NEIGHBOUR, HOSPITAL])
@pytest.mark.parametrize("path", INSTANCE)
async def test_another_ward_s_record_is_as_if_not_there(
    api: Api, ask: Ask, path: str, who: str
) -> None:
    method, body = INSTANCE[path]
    nowhere = path.format(**dict.fromkeys(("patient", "visit", "weight"), "f" * 36))
    missing = await api.ask(method, nowhere, who=who, body=body)
    reply = await ask(path, who)
    assert (reply.status, reply.body) == (missing.status, missing.body)
    assert (reply.status, reply.codes) == (404, ["not-found"])


@pytest.mark.parametrize("path", ALL)
async def test_a_hospital_with_a_referral_is_answered(
    api: Api, ids: dict[str, str], ask: Ask, path: str
) -> None:
    now = datetime.now(UTC)
    async with api.db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', 'ServiceRequest/x', %s, %s"
            " FROM resource_directory WHERE id = %s",
            (now - timedelta(days=1), now + timedelta(days=1), ids["patient"]),
        )
    reply = await ask(path, HOSPITAL)
    assert reply.status == 200
    mine = await ask(path, NURSE)
    assert reply.body == mine.body


@pytest.mark.parametrize("path", ALL)
async def test_other_methods_are_told_which_there_are(
    api: Api, ids: dict[str, str], path: str
) -> None:
    reply = await api.ask("DELETE", path.format(**ids))
    assert (reply.status, reply.codes) == (405, ["not-supported"])
    changes = "$meta-" in path
    assert reply.headers["allow"] == ("POST" if changes else "GET, POST, HEAD")


async def test_each_is_on_record_with_its_patient(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    of = await made(committing)
    for path, (method, body) in ALL.items():
        reply = await committing.ask(method, path.format(**of), body=body)
        assert reply.status == 200, reply.body
        with psycopg.connect(postgres.url("postgres", clone)) as connection:
            found = connection.execute(
                "SELECT e.account, e.action, e.entity, e.outcome, d.id FROM audit_event e"
                " JOIN resource_directory d ON d.rid = ANY (e.patients)"
                " ORDER BY e.id DESC LIMIT 1"
            ).fetchall()
        place, _, name = path.format(**of).partition("?")[0].rpartition("/")
        assert found == [(1, name, place or None, 0, of["patient"])]
