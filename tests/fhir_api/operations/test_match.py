"""$match: who is likely meant, among those whom the caller may see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, Api

from ehr.fhir.identifiers import CCCD
from ehr.fhir.resource import Resource
from ehr.fhir.validate import check

NUMBER = "001058000001"
KNOWN = records.patient() | {
    "identifier": [{"system": CCCD, "value": NUMBER}],
    "telecom": [{"system": "phone", "value": "0912345678"}],
}


def asked(resource: Resource, **more: Any) -> Resource:
    """In-parameters of `$match`."""
    kinds = {"onlyCertainMatches": "valueBoolean", "count": "valueInteger"}
    parts = [{"name": name, kinds[name]: value} for name, value in more.items()]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "resource", "resource": resource}, *parts],
    }


def described(**more: Any) -> Resource:
    return {"resourceType": "Patient", **more}


@pytest.fixture
async def known(api: Api) -> str:
    """A resident, and others who share one thing with him."""
    await api.create(records.patient() | {"birthDate": "1990-01-01"})
    await api.create(records.patient() | {"name": [{"text": "Lê Minh"}]})
    return await api.create(KNOWN)


@pytest.mark.proves("operations/match")
@pytest.mark.parametrize(
    ("patient", "grade"),
    [
        (KNOWN, "certain"),
        (described(identifier=KNOWN["identifier"], birthDate="1958-02-01"), "certain"),
        (described(identifier=KNOWN["identifier"]), "possible"),
        (described(name=[{"text": "NGUYEN VAN THU"}], birthDate="1958-02-01", gender="male"),
         "probable"),
        (described(name=[{"family": "Thử", "given": ["Nguyễn Văn"]}],
                   telecom=[{"system": "phone", "value": "0912345678"}]), "possible"),
    ],
)  # fmt: skip
async def test_the_likeliest_comes_first_with_score_and_grade(
    api: Api, known: str, patient: Resource, grade: str
) -> None:
    reply = await api.post("Patient/$match", asked(patient))
    assert (reply.status, reply.json["type"]) == (200, "searchset")
    assert check(reply.json) == []
    first = reply.entries[0]
    assert first["resource"]["id"] == known
    assert first["search"]["mode"] == "match"
    assert first["search"]["extension"] == [
        {"url": "http://hl7.org/fhir/StructureDefinition/match-grade", "valueCode": grade}
    ]
    scores = [entry["search"]["score"] for entry in reply.entries]
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)
    assert reply.json["total"] == len(scores)


async def test_a_bare_patient_is_enough(api: Api, known: str) -> None:
    assert (await api.post("Patient/$match", KNOWN)).ids[0] == known


async def test_only_certain_matches_are_one_or_none(api: Api, known: str) -> None:
    sent = asked(KNOWN, onlyCertainMatches=True)
    assert (await api.post("Patient/$match", sent)).ids == [known]
    unsure = asked(records.patient(), onlyCertainMatches=True)
    assert (await api.post("Patient/$match", unsure)).ids == []
    await api.create(KNOWN)
    assert (await api.post("Patient/$match", sent)).ids == []


async def test_count_limits_them(api: Api, known: str) -> None:
    twin = await api.create(KNOWN)
    assert set((await api.post("Patient/$match", asked(KNOWN))).ids) >= {known, twin}
    assert len((await api.post("Patient/$match", asked(KNOWN, count=1))).ids) == 1


async def test_a_stranger_is_nobody(api: Api, known: str) -> None:
    stranger = described(name=[{"text": "Trần Thị Bưởi"}], birthDate="2001-09-09", gender="female")
    reply = await api.post("Patient/$match", stranger)
    assert (reply.status, reply.json["total"], reply.entries) == (200, 0, [])
    assert (await api.post("Patient/$match", described())).entries == []


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "required"),
        ({"resourceType": "Parameters"}, "required"),
        (records.encounter("x"), "value"),
        (described(gender="blue"), "code-invalid"),
        (described(name="x"), "structure"),
        (asked(KNOWN, count=0), "invalid"),
        (asked(KNOWN, count=-1), "invalid"),
    ],
)
async def test_a_bad_request_is_refused(api: Api, sent: Resource | None, code: str) -> None:
    reply = await api.post("Patient/$match", sent)
    assert reply.status == (422 if code == "code-invalid" else 400)
    assert reply.codes == [code]


async def test_nobody_outside_the_caller_s_wards_is_known(api: Api, known: str) -> None:
    mine = await api.post("Patient/$match", KNOWN)
    assert known in mine.ids
    other = await api.post("Patient/$match", KNOWN, who=NEIGHBOUR)
    stranger = await api.post("Patient/$match", described(birthDate="1801-01-01"), who=NEIGHBOUR)
    assert (other.status, other.body) == (stranger.status, stranger.body)
    assert (await api.post("Patient/$match", KNOWN, who=None)).status == 401
    refused = await api.post("Patient/$match", KNOWN, who=ANALYST)
    assert (refused.status, refused.codes) == (403, ["forbidden"])


async def test_a_hospital_names_whom_it_means(api: Api, known: str) -> None:
    named = described(identifier=KNOWN["identifier"], birthDate="1958-02-01")
    assert (await api.post("Patient/$match", named, who=HOSPITAL)).ids == []
    now = datetime.now(UTC)
    async with api.db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', 'ServiceRequest/x', %s, %s"
            " FROM resource_directory WHERE id = %s",
            (now - timedelta(days=1), now + timedelta(days=1), known),
        )
    assert (await api.post("Patient/$match", named, who=HOSPITAL)).ids == [known]
    for vague in (records.patient(), described(identifier=KNOWN["identifier"])):
        refused = await api.post("Patient/$match", vague, who=HOSPITAL)
        assert (refused.status, refused.codes) == (403, ["forbidden"])


async def test_an_unknown_parameter_is_refused_when_strict(api: Api, known: str) -> None:
    path = "Patient/$match?colour=red"
    assert (await api.post(path, KNOWN)).ids[0] == known
    strict = await api.post(path, KNOWN, headers={"Prefer": "handling=strict"}, who=NURSE)
    assert (strict.status, strict.codes) == (400, ["not-supported"])
