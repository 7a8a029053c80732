"""Whether a person is registered already: here, which is told, or elsewhere, which is hardly.

A full identifier found among the caller's residents names the record. Found in another ward
together with the full birth date, it says only that the person is registered
(docs/decisions/care-known-elsewhere.md): no id, no ward, no name, and not without an end.
"""

import re
from dataclasses import replace

from ehr.access import EVERY_LABEL, Access
from ehr.care.documents import RegisterPatient
from ehr.db import Tx
from ehr.errors import Duplicate
from ehr.fhir.dates import bounds
from ehr.fhir.identifiers import BHYT, CCCD
from ehr.records.find import find
from ehr.search.query import Filter, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import DateValue, TokenValue
from ehr.throttle import Throttle

_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

AN_HOUR = 30
"""Times that one caller is told unless another number is set."""
_told = Throttle(AN_HOUR / 3600, AN_HOUR)
Identifier = tuple[str, str, str]
"""Field of the document, system, value."""


class RegisteredElsewhere(Duplicate):
    """This person is already registered; request a transfer."""

    issue_code = "duplicate"


def identifiers(document: RegisterPatient) -> list[Identifier]:
    """The full identifiers that the document gives."""
    given = (("cccd", CCCD, document.cccd), ("bhyt", BHYT, document.bhyt))
    return [(field, system, value) for field, system, value in given if value]


async def require_new(tx: Tx, document: RegisterPatient, *, access: Access) -> None:
    """Raises Duplicate when the person is known in the caller's wards, or in others.

    Whoever calls this for a person known elsewhere must put the refusal into the audit trail.
    """
    for field, system, value in identifiers(document):
        query = SearchQuery(types=("Patient",), filters=(_identifier(system, value),), count=1)
        page = await find(tx, query, access=access)
        if page.matches:
            raise Duplicate(
                f"{field} is that of Patient/{page.matches[0].id}, who is registered here.",
                expression=field,
                code="duplicate",
                details="already-here",
            )
    for _, system, value in identifiers(document):
        if await _known_anywhere(tx, system, value, document.birth_date, access=access):
            raise told_elsewhere(access)


def limit(an_hour: int) -> None:
    """How often one caller may be told in this process; 0: without an end. Set once at start."""
    global _told  # noqa: PLW0603 - the one place that holds it
    _told = Throttle(an_hour / 3600, an_hour)


def require_may_ask(access: Access) -> None:
    """Raises Throttled for a caller who was told too often already: neither yes nor no is told."""
    _told.require(access)


def told_elsewhere(access: Access) -> RegisteredElsewhere:
    """What tells a caller that somebody is known elsewhere, once it is counted."""
    _told.count(access)
    return RegisteredElsewhere(details="registered-elsewhere")


async def _known_anywhere(
    tx: Tx, system: str, value: str, birth_date: str, *, access: Access
) -> bool:
    """Whether any ward has this identifier with this birth date, a full one on both sides.

    It is counted, never read: the rows of other wards stay behind row-level security.
    """
    born = born_on(birth_date)
    if born is None:
        return False
    require_may_ask(access)
    everywhere = replace(access, every_ward=True, labels=EVERY_LABEL)
    query = SearchQuery(
        types=("Patient",),
        filters=(_identifier(system, value), born),
        summary="count",
    )
    return bool((await find(tx, query, access=everywhere)).total)


def _identifier(system: str, value: str) -> Filter:
    parameter = parameters("Patient")["identifier"]
    return Filter(parameter, None, (TokenValue(system, value),))


def born_on(birth_date: object) -> Filter | None:
    """Records whose birth date is this very day; None when it is no full date.

    A year or a month is no proof of knowing a person: a CCCD contains the year.
    """
    if not isinstance(birth_date, str) or not _FULL_DATE.fullmatch(birth_date):
        return None
    try:
        lower, upper = bounds(birth_date)
    except ValueError:
        return None
    return Filter(parameters("Patient")["birthdate"], None, (DateValue("eq", lower, upper),))
