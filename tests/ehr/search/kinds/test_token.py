"""Tokens and their modifiers, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import answers, patient, store

from ehr.db import Database
from ehr.errors import InvalidQuery, TooCostly
from ehr.search.filters import filter_of
from ehr.terminology import icd10

ICD = "http://hl7.org/fhir/sid/icd-10"
VN_ICD = "http://fhir.hl7.org.vn/core/CodeSystem/vn-icd10-cs"
V2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
SYSTEMS = "http://hl7.org/fhir"


def condition(id: str, *codes: str, system: str = ICD) -> dict[str, Any]:
    coding = [{"system": system, "code": code} for code in codes]
    return {
        "resourceType": "Condition",
        "id": id,
        "subject": {"reference": "Group/x"},
        **({"code": {"coding": coding}} if coding else {}),
    }


CONDITIONS = [
    condition("a", "I10"),
    condition("b", "I11.9"),
    condition("c", "E11.65", "I10"),
    condition("d", "J00"),
    condition("e", "I10", system="http://other"),
    condition("f"),
]
CONDITION_CASES = [
    (f"code:below={ICD}|I10", "ac"),
    (f"code:below={ICD}|I11", "b"),
    (f"code:below={ICD}|I11.9", "b"),
    (f"code:below={ICD}|IX", "abc"),
    (f"code:below={ICD}|I10-I15", "abc"),
    (f"code:below={ICD}|I11-I15", "b"),
    (f"code:below={ICD}|E11", "c"),
    (f"code:below={ICD}|E11.65", "c"),
    (f"code:below={ICD}|J00,{ICD}|I11", "bd"),
    (f"code:above={ICD}|I11.9", "b"),
    (f"code:above={ICD}|I10.1", "ac"),
    (f"code:above={ICD}|J00", "d"),
    (f"code={ICD}|I10", "ac"),
    ("code=I10", "ace"),
    (f"code={ICD}|", "abcd"),
    (f"code:not={ICD}|I10", "bdef"),
    ("code:not=I10,J00", "bf"),
    ("code:missing=true", "f"),
]


@pytest.mark.proves("search/token:above")
@pytest.mark.proves("search/token:below")
async def test_hierarchies(db: Database) -> None:
    await store(db, *CONDITIONS)
    assert await answers(db, "Condition", CONDITION_CASES) == dict(CONDITION_CASES)


def typed(code: str) -> dict[str, Any]:
    return {"coding": [{"system": V2, "code": code}]}


PEOPLE = [
    patient(
        "a",
        gender="female",
        active=True,
        identifier=[
            {"system": "http://a", "value": "1", "type": typed("MR")},
            {"system": "http://b", "value": "2", "type": typed("SS")},
        ],
    ),
    patient("b", gender="other", identifier=[{"system": "http://a", "value": "1"}]),
    patient("c", telecom=[{"system": "email", "value": "Lan@Example.vn"}]),
]  # fmt: skip
PEOPLE_CASES = [
    (f"identifier:of-type={V2}|MR|1", "a"),
    (f"identifier:of-type={V2}|SS|2", "a"),
    (f"identifier:of-type={V2}|SS|1", ""),
    (f"identifier:of-type={V2}|MR|2", ""),
    ("identifier:of-type=http://other|MR|1", ""),
    ("identifier=1", "ab"),
    ("identifier=http://a|", "ab"),
    (f"gender:in={SYSTEMS}/ValueSet/administrative-gender", "ab"),
    (f"gender:not-in={SYSTEMS}/ValueSet/administrative-gender", "c"),
    (f"gender:in={SYSTEMS}/ValueSet/publication-status", ""),
    (f"gender:not-in={SYSTEMS}/ValueSet/publication-status", "abc"),
    (f"gender={SYSTEMS}/administrative-gender|female", "a"),
    ("gender=|female", "a"),
    ("gender:not=female", "bc"),
    ("gender:not=female,other", "c"),
    ("active=true", "a"),
    ("active:not=true", "bc"),
    ("email=lan@example.vn", "c"),
    ("telecom=email|LAN@example.vn", "c"),
    ("telecom=phone|lan@example.vn", ""),
    ("telecom=email|", "c"),
    ("telecom:not=email|lan@example.vn", "ab"),
    ("_id:not=a", "bc"),
    ("_id:not=a,b", "c"),
]


@pytest.mark.proves("search/token")
@pytest.mark.proves("search/token:not")
@pytest.mark.proves("search/token:in")
@pytest.mark.proves("search/token:not-in")
@pytest.mark.proves("search/token:of-type")
@pytest.mark.proves("search/_id")
async def test_people(db: Database) -> None:
    await store(db, *PEOPLE)
    assert await answers(db, "Patient", PEOPLE_CASES) == dict(PEOPLE_CASES)


async def test_texts_and_mime_types(db: Database) -> None:
    def document(id: str, kind: str) -> dict[str, Any]:
        content = [{"attachment": {"contentType": kind}}]
        made = {"resourceType": "DocumentReference", "status": "current", "content": content}
        return {**made, "id": id}

    batches = [{"resourceType": "Medication", "id": "m", "batch": {"lotNumber": "Lô-12A"}}]
    kinds = ["text/xml", "text/xml; charset=UTF-8", "text/xmlx", "Text/XML;x=y"]
    await store(db, *batches, *(document(id, kind) for id, kind in zip("abcd", kinds, strict=True)))
    cases = [
        ("contenttype=text/xml", "a"),
        ("contenttype:below=text/xml", "abd"),
        ("contenttype:below=text/xmlx", "c"),
        ("contenttype:below=text", ""),
        ("contenttype:not=text/xml", "bcd"),
    ]
    assert await answers(db, "DocumentReference", cases) == dict(cases)
    cases = [("lot-number=lô-12a", "m"), ("lot-number=LÔ-12A", "m"), ("lot-number=lo-12a", "")]
    assert await answers(db, "Medication", cases) == dict(cases)


async def test_a_resource_with_two_codes_of_a_set_is_found_once(db: Database) -> None:
    both = {"coding": [{"system": ICD, "code": "I10"}, {"system": ICD, "code": "I11.0"}]}
    await store(db, {**condition("a"), "code": both})
    cases = [(f"code:below={ICD}|IX", "a"), ("code=I10,I11.0", "a")]
    assert await answers(db, "Condition", cases) == dict(cases)


async def test_vn_core_s_icd_10_has_the_same_hierarchy(db: Database) -> None:
    await store(db, condition("a", "I11.9", system=VN_ICD), condition("b", "I11.9"))
    cases = [
        (f"code:below={VN_ICD}|I11", "a"),
        (f"code:below={VN_ICD}|IX", "a"),
        (f"code:above={VN_ICD}|I11.91", "a"),
        (f"code:below={ICD}|I11", "b"),
        (f"code:below={VN_ICD}|E11", ""),
    ]
    assert await answers(db, "Condition", cases) == dict(cases)


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [
        ("Condition", "code:below", "I10"),
        ("Condition", "code:below", f"{ICD}|"),
        ("Condition", "code:below", f"{ICD}|nothing"),
        ("Condition", "code:below", f"{ICD}|I15-I10"),
        ("Condition", "code:above", f"{ICD}|nothing"),
        ("Condition", "code:in", ""),
        ("Condition", "code:of-type", "a|b|c"),
        ("Condition", "code:exact", "a"),
        ("Condition", "code:Patient", "a"),
        ("Patient", "identifier:of-type", "a|b"),
        ("Patient", "identifier:of-type", "|b|c"),
        ("Patient", "identifier:of-type", "a||c"),
        ("Patient", "identifier:of-type", "a|b|"),
        ("Patient", "identifier:in", "http://v"),
        ("Patient", "identifier:below", "http://v|1"),
        ("Patient", "phone:above", "http://v|1"),
        ("Patient", "active", "maybe"),
        ("Patient", "active", "TRUE"),
        ("Patient", "deceased", "maybe"),
        ("Patient", "active", "http://hl7.org/fhir/special-values|"),
        ("Patient", "active:in", "http://v"),
        ("Patient", "_id:exact", "a"),
        ("Patient", "gender", "|"),
    ],
)
def test_what_is_refused(kind: str, key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of(kind, key, text)


def test_a_set_of_too_many_codes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ehr.search.code_sets.MOST_CODES", 50)
    with pytest.raises(TooCostly):
        filter_of("Condition", "code:below", f"{ICD}|IX")


@pytest.mark.proves("search/modifier-refused")
def test_a_refusal_names_the_modifiers_that_fit() -> None:
    for kind, key, named in [
        ("Patient", "name:text", ":exact, :contains, :missing"),
        ("Patient", "birthdate:exact", "it has :missing"),
        ("Patient", "identifier:exact", ":not, :text, :of-type"),
        ("Observation", "subject:exact", ":Device"),
        ("Observation", "code-value-quantity:not", "it has none"),
        ("ValueSet", "url:exact", ":above, :below, :missing"),
        ("Patient", "_id:exact", ":not, :missing"),
    ]:
        with pytest.raises(InvalidQuery, match=named):
            filter_of(kind, key, "a")


def test_icd_10_knows_its_own_hierarchy() -> None:
    assert icd10.category("I11.9") == "I11"
    assert icd10.category("i11") is None
    assert icd10.above("E11.65") == {"E11", "E11.6", "E11.65", "IV"}
    assert icd10.below("I10-I11") == {"I10", "I11"}
    chapter = icd10.below("II")
    assert chapter is not None
    assert {"C00", "C99", "D00", "D48"} <= chapter
    assert not {"D49", "B99"} & chapter
    assert icd10.below("XXX") is None
