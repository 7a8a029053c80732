"""What a caller asks to change, and what came of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ehr.access import Verb
from ehr.fhir.resource import Resource
from ehr.records.method import Method
from ehr.records.written import Written


@dataclass(frozen=True, slots=True)
class Change:
    """One record to create, update or delete, under an id chosen before.

    An update of what does not exist creates it, for callers with the power to choose ids.
    """

    verb: Verb
    resource_type: str
    id: str
    resource: Resource | None = None
    if_match: tuple[int, ...] | None = None
    """Versions that the current one must be among."""
    method: Method | None = None
    """What histories tell; None: what FHIR has for `verb`."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One record as it now is; `content` is empty after a delete."""

    resource_type: str
    id: str
    version: int
    last_updated: datetime
    content: bytes
    created: bool
    rid: int
    pat: int | None
    label: int

    @classmethod
    def of(cls, one: Written) -> Self:
        """What a write came to."""
        return cls(
            one.resource_type,
            one.id,
            one.version,
            one.last_updated,
            one.content,
            one.previous is None and one.resource is not None,
            one.rid,
            one.pat,
            int(one.label),
        )


def new_id() -> str:
    """An id for a new record."""
    return str(uuid.uuid4())
