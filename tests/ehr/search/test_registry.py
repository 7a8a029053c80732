"""The parameters of each type: numbers that never change, and where each is indexed."""

import subprocess
from collections import Counter

import pytest

from ehr.errors import InvalidQuery
from ehr.fhir.definitions import resource_types
from ehr.search import numbers, registry
from ehr.search.main_columns import MAIN_CODE, MAIN_DATE
from ehr.search.numbers import FIRST, numbered
from ehr.search.parameter import Parameter

EVERY = [one for kind in resource_types() for one in registry.parameters(kind).values()]


def of(kind: str, code: str) -> Parameter:
    return registry.parameters(kind)[code]


def test_numbers_are_committed_for_every_parameter() -> None:
    assert numbered(numbers.numbers()) == numbers.numbers()
    used = Counter(n for codes in numbers.numbers().values() for n in codes.values())
    assert max(used.values()) == 1
    assert min(used) == FIRST
    assert max(used) < 2**15


def test_a_new_parameter_gets_the_next_number_and_no_other_moves() -> None:
    known = {"Patient": {"name": 20}, "Group": {"code": 16}}
    grown = numbered(known)
    assert grown["Patient"]["name"] == 20
    assert grown["Group"]["code"] == 16
    assert min(n for codes in grown.values() for n in codes.values() if n not in (16, 20)) == 21


def test_numbers_of_the_last_commit_are_kept() -> None:
    """Against the file as committed: a changed number would lose what is indexed."""
    shown = subprocess.run(
        ["git", "show", "HEAD:ehr/search/parameters.json"], capture_output=True, check=False
    )
    if shown.returncode:  # a source archive, or the very first commit of the file
        return
    import json

    for kind, codes in json.loads(shown.stdout).items():
        for code, number in codes.items():
            assert numbers.numbers()[kind][code] == number


@pytest.mark.parametrize(
    ("kind", "code", "storage"),
    [
        ("Patient", "_id", "id"),
        ("Patient", "_lastUpdated", "lu"),
        ("Patient", "identifier", "key"),
        ("Patient", "phone", "key"),
        ("Patient", "identifier-tail", "key"),
        ("Patient", "gender", "tok"),
        ("Patient", "name", "string"),
        ("Patient", "birthdate", "date"),
        ("Patient", "death-date", "dates"),
        ("Patient", "link", "reference"),
        ("Observation", "code", "code"),
        ("Observation", "component-code", "tok"),
        ("Observation", "date", "date"),
        ("Observation", "subject", "pat"),
        ("Observation", "patient", "pat"),
        ("Observation", "performer", "reference"),
        ("Observation", "encounter", "enc"),
        ("Observation", "value-quantity", "quantity"),
        ("Observation", "code-value-quantity", "composite"),
        ("Encounter", "reason-code", "code"),
        ("Encounter", "length", "quantity"),
        ("Appointment", "patient", "reference"),
        ("Task", "patient", "pat"),
        ("Device", "patient", "pat"),
        ("Contract", "patient", "reference"),
        ("Coverage", "beneficiary", "pat"),
        ("Location", "near", "quantity"),
        ("RiskAssessment", "probability", "quantity"),
        ("ValueSet", "url", "tok"),
        ("InsurancePlan", "name", "string"),
    ],
)
def test_where_a_parameter_is_indexed(kind: str, code: str, storage: str) -> None:
    assert of(kind, code).storage == storage


def of_patient(kind: str) -> list[Parameter]:
    """The parameters that name whose a record is."""
    return [one for one in registry.parameters(kind).values() if one.storage == "pat"]


def test_a_type_has_at_most_one_main_date_and_code() -> None:
    for kind in resource_types():
        found = Counter(one.storage for one in registry.parameters(kind).values())
        assert found["date"] <= 1
        assert found["code"] <= 1
        assert found["enc"] <= 1
        assert len({one.expression for one in of_patient(kind)}) <= 2


def test_the_tables_of_main_columns_name_parameters() -> None:
    for kind, code in MAIN_DATE.items():
        assert of(kind, code).storage == "date"
    for kind, code in MAIN_CODE.items():
        assert of(kind, code).storage == "code"


def test_only_filters_and_queries_are_no_parameters_to_search_by() -> None:
    assert {one.code for one in EVERY if not one.searchable} == {"_query", "_filter"}


def test_a_union_of_others_holds_no_rows_of_its_own() -> None:
    assert {one.code for one in of("Observation", "combo-code").parts} == {"code", "component-code"}
    assert [one.code for one in of("Patient", "phonetic").parts] == ["name"]
    assert all(not part.parts for one in EVERY for part in one.parts)


def test_targets_are_those_that_resolve_allows() -> None:
    assert of("Observation", "patient").targets == ("Patient",)
    assert "Group" in of("Observation", "subject").targets


def test_no_type_no_parameters() -> None:
    with pytest.raises(InvalidQuery):
        registry.parameters("Patients")


def test_shared_types_hold_no_patient() -> None:
    from ehr.search.shared import SHARED_TYPES

    assert not [kind for kind in SHARED_TYPES if of_patient(kind)]
