"""What a chain learns of its other end: many, few or nothing, as the caller may see it."""

from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import observation, organizations, patient, query, store

from ehr.access import Access, Verb
from ehr.db import Database
from ehr.errors import Forbidden
from ehr.records import probed
from ehr.records.find import find
from ehr.records.resolved import resolved
from ehr.search import ends
from ehr.search.query import NOTHING, Chained, Combined, Has, Negated


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one is many, counted: the planner knows nothing of so small a table."""
    monkeypatch.setattr(probed, "planned_rows", lambda plan: 0)
    monkeypatch.setattr(probed, "lately", probed._Lately())
    monkeypatch.setattr(ends, "MOST_OF_WARDS", 1)
    monkeypatch.setattr(ends, "MOST_OF_EVERY_WARD", 2)


@pytest.fixture
async def city(db: Database) -> Database:
    """Two women in ward 1 and one in ward 2, and one man there, with a finding each."""
    await organizations(db)
    people = [("a", 1, "female"), ("b", 1, "female"), ("c", 2, "female"), ("d", 2, "male")]
    for id, ward, gender in people:
        born = "1950-01-01" if id in "ab" else "1960-01-01"
        await store(
            db,
            patient(id, ward, gender=gender, birthDate=born, name=[{"family": "Trần"}]),
            observation(f"o{id}", id),
        )
    return db


async def learned(db: Database, asked: str, access: Access, kind: str = "Observation") -> str:
    (one,) = (await resolved(db, query(kind, asked), access)).filters
    if one == NOTHING:
        return "nothing"
    if isinstance(one, Combined):
        one = one.parts[0]
    if isinstance(one, Negated):
        one = one.part
        if one == NOTHING:
            return "nothing"
    assert isinstance(one, Chained | Has)
    return "many" if one.many else "few"


ONE, OTHER, NONE = callers.clinician(1), callers.clinician(2), callers.clinician(3)
EVERY, WARDS = callers.system(), callers.several(1, 2)


@pytest.mark.parametrize(
    ("asked", "access", "number"),
    [
        ("patient.birthdate=1950", ONE, "many"),
        ("patient.birthdate=1950", OTHER, "nothing"),
        ("patient.birthdate=1950", NONE, "nothing"),
        ("patient.birthdate=1950", EVERY, "few"),
        ("patient.birthdate=1950", WARDS, "many"),
        ("patient.birthdate=ge1950", EVERY, "many"),
        ("patient.gender=male", OTHER, "few"),
        ("patient.gender=male", ONE, "nothing"),
        ("subject.gender=male", OTHER, "few"),
        ("patient.name=tran", NONE, "many"),  # told by the word
        ("patient.name=tran zzz", ONE, "nothing"),
        ("patient._id=a", OTHER, "few"),
        ("patient._filter=not (gender eq male)", NONE, "many"),
        ("_filter=patient.gender eq male or status eq final", OTHER, "few"),
        ("_filter=not (patient.gender eq male)", OTHER, "few"),
        ("_filter=not (patient.gender eq male)", ONE, "nothing"),
        ("_filter=not (patient.birthdate ge 1950)", EVERY, "many"),
    ],
)
async def test_how_many_are_there(city: Database, asked: str, access: Access, number: str) -> None:
    assert await learned(city, asked, access) == number


@pytest.mark.parametrize(
    ("asked", "access", "ids"),
    [
        ("not (patient.gender eq male)", ONE, ["oa", "ob"]),  # nobody is one there
        ("not (patient.gender eq male)", OTHER, ["oc"]),
        ("not (patient.gender eq male)", NONE, []),
        ("not (patient.gender eq male)", EVERY, ["oa", "ob", "oc"]),
        ("not (patient.birthdate ge 1950)", EVERY, []),  # many are
        ("not (patient.birthdate lt 1955)", EVERY, ["oc", "od"]),
    ],
)
async def test_what_is_learned_within_a_negation_changes_no_answer(
    city: Database, asked: str, access: Access, ids: list[str]
) -> None:
    found = await find(city, query("Observation", f"_filter={asked}"), access=access)
    assert sorted(one.id for one in found.matches) == ids


async def test_of_has_too(city: Database) -> None:
    for access, number in ((ONE, "many"), (NONE, "nothing"), (EVERY, "many")):
        asked = "_has:Observation:patient:code=29463-7"
        assert await learned(city, asked, access, "Patient") == number


async def test_rights_are_asked_first(city: Database) -> None:
    for access in (callers.nobody(), callers.analyst()):
        wanted = query("Observation", "patient.gender=male")
        assert await resolved(city, wanted, access) is wanted
    only = replace(ONE, rights=frozenset({("Observation", Verb.SEARCH)}))
    with pytest.raises(Forbidden):
        await resolved(city, query("Observation", "patient.gender=male"), only)


async def test_what_was_looked_at_is_not_looked_at_again_unless_there_was_nothing(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [("patient.birthdate=1950", ONE), ("patient.birthdate=1960", OTHER)]
    before = [await learned(city, *one) for one in asked]
    assert await learned(city, "patient.birthdate=1950", OTHER) == "nothing"

    async def looked(*_: object) -> int:
        return 1

    monkeypatch.setattr(probed._Probing, "_looked_up", looked)
    assert [await learned(city, *one) for one in asked] == before
    assert await learned(city, "patient.birthdate=1950", OTHER) == "few"


def test_what_was_found_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    lately, now = probed._Lately(), [100.0]
    monkeypatch.setattr(probed.time, "monotonic", lambda: now[0])
    for n in range(lately.MOST + 1):
        lately.found(("SELECT", str(n)), many=n % 2 == 1)
    asked = [("SELECT", str(n)) for n in range(3)]
    assert [lately.are_many(one) for one in asked] == [None, True, False]
    now[0] += lately.SECONDS
    assert [lately.are_many(one) for one in asked] == [None, None, None]
