"""The parameters of a report: a month and perhaps a ward, and nothing else.

There are no free filters: a cell could be isolated by asking twice (docs/reports.md).
A year is not offered: the year less eleven months would be the twelfth, hidden cells included.
"""

import re
from collections.abc import Iterable
from datetime import date

from ehr.errors import InvalidQuery
from ehr.reports.report import Params

_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_WARD = re.compile(r"\d{5}", re.ASCII)


def parse(query: Iterable[tuple[str, str]]) -> Params:
    """The parameters of a query string's pairs; raises InvalidQuery naming what is wrong."""
    given: dict[str, str] = {}
    for name, value in query:
        if name not in ("period", "ward"):
            raise InvalidQuery(
                "A report has only the parameters period, ward and format=csv.",
                expression=name[:64],
            )
        if name in given:
            raise InvalidQuery("A parameter is given once.", expression=name)
        given[name] = value
    return Params(_month(given.get("period")), _ward(given.get("ward")))


def _month(text: str | None) -> date:
    match = _PERIOD.fullmatch(text or "")
    if match is None or int(match[1]) < 1900:
        raise InvalidQuery("The period is a month such as 2026-11.", expression="period")
    return date(int(match[1]), int(match[2]), 1)


def _ward(text: str | None) -> str | None:
    if text is not None and not _WARD.fullmatch(text):
        raise InvalidQuery("The ward is a code of five digits.", expression="ward")
    return text
