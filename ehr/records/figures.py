"""The figures of `$stats`: http://hl7.org/fhir/R4/valueset-observation-statistics.html.

Of a sample: variance and standard deviation divide by one less than the number of values. What
lies between two values is found by ratio. Skew and kurtosis are the moments of a standardised
value (kurtosis less that of a normal distribution), regression the gain a day by least squares.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ehr.fhir.resource import Number
from ehr.records.series import UCUM, Series

_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Statistic:
    """How one figure is made, of how many values at least, and of which unit it is."""

    display: str
    of: Callable[[Series], Fraction | float]
    least: int = 1
    unit: str = "{unit}"


def figure(code: str, series: Series) -> dict[str, Any] | None:
    """A Quantity; None when there are too few values, or when it is beyond any number of FHIR."""
    statistic = STATISTICS[code]
    if len(series.values) < statistic.least:
        return None
    try:
        value = Number(_written(statistic.of(series)))
    except OverflowError:
        return None
    unit = statistic.unit.format(unit=series.unit)
    text = series.values[0].text if statistic.unit == "{unit}" else unit
    return {"value": value, "unit": text, "system": UCUM, "code": unit}


def _written(value: Fraction | float) -> str:
    """At most six digits after the point, none of them a closing zero."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _values(series: Series) -> list[Fraction]:
    return [one.value for one in series.values]


def _quantile(part: int, parts: int) -> Callable[[Series], Fraction]:
    """The value below which `part` of `parts` of the values lie, between neighbours by ratio."""

    def of(series: Series) -> Fraction:
        ordered = sorted(_values(series))
        place = Fraction(part * (len(ordered) - 1), parts)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return of


def _half_spread(series: Series) -> Fraction:
    return (_quantile(3, 4)(series) - _quantile(1, 4)(series)) / 2


def _moment(series: Series, power: int) -> float:
    """The standardised central moment; 0 when all values are equal."""
    values = [float(value) for value in _values(series)]
    mean, spread = statistics.fmean(values), statistics.pstdev(values)
    if spread == 0:
        return 0.0
    return statistics.fmean(((value - mean) / spread) ** power for value in values)


def _slope(series: Series) -> float:
    """How much is gained a day, by least squares; 0 when all are of one time."""
    timed = [(one.at.timestamp() / _DAY, float(one.value)) for one in series.values if one.at]
    times = [at for at, _ in timed]
    if len(timed) < 2 or min(times) == max(times):
        return 0.0
    return statistics.linear_regression(times, [value for _, value in timed]).slope


STATISTICS: dict[str, Statistic] = {
    "average": Statistic("Average", lambda s: statistics.mean(_values(s))),
    "maximum": Statistic("Maximum", lambda s: max(_values(s))),
    "minimum": Statistic("Minimum", lambda s: min(_values(s))),
    "count": Statistic("Count", lambda s: len(s.values), 0, "1"),
    "total-count": Statistic("Total Count", lambda s: s.total, 0, "1"),
    "median": Statistic("Median", lambda s: statistics.median(_values(s))),
    "std-dev": Statistic(
        "Standard Deviation", lambda s: statistics.stdev(map(float, _values(s))), 2
    ),
    "sum": Statistic("Sum", lambda s: sum(_values(s), Fraction(0))),
    "variance": Statistic("Variance", lambda s: statistics.variance(_values(s)), 2, "({unit})2"),
    "20-percent": Statistic("20th Percentile", _quantile(1, 5)),
    "80-percent": Statistic("80th Percentile", _quantile(4, 5)),
    "4-lower": Statistic("Lower Quartile", _quantile(1, 4)),
    "4-upper": Statistic("Upper Quartile", _quantile(3, 4)),
    "4-dev": Statistic("Quartile Deviation", _half_spread),
    "5-1": Statistic("1st Quintile", _quantile(1, 5)),
    "5-2": Statistic("2nd Quintile", _quantile(2, 5)),
    "5-3": Statistic("3rd Quintile", _quantile(3, 5)),
    "5-4": Statistic("4th Quintile", _quantile(4, 5)),
    "skew": Statistic("Skew", lambda s: _moment(s, 3), 2, "1"),
    "kurtosis": Statistic("Kurtosis", lambda s: _moment(s, 4) - 3, 2, "1"),
    "regression": Statistic("Regression", _slope, 2, "({unit})/d"),
}
