"""Each kind of parameter asked of a real database, as tables of (query, ids found)."""

from fixtures.searching import CCCD, answers, found, observation, organizations, patient, store

from ehr.db import Database

PEOPLE = [
    patient(
        "a",
        name=[{"text": "Nguyễn Thị Hòa", "family": "Nguyễn", "given": ["Thị", "Hòa"]}],
        identifier=[{"system": CCCD, "value": "099000001234"}],
        telecom=[{"system": "phone", "value": "+84 912 345 678"}],
        gender="female",
        birthDate="1960-05-01",
        active=True,
        address=[{"line": ["12 Hàng Bài"], "city": "Hà Nội"}],
    ),
    patient(
        "b",
        2,
        name=[{"text": "ĐỖ VĂN LÝ", "family": "ĐỖ", "given": ["VĂN", "LÝ"]}],
        identifier=[
            {"system": "http://fhir.ehealth.gov.vn/core/sid/national_id", "value": "099000005678"},
            {"value": "loose"},
        ],
        gender="male",
        birthDate="1960-05",
        deceasedDateTime="2026-01-02",
    ),
    patient(
        "c",
        3,
        name=[{"text": "Trần Linh", "family": "Trần", "given": ["Linh"]}],
        birthDate="1961",
        active=False,
        generalPractitioner=[{"reference": "Practitioner/p1"}],
        meta={"tag": [{"system": "http://t", "code": "x"}], "profile": ["http://p/one|2"]},
    ),
]


PATIENT_CASES = [
    # string
    ("name=nguyen", "a"),
    ("name=NGUYỄN thị", "a"),
    ("name=hoa nguyen", "a"),
    ("name=do", "b"),
    ("name=Đỗ", "b"),
    ("name=ng", "a"),
    ("name=guyen", ""),
    ("name=ly", "b"),
    ("name=li", "bc"),
    ("name=lí", "bc"),
    ("name=nguyen,tran", "ac"),
    ("name=nguyen&name=thi", "a"),
    ("name=nguyen&name=tran", ""),
    ("name:exact=Nguyễn Thị Hòa", "a"),
    ("name:exact=Nguyễn", "a"),
    ("name:exact=nguyễn", ""),
    ("name:contains=guyen thi", "a"),
    ("name:contains=N", "abc"),
    ("family=nguyen", "a"),
    ("given=nguyen", ""),
    ("phonetic=tran", "c"),
    ("address=hang bai", "a"),
    ("address-city=ha noi", "a"),
    ("address:missing=true", "bc"),
    ("address:missing=false", "a"),
    ("phonetic:missing=true", ""),
    # token
    (f"identifier={CCCD}|099000001234", "a"),
    (f"identifier={CCCD}|099000005678", "b"),
    ("identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|099000001234", "a"),
    ("identifier=099000001234", "a"),
    ("identifier=|099000001234", ""),
    ("identifier=|loose", "b"),
    (f"identifier={CCCD}|", "ab"),
    (f"identifier={CCCD}|099000001234,{CCCD}|099000005678", "ab"),
    (f"identifier:not={CCCD}|099000001234", "bc"),
    ("identifier:missing=true", "c"),
    ("identifier:missing=false", "ab"),
    ("identifier-tail=1234", "a"),
    ("phone=0912345678", "a"),
    ("phone=+84912345678", "a"),
    ("phone=0912 345 678", "a"),
    ("telecom=phone|0912345678", "a"),
    ("phone-tail=5678", "a"),
    ("gender=female", "a"),
    ("gender=http://hl7.org/fhir/administrative-gender|female", "a"),
    ("gender=http://other|female", ""),
    ("gender=female,male", "ab"),
    ("gender:not=female", "bc"),
    ("gender:missing=true", "c"),
    ("active=true", "a"),
    ("active=false", "c"),
    ("active=http://hl7.org/fhir/special-values|true", "a"),
    ("active:missing=true", "b"),
    ("deceased=true", "b"),
    ("deceased=false", "ac"),
    ("_tag=http://t|x", "c"),
    ("_tag=x", "c"),
    ("_tag=|x", ""),
    ("_profile=http://p/one", "c"),
    ("_profile=http://p/one|2", "c"),
    ("_profile=http://p/one|3", ""),
    ("_profile:missing=true", "ab"),
    # date, the main one
    ("birthdate=1960-05-01", "a"),
    ("birthdate=1960-05", "ab"),
    ("birthdate=1960", "ab"),
    ("birthdate=ne1960-05-01", "bc"),
    ("birthdate=gt1960", "c"),
    ("birthdate=lt1961", "ab"),
    ("birthdate=ge1960-05-01", "abc"),
    ("birthdate=ge1960-05-02", "bc"),
    ("birthdate=le1960-05-01", "ab"),
    ("birthdate=le1960", "ab"),
    ("birthdate=sa1960-05-01", "c"),
    ("birthdate=eb1960-05-02", "a"),
    ("birthdate=ge1961&birthdate=lt1962", "c"),
    ("birthdate=1960-05-01,1961", "ac"),
    ("birthdate=ap1961", "abc"),
    ("birthdate:missing=true", ""),
    # date, another
    ("death-date=2026-01", "b"),
    ("death-date=ge2026-01-02", "b"),
    ("death-date=gt2026-01-02", ""),
    ("death-date:missing=false", "b"),
    # reference
    ("general-practitioner=Practitioner/p1", "c"),
    ("general-practitioner=p1", "c"),
    ("general-practitioner:Practitioner=p1", "c"),
    ("general-practitioner:Organization=p1", ""),
    ("general-practitioner=http://127.0.0.1:8000/fhir/Practitioner/p1", "c"),
    ("general-practitioner=http://elsewhere/Practitioner/p1", ""),
    ("general-practitioner:missing=true", "ab"),
    ("organization=Organization/ward-00004", "a"),
    ("link:missing=false", ""),
    # common
    ("_id=a", "a"),
    ("_id=a,c", "ac"),
    ("_id=nobody", ""),
    ("_id=a&name=tran", ""),
    ("_lastUpdated=ge2020", "abc"),
    ("_lastUpdated=lt2020", ""),
    ("_lastUpdated=gt2020&_lastUpdated=lt2100", "abc"),
    ("_lastUpdated:missing=true", ""),
    ("", "abc"),
]


async def test_patients(db: Database) -> None:
    await organizations(db)
    await store(db, {"resourceType": "Practitioner", "id": "p1"}, *PEOPLE)
    assert await answers(db, "Patient", PATIENT_CASES) == dict(PATIENT_CASES)


async def test_uris_and_numbers(db: Database) -> None:
    await store(
        db,
        {"resourceType": "ValueSet", "id": "v", "url": "http://v/one", "status": "draft"},
        {
            "resourceType": "RiskAssessment",
            "id": "r",
            "status": "final",
            "subject": {"reference": "Group/x"},
            "prediction": [{"probabilityDecimal": 0.25}],
        },
    )
    assert await found(db, "ValueSet", "url=http://v/one") == {"v"}
    assert await found(db, "ValueSet", "url=http://v/ONE,http://v") == set()
    assert await found(db, "RiskAssessment", "probability=0.25") == {"r"}
    assert await found(db, "RiskAssessment", "probability=0.3") == {"r"}
    assert await found(db, "RiskAssessment", "probability=0.30") == set()
    assert await found(db, "RiskAssessment", "probability=gt0.2&probability=lt0.3") == {"r"}
    assert await found(db, "RiskAssessment", "probability:missing=true") == set()


async def test_a_patient_who_is_not_here_is_found_by_the_reference(db: Database) -> None:
    await store(db, observation("o", "elsewhere"))
    assert await found(db, "Observation", "subject=Patient/elsewhere") == {"o"}
    assert await found(db, "Observation", "patient=elsewhere") == {"o"}
    assert await found(db, "Observation", "patient:missing=false") == {"o"}


async def test_a_canonical_is_found_with_and_without_its_version(db: Database) -> None:
    form = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed"}
    await store(db, {**form, "questionnaire": "http://h/Questionnaire/one|2"})
    for asked, ids in [
        ("http://h/Questionnaire/one", {"q"}),
        ("http://h/Questionnaire/one|2", {"q"}),
        ("http://h/Questionnaire/one|3", set()),
        ("http://h/Questionnaire/two", set()),
    ]:
        assert await found(db, "QuestionnaireResponse", f"questionnaire={asked}") == ids
