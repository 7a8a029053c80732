"""What a reader was shown, whose record it was and with which labels, for the audit."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Seen(Generic[Value]):
    """`patients` are the rids of all residents, `label` all labels of what was shown."""

    value: Value
    patients: tuple[int, ...]
    label: int
