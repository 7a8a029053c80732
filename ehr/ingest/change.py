"""What a caller asks to change, and what came of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from ehr.access import Verb
from ehr.fhir.resource import Resource


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


def new_id() -> str:
    """An id for a new record."""
    return str(uuid.uuid4())
