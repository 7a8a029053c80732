"""A version of a record as it is served: its JSON is never parsed on the way out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Protocol

from ehr.records.method import Method


@dataclass(frozen=True, slots=True)
class Stored:
    """A row, with what the audit tells of it: `rid`, `pat` and `label`.

    `content` is the resource's JSON, empty when `deleted`.
    """

    resource_type: str
    id: str
    version: int
    last_updated: datetime
    content: bytes
    deleted: bool
    rid: int
    pat: int | None
    label: int
    method: Method = Method.UNKNOWN
    """What made it; known in histories."""


def patients_of(records: Iterable[Stored]) -> set[int]:
    """Whose records these are, for the audit."""
    return {one.pat for one in records if one.pat}


class Labelled(Protocol):
    """A record, or what is made of some."""

    @property
    def label(self) -> int:
        """Its labels, as bits of `ehr.access.Label`."""


def labels_of(records: Iterable[Labelled]) -> int:
    """All labels that any of the records has, for the audit."""
    return reduce(or_, (one.label for one in records), 0)
