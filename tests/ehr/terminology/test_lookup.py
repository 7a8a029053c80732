"""The committed lists: whole, consistent with each other and with what the checks expect."""

import re

import msgspec
import pytest

from ehr.care.documents import Vitals
from ehr.terminology import lookup
from ehr.terminology.chapters import chapter_of

DOMAIN = [
    "I10",
    "E11.9",
    "J00",
    "J02.9",
    "J03.9",
    "J06.9",
    "J20.9",
    "J44.9",
    "J45.9",
    "J18.9",
    "K29.7",
    "K21.9",
    "K59.0",
    "A09",
    "M54.5",
    "M17.9",
    "M15",
    "G47.0",
    "R51",
    "H10.9",
    "L20",
    "L30",
    "B02",
    "N39.0",
    "N76",
    "E78.5",
    "I25.9",
    "I63",
    "I69.4",
    "Z00.0",
    "Z23",
    "Z34.9",
    "Z39.2",
    "W54",
    "Z24.2",
    "T14",
    "A91",
    "A97.9",
    "B05.9",
    "B08.4",
    "B24",
    "Z21",
]
"""Codes that ward clinics use most."""


@pytest.mark.parametrize("code", DOMAIN)
def test_the_frequent_diagnoses_are_there(code: str) -> None:
    assert code in lookup.diagnoses()


def test_every_diagnosis_is_whole() -> None:
    for code, diagnosis in lookup.diagnoses().items():
        assert re.fullmatch(r"[A-Z]\d\d(\.\d)?", code)
        assert diagnosis.vi.strip()
        assert diagnosis.en.strip()
        assert chapter_of(code)


def test_a_code_with_finer_ones_is_unusable_and_only_such() -> None:
    codes = lookup.diagnoses()
    parents = {code[:3] for code in codes if "." in code} & codes.keys()
    unusable = {code for code, diagnosis in codes.items() if diagnosis.unusable}
    assert unusable == parents


def test_pregnancy_is_for_women_only() -> None:
    for code, diagnosis in lookup.diagnoses().items():
        if code.startswith("O"):
            assert diagnosis.sex == "female"


def test_external_causes_are_never_the_main_diagnosis() -> None:
    for code, diagnosis in lookup.diagnoses().items():
        assert diagnosis.never_main or code[0] not in "VWXY"


def test_every_drug_proposes_a_dose_that_can_be_prescribed() -> None:
    assert len(lookup.drugs()) >= 80
    for drug in lookup.drugs().values():
        assert drug.dose > 0
        assert 1 <= drug.times_per_day <= 24
        assert 1 <= drug.days <= 90
        assert re.fullmatch(r"[A-Z]\d\d[A-Z]{1,2}(\d\d)?", drug.atc)


def test_the_lists_of_the_ministry_have_their_length() -> None:
    assert len(lookup.ethnicities()) == 56
    assert list(lookup.visit_kinds()) == [f"{number:02}" for number in range(1, 17)]


def test_vital_signs_are_those_of_the_document() -> None:
    fields = {field.name for field in msgspec.structs.fields(Vitals)}
    assert lookup.vital_signs().keys() == fields | {"bmi"}


def test_the_programme_schedules_eleven_vaccines() -> None:
    scheduled = [vaccine for vaccine in lookup.vaccines().values() if vaccine.schedule]
    assert len(scheduled) == 11
    for dose in (dose for vaccine in scheduled for dose in vaccine.schedule):
        assert re.fullmatch(r"(\d+[dmy])+", dose.age)


@pytest.mark.parametrize("code", ["I10", "E11.9", "J44.1", "B24", "C50.9", "F20.9"])
def test_a_long_term_disease_stays_a_problem(code: str) -> None:
    assert lookup.is_chronic(code)


@pytest.mark.parametrize("code", [None, "", "J00", "R51", "Z00.0", "W54", "O80.9"])
def test_an_acute_one_does_not(code: str | None) -> None:
    assert not lookup.is_chronic(code)
