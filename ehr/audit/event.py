"""One audit event, in the terms of FHIR's AuditEvent (IHE BALP): who, what, whose, how it ended.

An event holds no clinical content, no name and no token.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from ehr import clock
from ehr.access import Access


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

    def row(self) -> tuple[Any, ...]:
        """The values of `COLUMNS`."""
        who = self.access
        return (
            self.at,
            who.account if who else None,
            who.client if who else None,
            (who.address if who else None) or self.address,
            self.action,
            self.entity,
            "{" + ",".join(map(str, self.patients)) + "}",
            self.label,
            int(self.outcome),
            self.reason,
            who.purpose if who else None,
            who.token_id if who else None,
            (who.request if who else None) or self.request,
        )


COLUMNS = (
    ("at", "timestamptz"),
    ("account", "int"),
    ("client", "text"),
    ("address", "text"),
    ("action", "text"),
    ("entity", "text"),
    ("patients", "text"),
    ("label", "int"),
    ("outcome", "smallint"),
    ("reason", "text"),
    ("purpose", "text"),
    ("token_id", "text"),
    ("request", "text"),
)
INSERT = (
    f"INSERT INTO audit_event ({', '.join(name for name, _ in COLUMNS)})"  # noqa: S608 - constants
    " SELECT "
    + ", ".join("patients::bigint[]" if name == "patients" else name for name, _ in COLUMNS)
    + f" FROM unnest({', '.join(f'%s::{kind}[]' for _, kind in COLUMNS)})"
    + f" AS e({', '.join(name for name, _ in COLUMNS)})"
)
"""One statement for any number of events; its parameters are one array a column."""


def columns_of(events: list[Event]) -> list[list[Any]]:
    """The parameters of INSERT."""
    return [list(column) for column in zip(*(event.row() for event in events), strict=True)]
