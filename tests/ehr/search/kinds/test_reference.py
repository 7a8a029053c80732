"""References, in every way that they can be written, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import BASE, CCCD, answers, observation, patient, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.search.filters import filter_of

OLD_CCCD = "http://fhir.ehealth.gov.vn/core/sid/national_id"


def to(reference: str) -> dict[str, Any]:
    return {"reference": reference}


def known(system: str, value: str, **more: str) -> dict[str, Any]:
    return {"identifier": {"system": system, "value": value}, **more}


FINDINGS = [
    observation("a", subject=to("Patient/1"), performer=[to("Practitioner/1")]),
    observation("b", subject=to("Group/1"), performer=[to("http://elsewhere/fhir/Practitioner/1")]),
    observation("c", subject=to(f"{BASE}/Patient/2"), hasMember=[to("Observation/a/_history/3")]),
    observation("d", subject=known(CCCD, "099000001234", type="Patient")),
    observation("e", subject=known(OLD_CCCD, "099000005678")),
    observation("f", subject={"identifier": {"value": "loose|one"}, "display": "x"}),
    observation("g", device=to("urn:uuid:c757873d-ec9a-4326-a141-556f43239520")),
    observation("h", focus=[to("#own"), to("Device/9")], contained=[
        {"resourceType": "Device", "id": "own"}
    ]),
]  # fmt: skip
CASES = [
    ("subject=Patient/1", "a"),
    ("subject=1", "ab"),
    ("subject:Patient=1", "a"),
    ("subject:Group=1", "b"),
    ("subject:Group=Group/1", "b"),
    ("subject:Device=1", ""),
    ("subject=Patient/1,Group/1", "ab"),
    (f"subject={BASE}/Patient/1", "a"),
    (f"subject={BASE}/Patient/1/_history/7", "a"),
    ("subject=Patient/1/_history/2", "a"),
    ("subject=http://elsewhere/fhir/Patient/1", ""),
    ("patient=1", "a"),
    ("patient=Patient/2", "c"),
    ("performer=Practitioner/1", "a"),
    ("performer=1", "a"),
    ("performer=http://elsewhere/fhir/Practitioner/1", "b"),
    ("has-member=Observation/a", "c"),
    ("has-member=a", "c"),
    ("device=urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "g"),
    ("focus=Device/9", "h"),
    ("focus=own", ""),
    (f"subject:identifier={CCCD}|099000001234", "d"),
    ("subject:identifier=099000001234", "d"),
    (f"subject:identifier={OLD_CCCD}|099000001234", "d"),
    (f"subject:identifier={CCCD}|099000005678", "e"),
    (f"subject:identifier={CCCD}|", "de"),
    (f"subject:identifier={CCCD}|099000001234,099000005678", "de"),
    ("subject:identifier=|099000001234", ""),
    (r"subject:identifier=loose\|one", "f"),
    (r"subject:identifier=|loose\|one", "f"),
    ("subject:identifier=http://other|099000001234", ""),
    ("patient:identifier=099000001234", "d"),
    ("subject:missing=true", "gh"),
    ("subject:missing=false", "abcdef"),
    ("performer:missing=false", "ab"),
]  # fmt: skip


@pytest.mark.proves("search/reference")
@pytest.mark.proves("search/reference:type")
@pytest.mark.proves("search/reference:identifier")
async def test_references(db: Database) -> None:
    await store(db, *FINDINGS)
    assert await answers(db, "Observation", CASES) == dict(CASES)


@pytest.mark.proves("search/reference")
async def test_canonicals(db: Database) -> None:
    def answer(id: str, form: str) -> dict[str, Any]:
        kind = "QuestionnaireResponse"
        return {"resourceType": kind, "id": id, "status": "completed", "questionnaire": form}

    await store(db, answer("a", "http://h/Questionnaire/one|2"), answer("b", "http://h/one"))
    for id, version in {"c": "1.0", "d": "1.1.5", "e": "2"}.items():
        await store(db, answer(id, f"http://h/Questionnaire/two|{version}"))
    cases = [
        ("questionnaire=http://h/Questionnaire/one", "a"),
        ("questionnaire=http://h/Questionnaire/one|2", "a"),
        ("questionnaire=http://h/Questionnaire/one|3", ""),
        ("questionnaire=http://h/one", "b"),
        ("questionnaire=http://h/one|1", ""),
        ("questionnaire:below=http://h/Questionnaire/two", "cde"),
        ("questionnaire:below=http://h/Questionnaire/two|1", "cd"),
        ("questionnaire:below=http://h/Questionnaire/two|1.0", "c"),
        ("questionnaire:below=http://h/Questionnaire/two|1.1.5", "d"),
        ("questionnaire:below=http://h/Questionnaire/two|2", "e"),
        ("questionnaire:below=http://h/Questionnaire/two|10", ""),
        ("questionnaire:below=http://h/Questionnaire/t", ""),
        ("questionnaire=http://h/Questionnaire/two|1", ""),
    ]
    assert await answers(db, "QuestionnaireResponse", cases) == dict(cases)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("subject", ""),
        ("subject", "Patient/"),
        ("subject", "Patient/1/2"),
        ("subject", "Patients/1"),
        ("subject", "two words"),
        ("subject", "x" * 65),
        ("subject:Patient", "Group/1"),
        ("subject:Practitioner", "1"),
        ("subject:Nothing", "1"),
        ("subject:identifier", ""),
        ("subject:identifier", "|"),
        ("subject:exact", "1"),
        ("subject:not", "1"),
        ("has-member:below", "1"),
    ],
)
@pytest.mark.proves("search/modifier-refused")
def test_what_is_refused(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Observation", key, text)


async def test_an_identifier_of_the_resource_referred_to_is_another_question(db: Database) -> None:
    named = patient("1", identifier=[{"system": CCCD, "value": "099000009999"}])
    del named["managingOrganization"]
    await store(db, named, observation("o", "1"))
    cases = [("subject:identifier=099000009999", ""), ("subject=Patient/1", "o")]
    assert await answers(db, "Observation", [(asked, ids) for asked, ids in cases]) == dict(cases)
