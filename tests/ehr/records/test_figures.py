"""Figures over measurements: each by hand, in one unit, and none where there are too few values."""

from typing import Any

import pytest

from ehr.fhir.resource import Number, Resource, dump, parse
from ehr.records.figures import STATISTICS, figure
from ehr.records.series import Series, series_of

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
WEIGHT = (LOINC, "29463-7")


def weight(value: str, unit: str = "kg", day: int = 1, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "effectiveDateTime": f"2026-11-{day:02}",
        "valueQuantity": {"value": Number(value), "unit": unit, "system": UCUM, "code": unit},
        **more,
    }


def of(*values: str) -> Series:
    """Weights, the newest first, a day apart."""
    days = range(len(values), 0, -1)
    return series_of([weight(v, day=d) for v, d in zip(values, days, strict=True)], WEIGHT)


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("average", "5", "kg"),
        ("maximum", "9", "kg"),
        ("minimum", "2", "kg"),
        ("count", "8", "1"),
        ("total-count", "8", "1"),
        ("median", "4.5", "kg"),
        ("std-dev", "2.13809", "kg"),
        ("sum", "40", "kg"),
        ("variance", "4.571429", "(kg)2"),
        ("20-percent", "4", "kg"),
        ("80-percent", "6.2", "kg"),
        ("4-lower", "4", "kg"),
        ("4-upper", "5.5", "kg"),
        ("4-dev", "0.75", "kg"),
        ("5-1", "4", "kg"),
        ("5-2", "4", "kg"),
        ("5-3", "5", "kg"),
        ("5-4", "6.2", "kg"),
        ("skew", "0.65625", "1"),
        ("kurtosis", "-0.21875", "1"),
        ("regression", "-0.809524", "(kg)/d"),
    ],
)
def test_each_figure(code: str, value: str, unit: str) -> None:
    values = ("2", "4", "4", "4", "5", "5", "7", "9")
    series = of(*values)
    found = figure(code, series)
    assert found is not None
    assert (found["code"], found["system"]) == (unit, UCUM)
    assert found["value"].literal == value


def test_every_statistic_of_the_specification_is_there() -> None:
    assert len(STATISTICS) == 21


@pytest.mark.parametrize("code", STATISTICS)
def test_too_few_values_give_no_figure(code: str) -> None:
    empty = figure(code, of())
    assert (empty is not None) == (code in {"count", "total-count"})
    two_needed = {"std-dev", "variance", "skew", "kurtosis", "regression"}
    assert (figure(code, of("5")) is None) == (code in two_needed)


def test_units_are_made_one() -> None:
    series = series_of([weight("58.5"), weight("60500", "g"), weight("170", "cm")], WEIGHT)
    average, count, total = (figure(c, series) for c in ("average", "count", "total-count"))
    assert average is not None
    assert dump(average["value"]) == b"59.5"
    assert count is not None
    assert total is not None
    assert (count["value"], total["value"]) == (2, 3)


@pytest.mark.parametrize(
    "other",
    [
        weight("99", status="entered-in-error"),
        weight("99", code={"coding": [{"system": LOINC, "code": "8302-2"}]}),
        weight("99", code={"coding": [{"system": "urn:x", "code": "29463-7"}]}),
        weight("99", code={"text": "29463-7"}),
        weight("99", valueQuantity={"value": Number("99"), "comparator": "<", "code": "kg"}),
        weight("99", valueQuantity={"value": Number("99"), "unit": "kg"}),
        weight("99", valueQuantity={"value": Number("99"), "system": "urn:x", "code": "kg"}),
        weight("99", valueQuantity={"code": "kg", "system": UCUM}),
    ],
)
def test_what_is_no_measurement_of_it_does_not_count(other: Resource) -> None:
    series = series_of([other, weight("50")], WEIGHT)
    assert [float(one.value) for one in series.values] == [50]


def test_a_component_is_measured_by_its_own_code() -> None:
    pressure = parse(
        b'{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"85354-9"}]},'
        b'"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},'
        b'"valueQuantity":{"value":131.50,"unit":"mmHg","system":"http://unitsofmeasure.org",'
        b'"code":"mm[Hg]"}}]}'
    )
    found = figure("average", series_of([pressure], (None, "8480-6")))
    assert found == {"value": Number("131.5"), "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}


def test_a_figure_beyond_any_number_is_none() -> None:
    series = of("1e200", "-1e200")
    assert figure("variance", series) is None
    assert figure("std-dev", series) is not None
    assert figure("average", series) == {"value": 0, "unit": "kg", "system": UCUM, "code": "kg"}
