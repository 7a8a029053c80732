"""Observation/$stats: the observations of one subject and code, and the figures over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.fhir.resource import parse
from ehr.records.gather import gather
from ehr.records.series import Coding, Series, beginning, series_of
from ehr.records.stored import Stored
from ehr.search.filters import parameter_of, sort_of
from ehr.search.query import Condition, Filter, SearchQuery
from ehr.search.values import TokenValue


@dataclass(frozen=True, slots=True)
class Counted:
    """One code: its series, the observations it is made of, and from when they are."""

    code: Coding
    series: Series
    source: list[Stored]
    first: datetime | None
    last: datetime | None


async def counted(
    source: Database | Tx, filters: Sequence[Condition], code: Coding, *, access: Access
) -> Counted:
    """The series of `code` among what `filters` (subject, time) find; raises as `gather`."""
    asked = Filter(parameter_of("Observation", "combo-code"), None, (TokenValue(*code),))
    query = SearchQuery(
        ("Observation",), (*filters, asked), sort=(sort_of("Observation", "-date"),)
    )
    found = await gather(source, query, access=access)
    resources = [parse(one.content) for one in found]
    times = [at for one in resources if (at := beginning(one)) is not None]
    return Counted(
        code,
        series_of(resources, code),
        found,
        min(times, default=None),
        max(times, default=None),
    )
