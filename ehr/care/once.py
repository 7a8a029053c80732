"""A document is recorded once, however often it is sent.

The outbox of the web app sends again what it had no answer to. The id of a document is the id of
its main resource: whoever comes second waits for the first, then finds it there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ehr.access import Access
from ehr.db import Tx
from ehr.directory.idempotency import lock
from ehr.errors import NotFound
from ehr.ingest.change import Saved
from ehr.records.read import read
from ehr.records.stored import Stored


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a document became: its main resource; `created` is False when it was there before."""

    resource_type: str
    id: str
    version: int
    last_updated: datetime
    created: bool


async def already(
    tx: Tx, resource_type: str, id: str, *, access: Access, also: Collection[str] = ()
) -> Stored | None:
    """The record of an earlier sending, or None; holds the id (and `also`) to the commit.

    Raises Gone when it was recorded and deleted since.
    """
    await lock(tx, {f"{resource_type}/{id}", *also})
    try:
        return await read(tx, resource_type, id, access=access)
    except NotFound:
        return None


def before(stored: Stored) -> Recorded:
    """The answer to a document that came again."""
    return Recorded(
        stored.resource_type, stored.id, stored.version, stored.last_updated, created=False
    )


def now(saved: Saved) -> Recorded:
    """The answer to a document that was recorded."""
    return Recorded(saved.resource_type, saved.id, saved.version, saved.last_updated, created=True)
