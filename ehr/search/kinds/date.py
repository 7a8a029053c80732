"""Dates: every value is an interval [lower, upper), and so is what is asked.

http://hl7.org/fhir/R4/search.html#date and the table of prefixes on that page. `eq` means that
the interval asked for contains the resource's; `ge` and `le` count what lies inside a year asked
for, which comparing one end would lose, and what ends or begins exactly with it.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from ehr import clock
from ehr.errors import InvalidQuery
from ehr.fhir.dates import BEGINNING, END, asked_bounds, bounds, period_bounds
from ehr.fhir.path import Node
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import Branches, Scope, Sql, either, every
from ehr.search.values import DateValue, Prefix, Value
from ehr.tables.index import IS_LONG

_PREFIXED = re.compile(rf"({'|'.join(get_args(Prefix))})?(.+)", re.DOTALL)
_SHORT = timedelta(days=1)
"""What spans more has indexes of its own, so that a day's list need not look at all of the past."""

Bounds = tuple[datetime, datetime]


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the intervals of `nodes`: the columns of the main date, or rows of index_date."""
    found = [interval for value, kind in nodes if (interval := _interval(value, kind))]
    if parameter.storage != "date":
        rows.dates.update((parameter.number, None, *interval) for interval in found)
    elif found:
        rows.dlo = min(lower for lower, _ in found)
        rows.dhi = max(upper for _, upper in found)


def _interval(value: Any, kind: str) -> Bounds | None:
    """The interval of a value; None for what has no place in time (an Age, a text)."""
    try:
        if type(value) is str:
            return bounds(value)
        if kind == "Period" and type(value) is dict:
            return period_bounds(value) if "start" in value or "end" in value else None
        if kind == "Timing" and type(value) is dict:
            return _timing(value)
    except ValueError:
        return None
    return None


def _timing(timing: Mapping[str, Any]) -> Bounds | None:
    """From the first event, or the start of the repetition, to the end of the last."""
    found = [bounds(event) for event in timing.get("event", ()) if type(event) is str]
    limits = timing.get("repeat", {}).get("boundsPeriod")
    found += [period_bounds(limits)] if limits else []
    return (min(lo for lo, _ in found), max(hi for _, hi in found)) if found else None


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The date in `text`, such as `ge2026-03`; raises InvalidQuery."""
    match = _PREFIXED.fullmatch(text)
    try:
        prefix, rest = match.groups() if match else (None, text)
        lower, upper = asked_bounds(rest)
    except ValueError as error:
        raise InvalidQuery(f"{parameter.code}: {error}.") from None
    return DateValue(prefix or "eq", lower, upper)  # type: ignore[arg-type] # one of the nine


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the dates."""
    values = [one for one in criterion.values if isinstance(one, DateValue)]
    storage = criterion.parameter.storage
    if storage == "lu":
        return (either(_compare_instant(one, "i.lu") for one in values),)
    if storage == "date":
        if len(values) == 1 and not scope.bound:
            return _main_date(values[0])
        return (either(_compare(one, "i.dlo", "i.dhi") for one in values),)
    return (either(side(criterion.parameter, one).exists() for one in values),)


def side(parameter: Parameter, value: Value) -> SideRow:
    """The rows of index_date that have the date."""
    assert isinstance(value, DateValue)  # noqa: S101 - what `parse` gives
    numbers = [one.number for one in parameter.stored]
    return SideRow("index_date", numbers, _compare(value, "x.lo", "x.hi"))


def _main_date(value: DateValue) -> Branches:
    """The main date of unbound rows: what spans a day or less, then the few that span more.

    The index orders by `dlo`; without the first branch's limit, rows that begin long before and
    might reach into the interval would have to be looked at to the beginning of time.
    """
    condition = _compare(value, "i.dlo", "i.dhi")
    from_below = {
        "ge": value.lower, "gt": value.upper, "ap": _widened(value)[0],
        "co": value.lower, "po": value.lower,
    }.get(value.prefix)  # fmt: skip
    if from_below is None:
        return (condition,)
    horizon = _minus(from_below, _SHORT)
    short = every([Sql("i.dlo >= %s", (horizon,)), condition])
    long = Sql(f"{IS_LONG.format(i='i.')} AND i.dlo < %s AND i.dhi > %s", (horizon, from_below))
    return (short, every([long, condition]))


_PREFIXES: Mapping[str, tuple[str, str]] = {
    "eq": ("({low} >= %s AND {low} < %s AND {high} <= %s)", "luu"),
    "ne": ("({low} < %s OR {high} > %s)", "lu"),
    "gt": ("{high} > %s", "u"),
    "lt": ("{low} < %s", "l"),
    "ge": ("({low} >= %s OR {high} >= %s)", "lu"),
    "le": ("({low} < %s AND ({low} <= %s OR {high} <= %s))", "ulu"),
    "sa": ("{low} >= %s", "u"),
    "eb": ("({low} < %s AND {high} <= %s)", "ll"),
    "ap": ("({low} < %s AND {high} > %s)", "ul"),
    "co": ("({low} <= %s AND {high} >= %s)", "lu"),
    "po": ("({low} < %s AND {high} > %s)", "ul"),
}
"""Prefix → condition on [low, high) of a row, and which ends of the date asked for it takes.

Where the high end is limited, so is the low one, which follows from it: said, since the indexes are
in the order of `low`, and would else be walked from their newest row.
"""


def _compare(value: DateValue, low: str, high: str) -> Sql:
    lower, upper = _widened(value) if value.prefix == "ap" else (value.lower, value.upper)
    text, ends = _PREFIXES[value.prefix]
    params = tuple(lower if end == "l" else upper for end in ends)
    return Sql(text.format(low=low, high=high), params)


_INSTANT_PREFIXES: Mapping[str, tuple[str, str]] = {
    "eq": ("({at} >= %s AND {at} < %s)", "lu"),
    "ne": ("({at} < %s OR {at} >= %s)", "lu"),
    "gt": ("{at} >= %s", "u"),
    "lt": ("{at} < %s", "l"),
    "ge": ("{at} >= %s", "l"),
    "le": ("{at} < %s", "u"),
    "sa": ("{at} >= %s", "u"),
    "eb": ("{at} < %s", "l"),
    "ap": ("({at} >= %s AND {at} < %s)", "lu"),
    "co": ("({at} <= %s AND {at} >= %s)", "lu"),
    "po": ("({at} >= %s AND {at} < %s)", "lu"),
}
"""The same for a row that is one instant, so that an index on it serves every prefix."""


def _compare_instant(value: DateValue, column: str) -> Sql:
    lower, upper = _widened(value) if value.prefix == "ap" else (value.lower, value.upper)
    text, ends = _INSTANT_PREFIXES[value.prefix]
    params = tuple(lower if end == "l" else upper for end in ends)
    return Sql(text.format(at=column), params)


def _widened(value: DateValue) -> Bounds:
    """For `ap`: a tenth of the time between now and the date, on both sides."""
    now = clock.now()
    margin = abs(now - value.lower) / 10
    return _minus(value.lower, margin), _plus(value.upper, margin)


def _minus(instant: datetime, length: timedelta) -> datetime:
    return instant - length if instant - BEGINNING > length else BEGINNING


def _plus(instant: datetime, length: timedelta) -> datetime:
    return instant + length if END - instant > length else END
