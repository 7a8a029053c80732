"""What a reader was shown, and whose record it was: the audit names every resident of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """`patients` are rids, for `ehr.audit.event.Event.patients`."""

    value: Value
    patients: tuple[int, ...]
