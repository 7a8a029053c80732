"""Who finds and counts what: every shape of caller, every kind of parameter, grants and labels."""

from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import (
    CCCD,
    LOINC,
    UCUM,
    found,
    observation,
    organizations,
    page,
    patient,
    query,
    store,
)

from ehr.access import EVERY_LABEL, Access, Label, Power, Verb
from ehr.db import Database
from ehr.errors import Forbidden
from ehr.search import compile

HOSPITAL = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))
"""A partner that may search widely: only its grants hold it back."""
ANALYST = replace(callers.analyst(), rights=callers.EVERY_RIGHT, powers=HOSPITAL.powers)
NOBODY = replace(callers.nobody(), rights=callers.EVERY_RIGHT, powers=HOSPITAL.powers)
VISITING = replace(callers.clinician(2), grantee=11)
"""A clinician of ward 2 with the hospital's grants."""

PATIENTS = [
    ("birthdate=1960", "date"),
    ("birthdate=ge1950", "date, in two branches"),
    ("name=nguyen", "string"),
    ("name:contains=guye", "string, part"),
    ("gender=male", "token"),
    ("gender:not=female", "token, not"),
    ("gender:missing=false", "missing"),
    (f"identifier={CCCD}|", "identifier system"),
    ("identifier-tail=0001,0002,0003", "key"),
    ("organization:missing=false", "reference"),
    ("_id=p1,p2,p3,u", "id"),
    ("_lastUpdated=ge2020", "lastUpdated"),
    ("death-date:missing=true", "side table"),
    ("", "nothing"),
]
OBSERVATIONS = [
    (f"code={LOINC}|29463-7", "code, in its column"),
    ("code=29463-7", "code, any system"),
    ("value-quantity=ge50", "quantity"),
    (f"value-quantity=58|{UCUM}|kg", "quantity with unit"),
    ("date=2026-11-05", "date"),
    ("patient=p1,p2,p3,u", "patients"),
    ("encounter=e", "encounter"),
    ("performer=Practitioner/x", "reference"),
    ("status=final", "token"),
    ("", "nothing"),
]
SEES = [
    (callers.clinician(1), "1"),
    (callers.clinician(2), "2"),
    (callers.several(1, 3), "13"),
    (callers.system(), "123u"),
    (HOSPITAL, "3"),
    (VISITING, "23"),
    (replace(VISITING, wards=frozenset({1, 2})), "123"),
    (replace(VISITING, wards=frozenset({3})), "3"),
    (ANALYST, ""),
    (NOBODY, ""),
]
NAMES = [
    "one ward",
    "the wrong ward",
    "two wards",
    "system",
    "hospital",
    "ward and grant",
    "wards and grant",
    "grant in the own ward",
    "city analyst",
    "nobody",
]


@pytest.fixture
async def city(db: Database) -> Database:
    """A resident in each of three wards and one in none, with a finding each; p3 is granted."""
    await organizations(db)
    weight = {"value": 58, "unit": "kg", "system": UCUM, "code": "kg"}
    for name, ward in [("p1", 1), ("p2", 2), ("p3", 3), ("u", 1)]:
        resident = patient(
            name,
            ward,
            name=[{"text": "Nguyễn Văn Thử", "family": "Nguyễn"}],
            gender="male",
            birthDate="1960-01-01",
            identifier=[{"system": CCCD, "value": f"09900000000{ward}"}],
        )
        if name == "u":
            resident["managingOrganization"] = {"reference": "Organization/elsewhere"}
        finding = observation(
            f"o{name}",
            name,
            valueQuantity=weight,
            effectiveDateTime="2026-11-05T08:00:00+07:00",
            encounter={"reference": "Encounter/e"},
            performer=[{"reference": "Practitioner/x"}],
        )
        await store(db, resident, finding)
    await grant(db, "p3")
    return db


async def grant(db: Database, id: str, until: str = "1 day", revoked: bool = False) -> None:
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until, revoked_at)"
            " SELECT 11, rid, 'referral', %s, now() - interval '2 day', now() + %s::interval, %s"
            " FROM resource_directory WHERE id = %s",
            (f"{id}-{until}", until, "2026-01-01" if revoked else None, id),
        )


@pytest.mark.parametrize(("access", "wards"), SEES, ids=NAMES)
async def test_patients_and_their_number(city: Database, access: Access, wards: str) -> None:
    expected = {f"p{ward}" if ward != "u" else "u" for ward in wards}
    for asked, why in PATIENTS:
        assert await found(city, "Patient", asked, access) == expected, why


@pytest.mark.parametrize(("access", "wards"), SEES, ids=NAMES)
async def test_findings_and_their_number(city: Database, access: Access, wards: str) -> None:
    expected = {f"op{ward}" if ward != "u" else "ou" for ward in wards}
    for asked, why in OBSERVATIONS:
        assert await found(city, "Observation", asked, access) == expected, why


@pytest.mark.parametrize(("access", "wards"), SEES, ids=NAMES)
async def test_in_any_order(city: Database, access: Access, wards: str) -> None:
    for sort in ("date", "-date", "_id", "-_id", "_lastUpdated", "-_lastUpdated"):
        seen = await found(city, "Observation", f"status=final&_sort={sort}", access)
        assert len(seen) == len(wards), sort


@pytest.mark.parametrize(("access", "wards"), SEES, ids=NAMES)
async def test_the_directory_is_everyones(city: Database, access: Access, wards: str) -> None:
    names = {"ward-00004", "ward-00008", "ward-00145"}
    assert await found(city, "Organization", "", access) == names
    assert await found(city, "Organization", "_id=ward-00004", access) == {"ward-00004"}
    assert await found(city, "Organization", "name=tram", access) == names


@pytest.mark.parametrize(("access", "wards"), SEES, ids=NAMES)
async def test_what_a_page_refers_to(city: Database, access: Access, wards: str) -> None:
    targets = [("Patient", f"p{n}") for n in (1, 2, 3)] + [("Organization", "ward-00004")]
    statement = compile.included([*targets, ("Patient", "none")], access)
    rows = await city.search(access, statement.text, statement.params)
    expected = {f"p{ward}" for ward in wards if ward != "u"} | {"ward-00004"}
    assert {row[1] for row in rows} == expected


@pytest.mark.parametrize(
    "asked",
    ["", "gender=male", "name=nguyen", f"identifier={CCCD}|099000000003", "birthdate=1960-01-01",
     f"identifier={CCCD}|099000000003&birthdate=1960", f"identifier={CCCD}|&birthdate=1960-01-01",
     f"identifier={CCCD}|099000000003,{CCCD}|099000000001&birthdate=1960-01-01",
     f"identifier:not={CCCD}|099000000003&birthdate=1960-01-01", "_id=p1,p3", "_id:missing=false",
     f"identifier={CCCD}|099000000003&birthdate=ge1960-01-01", "identifier-tail=0003"],
)  # fmt: skip
async def test_a_hospital_must_name_a_resident(city: Database, asked: str) -> None:
    for access in (callers.hospital(), replace(callers.nobody(), rights=callers.EVERY_RIGHT)):
        with pytest.raises(Forbidden):
            compile.page(query("Patient", asked), access)
        with pytest.raises(Forbidden):
            compile.count(query("Patient", asked), access)


@pytest.mark.parametrize(
    "asked", ["", f"code={LOINC}|29463-7", "patient=p3,p1", "patient:missing=false", "_id=op3",
              "encounter=e", "subject=Device/x"]
)  # fmt: skip
async def test_a_hospital_must_name_the_patient_of_records(city: Database, asked: str) -> None:
    with pytest.raises(Forbidden):
        compile.page(query("Observation", asked), callers.hospital())


async def test_a_hospital_finds_whom_it_was_granted(city: Database) -> None:
    hospital = callers.hospital()
    for n, ids in ((3, {"p3"}), (1, set())):
        named = f"identifier={CCCD}|09900000000{n}&birthdate=1960-01-01"
        assert await found(city, "Patient", named, hospital) == ids
        assert await found(city, "Patient", f"_id=p{n}", hospital) == ids
        assert await found(city, "Observation", f"patient=p{n}", hospital) == {f"o{i}" for i in ids}


@pytest.mark.parametrize(("until", "revoked"), [("-1 day", False), ("1 day", True)])
async def test_an_ended_grant_shows_nothing(city: Database, until: str, revoked: bool) -> None:
    await grant(city, "p1", until, revoked)
    assert await found(city, "Patient", "_id=p1", HOSPITAL) == set()
    assert await found(city, "Patient", "", HOSPITAL) == {"p3"}


async def test_a_second_grant_shows_a_record_once(city: Database) -> None:
    await grant(city, "p3", "2 day")
    assert await found(city, "Observation", "", HOSPITAL) == {"op3"}
    assert await found(city, "Observation", "", VISITING) == {"op2", "op3"}


async def test_a_label_hides_a_record_in_lists_counts_and_includes(city: Database) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    security = {"security": [{"system": system, "code": "V"}]}
    await store(city, patient("s", 1, meta=security), observation("os", "s", meta=security))
    plain, trusted = callers.clinician(1), replace(callers.clinician(1), labels=EVERY_LABEL)
    assert Label.VERY_RESTRICTED not in plain.labels
    for asked in ("", "status=final", "patient=s"):
        assert "os" not in await found(city, "Observation", asked, plain)
        assert "os" in await found(city, "Observation", asked, trusted)
    statement = compile.included([("Patient", "s")], plain)
    assert await city.fetch(plain, statement.text, statement.params) == []


async def test_who_may_not_search_is_told(city: Database) -> None:
    reader = replace(callers.clinician(1), rights=frozenset({("Patient", Verb.READ)}))
    for access in (reader, callers.analyst(), callers.nobody()):
        with pytest.raises(Forbidden):
            compile.page(query("Patient"), access)
        with pytest.raises(Forbidden):
            compile.count(query("Patient"), access)
    statement = compile.included([("Observation", "op1"), ("Patient", "p1")], reader)
    rows = await city.fetch(reader, statement.text, statement.params)
    assert [row[1] for row in rows] == ["p1"]


async def test_a_cursor_made_by_one_ward_shows_another_nothing(city: Database) -> None:
    mine = await page(city, query("Patient", count=1), callers.several(1, 3))
    assert mine.next is not None
    theirs = await page(city, query("Patient", cursor=mine.next), callers.clinician(2))
    assert all(row[1] == "p2" for row in theirs.rows)


async def test_the_ward_of_a_side_row_is_that_of_the_record(city: Database) -> None:
    """A caller's predicate is on resource_index; the side tables only narrow it."""
    for n in (1, 2, 3):
        assert await found(city, "Patient", "name=nguyen", callers.clinician(n)) == {f"p{n}"}
