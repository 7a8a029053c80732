"""What a hostile definition cannot do: make one question run for long."""

import time
from typing import Any

import pytest

from ehr.errors import TooCostly
from ehr.terminology.cost import Budget
from ehr.terminology.expand import expand
from ehr.terminology.library import Library
from ehr.terminology.pattern import Pattern
from ehr.terminology.validate import in_value_set

GENDER = "http://hl7.org/fhir/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def value_set(*include: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "compose": {"include": list(include)}}


@pytest.mark.parametrize("question", ["expand", "validate"])
def test_imports_that_fan_out_are_worked_out_once(question: str) -> None:
    """Ten levels of ten imports: 10,000,000,000 ways to the same codes."""
    stored = {
        ("ValueSet", f"urn:{level}"): value_set(*[{"valueSet": [f"urn:{level + 1}"]}] * 10)
        for level in range(10)
    } | {("ValueSet", "urn:10"): value_set({"system": GENDER})}
    library, top = Library(stored), stored["ValueSet", "urn:0"]
    started = time.process_time()
    if question == "expand":
        assert len(expand(library, top).members) == 4
    else:
        assert not in_value_set(library, top, None, "no such code").result
        assert in_value_set(library, top, GENDER, "male").result
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "include",
    [
        [{"system": ACT}] * 1000,
        [{"system": ACT, "filter": [{"property": "display", "op": "regex", "value": ".*a.*b"}]}]
        * 200,
        [{"system": ACT, "filter": [{"property": "code", "op": "is-a", "value": "AMB"}] * 1000}],
    ],
)
def test_work_is_counted(include: list[dict[str, Any]]) -> None:
    with pytest.raises(TooCostly):
        expand(Library(), value_set(*include))


def test_filters_are_counted_for_one_code_too() -> None:
    many = [{"property": "code", "op": "is-not-a", "value": "AMB"}] * 1000
    with pytest.raises(TooCostly):
        in_value_set(Library(), value_set({"system": ACT, "filter": many}), ACT, "IMP")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "a*a*a*b",
        r"\\*\\*\\*b",
        "a?" * 30 + "a" * 30,
        "(a|a)" * 30 + "b",
        "a" * 201,
    ],
)
def test_patterns_that_could_run_for_long(pattern: str) -> None:
    with pytest.raises(TooCostly):
        Pattern(pattern, Budget())


def test_a_long_text_costs_more() -> None:
    pattern = Pattern(".*a.*b", Budget())
    assert pattern.matches("xxaxxb")
    with pytest.raises(TooCostly):
        pattern.matches("a" * 100_000)


@pytest.mark.parametrize(
    ("pattern", "text", "held"),
    [("a|b", "b", True), ("a|b", "ab", False), (r"a\*+", "a**", True), ("[A-Z]{2}", "VN", True)],
)
def test_a_pattern_is_matched_whole(pattern: str, text: str, held: bool) -> None:
    assert Pattern(pattern, Budget()).matches(text) is held
