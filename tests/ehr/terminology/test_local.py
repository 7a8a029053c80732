"""The lists of a ward clinic as code systems: all that is written here is known here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from ehr.clock import HANOI
from ehr.terminology import local, lookup, systems
from ehr.terminology.expand import expand
from ehr.terminology.library import Library
from ehr.terminology.validate import in_system
from seed import staff, wards
from seed.plan import Plan, WardPlan
from seed.records import resources
from seed.residents import residents
from seed.visits import callers_of, household_year

PLAN = Plan(1954, datetime(2026, 11, 23, 10, 30, tzinfo=HANOI), (WardPlan("00004", 400),))
LIBRARY = Library()
Coding = tuple[str, str, str | None]


def codings(value: Any) -> Iterator[Coding]:
    """(system, code, display) of every coding and quantity in a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value["system"], value["code"], value.get("display")
        for each in value.values():
            yield from codings(each)
    elif isinstance(value, list):
        for each in value:
            yield from codings(each)


@pytest.fixture(scope="module")
def written() -> set[Coding]:
    """What the builders write for a year of a small ward, and for the directory."""
    ward = wards.ward("00004")
    found = set(codings([*staff.resources(), *wards.resources()]))
    callers = callers_of(PLAN, PLAN.wards[0])
    for household in residents(PLAN.number, ward, PLAN.residents, PLAN.year.last):
        for person in household_year(PLAN, callers, household):
            found |= set(codings(resources(person, ward)))
    return found


def test_whatever_is_written_is_known_by_that_name(written: set[Coding]) -> None:
    used = {system for system, _, _ in written}
    assert used >= {
        systems.ICD10, systems.LOINC, systems.CVX, systems.ATC, systems.DRUG, systems.WARD,
        systems.PROVINCE, systems.ETHNICITY, systems.VISIT_KIND, systems.UCUM,
    }  # fmt: skip
    unknown = {
        (system, code): verdict.message
        for system, code, display in written
        if not (verdict := in_system(LIBRARY, system, code, display)).result
    }
    assert unknown == {}


@pytest.mark.parametrize("url", local.SYSTEMS)
def test_each_is_whole_and_can_be_listed(url: str) -> None:
    system = LIBRARY.code_system(url)
    assert system is not None
    assert system.url == url
    for one in system.concepts.values():
        assert set(one.parents) <= set(system.concepts)
    listed = expand(LIBRARY, LIBRARY.value_set(f"{url}?fhir_vs"))
    assert len(listed.members) == len(system.concepts) > 0
    assert listed.is_closed is (system.content == "complete")


@pytest.mark.parametrize(
    ("system", "code", "display", "vi"),
    [
        (systems.ICD10, "I10", "Essential (primary) hypertension", "Tăng huyết áp"),
        (systems.ICD10, "IX", "Diseases of the circulatory system", "Bệnh hệ tuần hoàn"),
        (systems.LOINC, "8480-6", "Systolic blood pressure", "Huyết áp tâm thu"),
        (systems.LOINC, "85354-9", "Blood pressure panel", "Huyết áp"),
        (systems.CVX, "19", "BCG vaccine", "BCG"),
        (systems.DRUG, "amlodipin-5-mg", "Amlodipin 5 mg", "Amlodipin 5 mg"),
        (systems.ATC, "C08CA01", "Amlodipin", "Amlodipin"),
        (systems.WARD, "00004", "Ba Đình", "Ba Đình"),
        (systems.VISIT_KIND, "01", "Khám bệnh", "Khám bệnh"),
        (systems.SERVICE_CATEGORY, "referral", "Referral", "Chuyển"),
    ],
)
def test_a_code_has_its_names(system: str, code: str, display: str, vi: str) -> None:
    known = LIBRARY.code_system(system)
    concept = known.find(code) if known else None
    assert concept is not None
    assert (concept.display or "").startswith(display)
    (designation,) = concept.designations
    assert designation.language == "vi"
    assert designation.text.startswith(vi)


def test_atc_is_a_hierarchy_by_its_spelling() -> None:
    system = LIBRARY.code_system(systems.ATC)
    assert system is not None
    assert system.ancestors("C08CA01") == {"C", "C08", "C08C", "C08CA", "C08CA01"}
    assert {"C08CA01", "C08CA05", "C09AA01"} <= system.descendants("C")
    for drug in lookup.drugs().values():
        assert system.find(drug.atc[0]) is not None
        group = system.find(drug.atc[:3])
        assert group is not None
        assert group.display, drug.atc


def test_a_drug_tells_what_it_is() -> None:
    system = LIBRARY.code_system(systems.DRUG)
    concept = system.find("amlodipin-5-mg") if system else None
    assert concept is not None
    assert ("atc", "Code", "C08CA01") in concept.properties


def test_a_diagnosis_tells_where_it_cannot_be_used() -> None:
    system = LIBRARY.code_system(systems.ICD10)
    assert system is not None
    for code, one in lookup.diagnoses().items():
        concept = system.find(code)
        assert concept is not None
        named = {name: value for name, _, value in concept.properties}
        assert named.get("never-main", False) is one.never_main
        assert named.get("sex") == one.sex
        assert concept.is_abstract is one.unusable
