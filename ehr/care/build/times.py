"""Times as FHIR writes them, in Hanoi's offset (http://hl7.org/fhir/R4/datatypes.html#dateTime)."""

import re
from datetime import datetime

from ehr.clock import HANOI

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


class OutOfForm(ValueError):
    """The text is no date and time."""


def instant(text: str) -> datetime:
    """The moment that `text` (ISO 8601; Hanoi's when it has no offset) names; OutOfForm if none."""
    if not _FORM.fullmatch(text):
        raise OutOfForm(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OutOfForm(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def date_time(moment: datetime) -> str:
    """`moment` (aware) as a FHIR dateTime in Hanoi's offset, to the second."""
    return moment.astimezone(HANOI).isoformat(timespec="seconds")
