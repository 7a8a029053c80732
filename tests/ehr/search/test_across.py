"""Several types in one search: what is found, in which pages, by whom, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import (
    LOINC,
    across,
    every_page,
    found_by,
    observation,
    organizations,
    patient,
    query,
    store,
)

from ehr import clock
from ehr.access import Access, Power, Verb
from ehr.db import Database
from ehr.errors import EhrError, Forbidden, InvalidQuery, NotSupported, TooCostly
from ehr.fhir.definitions import resource_types
from ehr.search import compile
from ehr.search.compartment import types_in
from ehr.search.parts import parts_of
from ehr.search.query import Compartment, UnknownParameter
from ehr.search.shared import SHARED_TYPES

HOSPITAL = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))
EVERYTHING = resource_types()
TAG = {"system": "http://t", "code": "a"}
ICD = "http://hl7.org/fhir/sid/icd-10"


def condition(id: str, who: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition", "id": id, "subject": {"reference": f"Patient/{who}"},
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]}, **more,
    }  # fmt: skip


@pytest.fixture
async def city(db: Database) -> Database:
    """A resident, a finding and a diagnosis in each of two wards, and a doctor of both."""
    await organizations(db)
    practitioner = {"resourceType": "Practitioner", "id": "x", "meta": {"tag": [TAG]}}
    await store(db, practitioner)
    by_x = [{"reference": "Practitioner/x"}]
    for ward in (1, 2):
        who = f"p{ward}"
        await store(
            db,
            patient(who, ward, name=[{"family": "Nguyễn"}], birthDate=f"196{ward}"),
            observation(f"o{ward}", who, performer=by_x, effectiveDateTime=f"2026-0{ward}-01"),
            condition(f"c{ward}", who, recordedDate="2026-01-01", meta={"tag": [TAG]}),
            {
                "resourceType": "Encounter", "id": f"e{ward}", "status": "finished",
                "class": {"code": "AMB"}, "subject": {"reference": f"Patient/{who}"},
                "participant": [{"individual": {"reference": "Practitioner/x"}}],
                "period": {"start": f"2026-0{ward}-02", "end": f"2026-0{ward}-02"},
            },
        )  # fmt: skip
    return db


def each(words: str, *wards: int) -> set[str]:
    """`o c` in wards 1 and 2 is o1, o2, c1 and c2; what has a number is that alone."""
    bare = {word for word in words.split() if word[-1].isdigit() or word == "x"}
    return bare | {f"{word}{n}" for word in words.split() if word not in bare for n in wards}


CASES = [
    ("Patient Observation", "", "p o"),
    ("Patient Practitioner", "", "p x"),
    ("Observation Condition", "code=29463-7", "o c"),
    ("Observation Condition", f"code={LOINC}|", "o c"),
    ("Observation Condition", "code:not=29463-7", ""),
    ("Observation Condition", "code:missing=true", ""),
    ("Observation Condition", "patient=p1", "o1 c1"),
    ("Observation Condition Encounter", "patient=p2", "o2 c2 e2"),
    ("Observation Encounter", "date=2026-01", "o1 e1"),
    ("Observation Encounter", "date=2026-02-02", "e2"),
    ("Observation Condition", "patient.birthdate=1961", "o1 c1"),
    ("Patient Practitioner", "_id=p1,x", "p1 x"),
    ("Observation Condition Patient", "_id=o1,p2", "o1 p2"),
    ("Condition Observation Practitioner", "_tag=http://t|a", "c x"),
    ("Condition Observation", "_tag:missing=true", "o"),
    ("Patient Practitioner", "name=nguyen", "p"),
    ("Condition Observation", "_lastUpdated=ge2100", ""),
    ("Condition Observation", "_content=29463", ""),
    ("Patient Condition", "_content=nguyen", "p"),
    ("Patient Encounter", "_has:Observation:patient:code=29463-7", None),
    ("Patient Practitioner", "_has:Observation:performer:code=29463-7", "the same"),
    ("Observation Encounter", "_has:Observation:patient:code=29463-7", None),
]  # fmt: skip


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize(("types", "asked", "words"), CASES)
async def test_what_all_types_have_can_be_asked_of_several(
    city: Database, types: str, asked: str, words: str | None
) -> None:
    """It finds what a search of each type finds; None: it makes no sense of one of them."""
    if words is None:
        with pytest.raises(InvalidQuery):
            across(types.split(), asked)
        return
    wanted = across(types.split(), asked)
    for access, wards in (
        (callers.clinician(1), (1,)),
        (callers.clinician(2), (2,)),
        (callers.several(1, 2), (1, 2)),
        (callers.system(), (1, 2)),
        (HOSPITAL, ()),
        (callers.clinician(3), ()),
    ):
        seen = await found_by(city, wanted, access)
        one_by_one = [await found_by(city, query(one, asked), access) for one in types.split()]
        assert seen == set().union(*one_by_one)
        if words != "the same":
            here = each(words, *wards)
            mine = {one for one in here if one == "x" or int(one[-1]) in wards}
            assert seen == mine, access


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "p o c e x"),
        ("_tag=http://t|a", "c x"),
        ("_tag:not=http://t|a", "p o e"),
        ("_id=p1,o1,c1,x", "p1 o1 c1 x"),
        ("_lastUpdated=ge2020", "p o c e x"),
        ("_content=nguyen", "p"),
        ("_source=http://nowhere", ""),
        ("_profile=http://nowhere", ""),
    ],
)
async def test_without_types_every_one_is_searched(city: Database, asked: str, words: str) -> None:
    wanted = across(EVERYTHING, asked, named=False)
    shared = {"ward-00004", "ward-00008", "ward-00145"}
    for access, wards in ((callers.clinician(1), (1,)), (callers.system(), (1, 2))):
        seen = await found_by(city, wanted, access) - shared
        mine = {one for one in each(words, *wards) if one == "x" or int(one[-1]) in wards}
        assert seen == mine


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize(
    "sort", ["", "_sort=_lastUpdated", "_sort=-date", "_sort=date,_lastUpdated"]
)
@pytest.mark.parametrize("who", [callers.clinician(1), callers.several(1, 2), callers.system()])
async def test_pages_of_several_types_neither_repeat_nor_skip(
    db: Database, sort: str, who: Access
) -> None:
    await organizations(db)
    for ward in (1, 2):
        await store(db, patient(f"p{ward}", ward))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(9):
        clock.freeze(start + timedelta(minutes=n // 2))
        day = {"effectiveDateTime": f"2026-01-{1 + n % 4:02}"} if n % 5 else {}
        await store(db, observation(f"o{n}", f"p{1 + n % 2}", **day))
        scan = {
            "resourceType": "DiagnosticReport", "id": f"r{n}", "status": "final",
            "code": {"text": "x"}, "subject": {"reference": f"Patient/p{1 + n % 2}"}, **day,
        }  # fmt: skip
        await store(db, scan)
    clock.freeze(None)
    types = ("Observation", "DiagnosticReport")
    for count in (1, 4, 7):
        forward, back = await every_page(db, across(types, sort, count=count), who)
        flat = [one for ids in forward for one in ids]
        assert len(flat) == len(set(flat)) == (18 if who.every_ward or len(who.wards) > 1 else 10)
        assert back[::-1] == forward[:-1]
    (whole,), _ = await every_page(db, across(types, sort, count=100), who)
    assert whole == flat


@pytest.mark.parametrize(
    ("types", "asked", "named", "error", "said"),
    [
        ("Patient Observation", "code=a", True, InvalidQuery, "code is no search parameter of P"),
        ("Patient Observation", "colour=a", True, UnknownParameter, "colour"),
        ("Patient Observation", "code=a", False, InvalidQuery, "code is not a parameter of every"),
        ("Patient Observation", "_text=a", False, InvalidQuery, "_text is not a parameter of eve"),
        ("Patient Observation", "_has:Group:member:code=a", False, InvalidQuery, "_has"),
        ("Patient Observation", "_id.name=a", True, InvalidQuery, "_id"),
        ("Patient Observation", "_tag:exact=a", True, InvalidQuery, "_tag"),
        ("Patient Observation", "_lastUpdated=never", True, InvalidQuery, "_lastUpdated"),
        ("Patient Observation", "_query=a", True, NotSupported, "_query"),
        ("ActivityDefinition Composition", "date=2026", True, None, ""),
        ("Medication Observation", "status=a", True, None, ""),
        ("Bundle Patient", "_text=a", True, None, ""),
        ("ImagingStudy Encounter", "_sort=-date", True, UnknownParameter, "ImagingStudy"),
        ("Patient Observation", "_sort=_id", True, NotSupported, "_id"),
        ("Observation Condition", "_sort=code", True, NotSupported, "code"),
        ("Observation Patient", "_sort=", True, UnknownParameter, ""),
        ("Observation Patient", "_sort=_lastUpdated,_lastUpdated,_lastUpdated,_lastUpdated,"
         "_lastUpdated,_lastUpdated", True, TooCostly, "_sort"),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_of_several_types(
    types: str, asked: str, named: bool, error: type[EhrError] | None, said: str
) -> None:
    if error is None:
        across(types.split(), asked, named=named)
        return
    with pytest.raises(error) as caught:
        across(types.split(), asked, named=named)
    assert said in str(caught.value)


def test_types_that_are_asked_alike_are_read_together() -> None:
    """However many types there are, a page is few statements."""
    access = callers.several(1, 2)
    for asked in ("", "_tag=a", "_id=a", "_lastUpdated=2026", "_content=a"):
        parts = parts_of(across(EVERYTHING, asked, named=False), access)
        assert [one.types[0] in SHARED_TYPES for one in parts] == [True, False]
        assert sum(len(one.types) for one in parts) == len(EVERYTHING)
    patient = Compartment("Patient", "p1")
    within = across(types_in("Patient"), "", named=False, compartment=patient)
    assert len(parts_of(within, access)) == 1
    both = parts_of(across(("Condition", "AllergyIntolerance", "Procedure"), "patient=p1"), access)
    assert len(both) == 1


@pytest.mark.parametrize("who", [callers.nobody(), callers.analyst()])
async def test_each_type_needs_the_right(city: Database, who: Access) -> None:
    wanted = across(("Patient", "Observation"))
    with pytest.raises(Forbidden):
        compile.page(wanted, who)
    one = replace(callers.clinician(1), rights=frozenset({("Patient", Verb.SEARCH)}))
    with pytest.raises(Forbidden, match="Observation"):
        compile.count(wanted, one)


async def test_who_has_no_ward_names_a_patient_for_each_type(city: Database) -> None:
    hospital = callers.hospital()
    for wanted in (
        across(("Patient", "Organization")),
        across(("Patient", "Observation"), "_id=p1"),
        across(EVERYTHING, "_id=p1", named=False),
    ):
        with pytest.raises(Forbidden, match=r"Name the (resident|patient)"):
            compile.page(wanted, hospital)
    compile.page(across(("Condition", "Observation"), "patient=p1"), hospital)
    compile.page(across(("Practitioner", "Organization"), "name=a"), hospital)


async def test_a_whole_compartment(city: Database) -> None:
    for owner, words in (
        (Compartment("Patient", "p1"), "p1 o1 c1 e1"),
        (Compartment("Practitioner", "x"), "x o1 o2 e1 e2"),
        (Compartment("Encounter", "e1"), "e1"),
        (Compartment("Device", "none"), ""),
    ):
        wanted = across(types_in(owner.type), named=False, compartment=owner)
        assert await found_by(city, wanted) == set(words.split())
        mine = {one for one in words.split() if not one.endswith("2")}
        assert await found_by(city, wanted, callers.clinician(1)) == mine
        narrow = across(("Observation", "Encounter"), "date=2026-01", compartment=owner)
        seen = await found_by(city, narrow) if owner.type != "Device" else set()
        assert seen == mine & {"o1", "e1"}
