"""Chains and `_has`: what they find, for whom, and what is none (search.html#chaining, #has)."""

from dataclasses import replace
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import (
    CCCD,
    LOINC,
    found,
    ids_of,
    observation,
    organizations,
    page,
    patient,
    query,
    store,
)

from ehr.access import Access, Label, Power, Verb
from ehr.db import Database
from ehr.errors import EhrError, Forbidden, InvalidQuery, NotSupported, TooCostly
from ehr.records.resolved import resolved
from ehr.search import compile
from ehr.search.conditions import condition_of
from ehr.search.query import Chained, Condition, Has, UnknownParameter

WEIGHT = f"{LOINC}|29463-7"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
HOSPITAL = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))


def reference(to: str) -> dict[str, str]:
    return {"reference": to}


def encounter(id: str, who: str, **more: Any) -> dict[str, Any]:
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    return {
        "resourceType": "Encounter", "id": id, "status": "finished", "class": kind,
        "subject": reference(f"Patient/{who}"), **more,
    }  # fmt: skip


@pytest.fixture
async def city(db: Database) -> Database:
    """A in ward 1, B in ward 2: a visit, a finding of it and one that has it as a member each."""
    await organizations(db)
    await store(
        db,
        {"resourceType": "Practitioner", "id": "x", "name": [{"family": "Trần"}]},
        {"resourceType": "Location", "id": "l", "name": "Trần Phú"},
        {"resourceType": "Practitioner", "id": "y", "name": [{"family": "Lê"}]},
    )
    for name, ward, family, doctor in [("a", 1, "Nguyễn", "x"), ("b", 2, "Phạm", "y")]:
        cccd = {"system": CCCD, "value": f"09900000000{ward}"}
        await store(
            db,
            patient(
                name, ward, name=[{"family": family}], gender="male", identifier=[cccd],
                generalPractitioner=[reference(f"Practitioner/{doctor}")],
            ),
            encounter(
                f"e{name}", name,
                participant=[{"individual": reference(f"Practitioner/{doctor}")}],
            ),
            observation(
                f"o{name}", name, encounter=reference(f"Encounter/e{name}"),
                performer=[reference(f"Practitioner/{doctor}")],
            ),
            observation(
                f"m{name}", name, hasMember=[reference(f"Observation/o{name}")],
                code={"coding": [{"system": LOINC, "code": "85353-1"}]},
            ),
        )  # fmt: skip
    return db


CHAINS = [
    ("Observation", "subject.name=nguyen", "oa ma"),
    ("Observation", "subject:Patient.name=nguyen", "oa ma"),
    ("Observation", "patient.name=pham", "ob mb"),
    ("Observation", "patient.name=hoang", ""),
    ("Observation", "patient.name:exact=Nguyễn", "oa ma"),
    ("Observation", "patient.gender:not=female", "oa ma ob mb"),
    ("Observation", f"patient.identifier={CCCD}|099000000001", "oa ma"),
    ("Observation", "patient.birthdate:missing=true", "oa ma ob mb"),
    ("Observation", "patient._id=b", "ob mb"),
    ("Observation", "encounter.class=AMB", "oa ob"),
    ("Observation", "encounter.patient.name=pham", "ob"),
    ("Observation", "encounter.participant:Practitioner.family=tran", "oa"),
    ("Observation", "performer.name=tran", "oa"),
    ("Observation", "performer:Practitioner.name=le", "ob"),
    ("Observation", "has-member.code=29463-7", "ma mb"),
    ("Observation", "has-member:Observation.patient.name=nguyen", "ma"),
    ("Observation", "has-member.performer.name=tran,le", "ma mb"),
    ("Observation", f"patient.name=nguyen&code={WEIGHT}", "oa"),
    ("Observation", "patient=a&performer.name=tran", "oa"),
    ("Observation", "patient=a&performer.name=le", ""),
    ("Observation", "patient.general-practitioner.name=le", "ob mb"),
    ("Patient", "organization.name=Trạm 00004", "a"),
    ("Encounter", "participant.name=tran", "ea"),
]
HAS = [
    ("Patient", f"_has:Observation:patient:code={WEIGHT}", "a b"),
    ("Patient", "_has:Observation:subject:code=85353-1", "a b"),
    ("Patient", "_has:Observation:patient:code=none", ""),
    ("Patient", "_has:Observation:patient:performer.name=le", "b"),
    ("Patient", "_has:Encounter:patient:participant.name=tran", "a"),
    ("Patient", "_has:Observation:patient:_has:Observation:has-member:code=85353-1", "a b"),
    ("Patient", f"_has:Observation:patient:code={WEIGHT}&name=pham", "b"),
    ("Encounter", f"_has:Observation:encounter:code={WEIGHT}", "ea eb"),
    ("Encounter", "_has:Observation:encounter:code=85353-1", ""),
    ("Encounter", "_has:Observation:encounter:patient.name=pham", "eb"),
    ("Practitioner", f"_has:Observation:performer:code={WEIGHT}", "x y"),
    ("Practitioner", "_has:Observation:performer:patient.name=pham", "y"),
    ("Practitioner", "_has:Patient:general-practitioner:gender=male", "x y"),
    ("Observation", "_has:Observation:has-member:code=85353-1", "oa ob"),
    ("Observation", "_has:Observation:has-member:patient.name=pham", "ob"),
    ("Observation", "patient._has:Encounter:patient:participant.name=tran", "oa ma"),
]


@pytest.mark.proves("search/chain")
@pytest.mark.parametrize(("kind", "asked", "ids"), CHAINS, ids=[case[1] for case in CHAINS])
async def test_a_chain_finds(city: Database, kind: str, asked: str, ids: str) -> None:
    assert await found(city, kind, asked) == set(ids.split())


@pytest.mark.proves("search/_has")
@pytest.mark.parametrize(("kind", "asked", "ids"), HAS, ids=[case[1] for case in HAS])
async def test_has_finds(city: Database, kind: str, asked: str, ids: str) -> None:
    assert await found(city, kind, asked) == set(ids.split())


def asking_each_row(condition: Condition) -> Condition:
    """The condition with many rows at every other end: each row is asked for its own."""
    if isinstance(condition, Chained):
        targets = tuple((kind, asking_each_row(one)) for kind, one in condition.targets)
        return replace(condition, targets=targets, many=frozenset(kind for kind, _ in targets))
    if isinstance(condition, Has):
        return replace(condition, condition=asking_each_row(condition.condition), many=True)
    return condition


@pytest.mark.parametrize(("kind", "asked", "ids"), CHAINS + HAS)
async def test_from_either_end_the_same_is_found(
    city: Database, kind: str, asked: str, ids: str
) -> None:
    wanted = query(kind, asked)
    many = replace(wanted, filters=tuple(map(asking_each_row, wanted.filters)))
    for access, seen in ((callers.system(), ids.split()), (callers.clinician(3), [])):
        shown = ids_of(await page(city, many, access))
        mine = [one for one in shown if one not in {"x", "y"}] if not seen else shown
        assert sorted(mine) == sorted(seen)
        told = await resolved(city, wanted, access)
        assert sorted(ids_of(await page(city, told, access))) == sorted(shown)


@pytest.mark.parametrize(("kind", "asked", "ids"), CHAINS + HAS)
async def test_a_nurse_finds_her_ward_s_part_of_it(
    city: Database, kind: str, asked: str, ids: str
) -> None:
    """What leads through another ward's record is not there: not in the answer, nor as a reason."""
    mine = {one for one in ids.split() if one.endswith("a")}
    if kind == "Practitioner":
        mine = {"x"} & set(ids.split())
    assert await found(city, kind, asked, callers.clinician(1)) == mine


@pytest.mark.parametrize(
    ("access", "ids"),
    [
        (callers.clinician(2), {"ob", "mb"}),
        (callers.several(1, 2), {"oa", "ma", "ob", "mb"}),
        (callers.clinician(3), set()),
        (HOSPITAL, {"ob", "mb"}),
        (replace(callers.nobody(), rights=callers.EVERY_RIGHT), set()),
    ],
    ids=["ward 2", "two wards", "the wrong ward", "hospital by grant", "nobody"],
)
async def test_each_shape_of_caller(city: Database, access: Access, ids: set[str]) -> None:
    async with city.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', 'x', now() - interval '1 day', now() + interval '1 day'"
            " FROM resource_directory WHERE id = 'b'"
        )
    access = replace(access, powers=HOSPITAL.powers)
    assert await found(city, "Observation", "patient.gender=male", access) == ids
    people = {one[-1] for one in ids}
    assert await found(city, "Patient", f"_has:Observation:patient:code={WEIGHT}", access) == people


async def test_what_a_label_hides_is_no_reason(city: Database) -> None:
    restricted = {"system": CONFIDENTIALITY, "code": "R"}
    code = {"coding": [{"system": LOINC, "code": "1-1"}]}
    await store(city, observation("hidden", "a", code=code, meta={"security": [restricted]}))
    asked = "_has:Observation:patient:code=1-1"
    assert await found(city, "Patient", asked) == {"a"}
    for access in (callers.clinician(1), callers.unlabelled(callers.clinician(1))):
        assert Label.RESTRICTED not in access.labels
        assert await found(city, "Patient", asked, access) == set()


async def test_the_right_to_search_what_it_leads_to_is_needed(city: Database) -> None:
    rights = frozenset({("Observation", Verb.SEARCH)})
    access = replace(callers.clinician(1), rights=rights)
    with pytest.raises(Forbidden):
        compile.page(query("Observation", "patient.name=nguyen"), access)
    patients = replace(access, rights=frozenset({("Patient", Verb.SEARCH)}))
    with pytest.raises(Forbidden):
        compile.page(query("Patient", f"_has:Observation:patient:code={WEIGHT}"), patients)
    some = replace(access, rights=rights | {("Practitioner", Verb.SEARCH)})
    assert await found(city, "Observation", "performer.name=tran", some) == {"oa"}


async def test_what_came_before_its_patient_is_joined_too(db: Database) -> None:
    await organizations(db)
    await store(db, observation("early", "late"))
    await store(db, patient("late", name=[{"family": "Nguyễn"}]))
    await store(db, observation("after", "late"))
    assert await found(db, "Observation", "patient.name=nguyen") == {"early", "after"}
    asked = f"_has:Observation:patient:code={WEIGHT}"
    assert await found(db, "Patient", asked) == {"late"}
    await store(db, patient("only"))
    assert await found(db, "Patient", asked) == {"late"}
    for kind, link, ids in (
        ("Observation", "patient.name=nguyen", ["after", "early"]),
        ("Patient", asked, ["late"]),
    ):
        many = replace(query(kind), filters=(asking_each_row(*query(kind, link).filters),))
        assert sorted(ids_of(await page(db, many, callers.system()))) == ids


async def test_has_of_early_findings_alone(db: Database) -> None:
    await organizations(db)
    await store(db, observation("early", "late"))
    await store(db, patient("late"), patient("other"))
    assert await found(db, "Patient", f"_has:Observation:patient:code={WEIGHT}") == {"late"}


def test_without_a_type_every_one_that_can_be_asked_is() -> None:
    found = condition_of("Observation", "subject.name", "x")
    assert isinstance(found, Chained)
    assert [kind for kind, _ in found.targets] == ["Location", "Patient"]
    reverse = condition_of("Patient", "_has:Observation:patient:code", "x")
    assert isinstance(reverse, Has)
    assert (reverse.source, reverse.key) == ("Observation", "_has:Observation:patient:code")


@pytest.mark.parametrize(
    ("kind", "key", "error"),
    [
        ("Observation", "code.name", InvalidQuery),
        ("Observation", "subject.", InvalidQuery),
        ("Observation", "subject:Patient.", InvalidQuery),
        ("Observation", "subject:Practitioner.name", InvalidQuery),
        ("Observation", "subject:.name", InvalidQuery),
        ("Observation", "subject:Foo.name", InvalidQuery),
        ("Observation", "subject.foo", UnknownParameter),
        ("Observation", "subject:Patient.foo", UnknownParameter),
        ("Observation", "foo.name", UnknownParameter),
        ("Observation", ".name", UnknownParameter),
        ("Observation", "patient.birthdate", InvalidQuery),
        ("Observation", "patient.name:below", InvalidQuery),
        ("Patient", "_has", InvalidQuery),
        ("Patient", "_has:Observation", InvalidQuery),
        ("Patient", "_has:Observation:patient", InvalidQuery),
        ("Patient", "_has:Observation:patient:", InvalidQuery),
        ("Patient", "_has::patient:code", InvalidQuery),
        ("Patient", "_has:Foo:patient:code", InvalidQuery),
        ("Patient", "_has:Observation:foo:code", InvalidQuery),
        ("Patient", "_has:Observation:code:code", InvalidQuery),
        ("Patient", "_has:Observation:encounter:code", InvalidQuery),
        ("Patient", "_has:Observation:patient:foo", UnknownParameter),
        ("Observation", "has-member." * 4 + "code", None),
        ("Observation", "has-member." * 5 + "code", TooCostly),
        ("Observation", "_has:Observation:has-member:" * 5 + "code", TooCostly),
    ],
)
def test_what_is_refused(kind: str, key: str, error: type[EhrError] | None) -> None:
    if error is None:
        assert condition_of(kind, key, "x")
        return
    with pytest.raises(error) as refused:
        condition_of(kind, key, "x")
    assert type(refused.value) in (error, NotSupported)
