"""`_filter`: every operator on every kind, logic, paths, and what is refused."""

from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.filters import CASES, settle
from fixtures.searching import found, query

from ehr.access import Access, Verb
from ehr.db import Database
from ehr.errors import EhrError, Forbidden, InvalidQuery, NotSupported, TooCostly
from ehr.search import compile
from ehr.search.conditions import condition_of
from ehr.search.filter_operators import FITTING, OPERATORS, fitting
from ehr.search.query import Chained, Combined, Filter, Negated, conjuncts
from ehr.search.registry import parameters


@pytest.fixture
async def city(db: Database) -> Database:
    """Residents a and c of ward 1, b of ward 2, with findings that end in their letter."""
    await settle(db)
    return db


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("kind", "text", "ids"), CASES, ids=[one[1] for one in CASES])
async def test_a_filter_finds(city: Database, kind: str, text: str, ids: str) -> None:
    assert await found(city, kind, f"_filter={text}") == set(ids.split())


@pytest.mark.parametrize(("kind", "text", "ids"), CASES, ids=[one[1] for one in CASES])
async def test_who_finds(city: Database, kind: str, text: str, ids: str) -> None:
    """A nurse her ward's part of it, who has several wards all, and the wrong ward nothing."""
    wanted = set(ids.split())
    asked = f"_filter={text}"
    if kind == "ValueSet":  # everyone's
        assert await found(city, kind, asked, callers.clinician(3)) == wanted
        return
    mine = {one for one in wanted if one[-1] in "ac"}
    assert await found(city, kind, asked, callers.clinician(1)) == mine
    assert await found(city, kind, asked, callers.several(1, 2)) == wanted
    assert await found(city, kind, asked, callers.clinician(3)) == set()
    nobody = replace(callers.nobody(), rights=callers.EVERY_RIGHT)
    with pytest.raises(Forbidden):  # must name a patient
        compile.page(query("Condition", "_filter=code pr true"), nobody)
    for one in (callers.nobody(), callers.analyst()):
        with pytest.raises(Forbidden):
            compile.page(query(kind, asked), one)


def test_every_operator_of_the_specification_is_tried_on_each_kind_it_fits() -> None:
    assert {
        *("eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le", "ap", "sa", "eb"),
        *("pr", "po", "ss", "sb", "in", "ni", "re"),
    } == OPERATORS
    tried = {
        (parameters(kind)[name].kind, operator)
        for kind, text, _ in CASES
        for name, operator in [text.split()[:2]]
        if name in parameters(kind)
    }
    fits = {(kind, one) for kind, several in FITTING.items() for one in several}
    assert fits - tried == {("special", "eq"), ("special", "pr")}


@pytest.mark.parametrize("kind", ["Patient", "Observation", "Condition", "ValueSet", "Location"])
def test_an_operator_that_does_not_fit_is_refused_with_those_that_do(kind: str) -> None:
    for name, parameter in parameters(kind).items():
        if not parameter.searchable:
            continue
        known = fitting(parameter)
        assert known
        for operator in OPERATORS - {*known}:
            with pytest.raises(InvalidQuery) as refused:
                condition_of(kind, "_filter", f"{name} {operator} x")
            (issue,) = refused.value.issues
            assert issue.code == "not-supported"
            assert f"_filter, character {len(name) + 2}: {operator} does not fit {name}" in str(
                refused.value
            )
            assert f"it has {', '.join(known)}." in str(refused.value)


REFUSED: list[tuple[str, str, type[EhrError], int, str]] = [
    ("Patient", "foo eq 1", InvalidQuery, 1, "Patient has no search parameter 'foo'"),
    ("Patient", "gender eq male and foo eq 1", InvalidQuery, 20, "'foo'"),
    ("Patient", "gender is male", InvalidQuery, 8, "is is no operator"),
    ("Patient", "gender EQ male", InvalidQuery, 8, "EQ is no operator"),
    ("Patient", "birthdate eq ge1950", InvalidQuery, 14, "ge1950"),
    ("Patient", "birthdate eq yesterday", InvalidQuery, 14, "yesterday"),
    ("Patient", "birthdate po 2020-02-30", InvalidQuery, 14, "out of range"),
    ("Patient", "birthdate co 1950,1960", InvalidQuery, 14, "1950,1960"),
    ("Patient", "gender pr yes", InvalidQuery, 11, "true or false"),
    ("Patient", 'name co " "', InvalidQuery, 9, "needs a text"),
    ("Patient", f'name eq "{"x" * 201}"', InvalidQuery, 9, "200"),
    ("Patient", "deceased eq maybe", InvalidQuery, 13, "true or false"),
    ("Patient", "_id eq a/b", InvalidQuery, 8, "is not an id"),
    ("Patient", "gender eq |", InvalidQuery, 11, "neither a system nor a code"),
    ("Patient", "general-practitioner re a/b/c/d", InvalidQuery, 25, "is not a reference"),
    ("Patient", "gender.name eq x", InvalidQuery, 1, "is no reference"),
    ("Patient", "general-practitioner.foo eq x", InvalidQuery, 22, "'foo'"),
    ("Patient", "general-practitioner[foo eq x].name eq y", InvalidQuery, 22, "'foo'"),
    ("Patient", "link[gender gt x].name eq y", InvalidQuery, 13, "gt does not fit"),
    ("Observation", "value-quantity eq heavy", InvalidQuery, 19, "not a number"),
    ("Observation", "value-quantity eq ge5", InvalidQuery, 19, "not a number"),
    ("Observation", "value-quantity eq 5|kg", InvalidQuery, 19, "a quantity is written"),
    ("Observation", "value-quantity co 5", InvalidQuery, 16, "co does not fit"),
    ("Observation", "code ss 8480-6", InvalidQuery, 9, "a hierarchy needs system|code"),
    ("Observation", "has-member." * 5 + "code eq x", TooCostly, 45, "at most 4 references"),
    ("Condition", "code ss http://hl7.org/fhir/sid/icd-10|nothing", InvalidQuery, 9, "no code"),
]


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("kind", "text", "error", "at", "says"), REFUSED)
def test_what_is_refused(kind: str, text: str, error: type[EhrError], at: int, says: str) -> None:
    with pytest.raises(error) as refused:
        condition_of(kind, "_filter", text)
    assert type(refused.value) in (error, NotSupported)
    assert str(refused.value).startswith(f"_filter, character {at}: "), refused.value
    assert says in str(refused.value)


def test_it_has_no_modifier() -> None:
    with pytest.raises(InvalidQuery, match="no modifiers") as refused:
        condition_of("Patient", "_filter:exact", "family eq x")
    assert refused.value.issues[0].code == "not-supported"


def test_what_must_all_hold_are_criteria_of_the_search() -> None:
    """So each has its own index, and a patient named in a filter is one named."""
    found = conjuncts(condition_of("Observation", "_filter", "patient re a and code eq x"))
    assert [type(one) for one in found] == [Filter, Filter]
    either = condition_of("Observation", "_filter", "code eq x or code eq y")
    assert isinstance(either, Filter)
    assert len(either.values) == 2
    mixed = condition_of("Observation", "_filter", "code eq x or status eq y")
    assert isinstance(mixed, Combined)
    chain = condition_of("Observation", "_filter", "not (patient.name eq x)")
    assert isinstance(chain, Negated)
    assert isinstance(chain.part, Chained)


async def test_it_goes_with_chains_and_has_and_is_repeated(city: Database) -> None:
    cases = {
        "patient._filter=gender eq male or birthdate gt 1970": "oa pa ob",
        "patient:Patient._filter=gender eq male and birthdate lt 1960": "oa pa",
        "_filter=patient.gender eq male&_filter=code eq 8480-6": "pa",
        "_filter=patient.gender eq male&code=8480-6&_filter=status eq final": "",
    }
    for asked, ids in cases.items():
        assert await found(city, "Observation", asked) == set(ids.split()), asked
    asked = "_has:Observation:patient:_filter=code eq 8480-6 and value-quantity pr false"
    assert await found(city, "Patient", asked) == {"c"}


async def test_a_hospital_names_the_patient_in_a_filter(city: Database) -> None:
    async with city.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', 'x', now() - interval '1 day', now() + interval '1 day'"
            " FROM resource_directory WHERE id = 'b'"
        )
    hospital = callers.hospital()
    asked = "_filter=patient re Patient/{} and status eq final"
    assert await found(city, "Observation", asked.format("b"), hospital) == {"ob"}
    assert await found(city, "Observation", asked.format("a"), hospital) == set()
    for text in (
        "status eq final",
        "patient re Patient/b or status eq final",
        "not (patient re Patient/b)",
    ):
        with pytest.raises(Forbidden):
            compile.page(query("Observation", f"_filter={text}"), hospital)


async def test_the_right_to_search_what_a_path_leads_to_is_needed(city: Database) -> None:
    rights = frozenset({("Observation", Verb.SEARCH)})
    access: Access = replace(callers.clinician(1), rights=rights)
    with pytest.raises(Forbidden):
        compile.page(query("Observation", "_filter=not (patient.name co a)"), access)
