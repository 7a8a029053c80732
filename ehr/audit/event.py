"""One audit event, in the terms of FHIR's AuditEvent (IHE BALP): who, what, whose, how it ended.

An event holds no clinical content, no name and no token.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from ehr import clock
from ehr.access import Access

LONGEST = 256
"""Characters of an entity: a type and an id are 100, the rest of a hostile path is no evidence."""


class Outcome(IntEnum):
    """AuditEvent.outcome: http://hl7.org/fhir/R4/valueset-audit-event-outcome.html."""

    SUCCESS = 0
    REFUSED = 4
    FAILED = 8


@dataclass(frozen=True, slots=True)
class Event:
    """`action` is an interaction's name; `entity` "Type/id" or the type and names searched by."""

    action: str
    access: Access | None = None
    entity: str | None = None
    patients: tuple[int, ...] = ()
    """Rids of the residents whose record was touched."""
    label: int = 0
    outcome: Outcome = Outcome.SUCCESS
    reason: str | None = None
    address: str | None = None
    request: str | None = None
    at: datetime = field(default_factory=clock.now)

    def row(self) -> dict[str, Any]:
        """The columns of `audit_event`, as JSON has them."""
        who = self.access
        return {
            "at": self.at,
            "account": who.account if who else None,
            "client": who.client if who else None,
            "address": (who.address if who else None) or self.address,
            "action": self.action,
            "entity": self.entity[:LONGEST] if self.entity else None,
            "patients": self.patients,
            "label": self.label,
            "outcome": int(self.outcome),
            "reason": self.reason,
            "purpose": who.purpose if who else None,
            "token_id": who.token_id if who else None,
            "request": (who.request if who else None) or self.request,
        }


_COLUMNS = (
    ("at", "timestamptz"),
    ("account", "int"),
    ("client", "text"),
    ("address", "text"),
    ("action", "text"),
    ("entity", "text"),
    ("patients", "bigint[]"),
    ("label", "int"),
    ("outcome", "smallint"),
    ("reason", "text"),
    ("purpose", "text"),
    ("token_id", "text"),
    ("request", "text"),
)
INSERT = (
    f"INSERT INTO audit_event ({', '.join(name for name, _ in _COLUMNS)})"  # noqa: S608 - constants
    f" SELECT {', '.join(name for name, _ in _COLUMNS)} FROM json_to_recordset(%s::json)"
    f" AS e({', '.join(f'{name} {kind}' for name, kind in _COLUMNS)})"
)
"""One statement for any number of events, and one parameter: an array a column cost the process
three times as much."""


def as_parameter(events: Sequence[Event]) -> tuple[str]:
    """The parameters of INSERT; a NUL, which no text of PostgreSQL holds, is left out."""
    text = orjson.dumps([event.row() for event in events]).decode()
    if "\\u0000" in text:
        # An escaped backslash before "u0000" looks the same: only the values tell them apart.
        text = orjson.dumps([_without_nul(event.row()) for event in events]).decode()
    return (text,)


def _without_nul(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.replace("\x00", "") if isinstance(value, str) else value
        for name, value in row.items()
    }
