"""Which reports there are, and which definition holds for a period."""

from datetime import date

from ehr.errors import InvalidQuery, NotFound
from ehr.reports.report import Report
from ehr.reports.visits import VISITS

REPORTS: tuple[Report, ...] = (VISITS,)
"""Every definition ever in force: a slug may occur again with later dates."""


def find(slug: str, month: date) -> Report:
    """The definition of `slug` for a period; NotFound for no such report, InvalidQuery for no such
    period."""
    named = [report for report in REPORTS if report.slug == slug]
    if not named:
        raise NotFound("There is no such report.")
    for report in named:
        if report.holds_on(month):
            return report
    first = min(report.valid_from for report in named)
    raise InvalidQuery(f"This report begins with {first:%Y-%m}.", expression="period")


def current(day: date) -> list[Report]:
    """The reports in force on a day."""
    return [report for report in REPORTS if report.holds_on(day)]
