"""Make every index row anew, while the service runs: after an upgrade that indexes more, or asked.

Batches go through the records in the order of their place. Each locks its records, so that a
writer of the same one waits and neither undoes the other, and puts on record how far it has
come: what was interrupted goes on where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from ehr.access import Label, Verb
from ehr.db import ATTEMPTS, Database, Retry, Tx
from ehr.directory import index_state, search_parameters
from ehr.directory.index_state import IndexState
from ehr.fhir.definitions import type_name
from ehr.fhir.resource import parse
from ehr.ingest.placing import placed
from ehr.records.method import Method
from ehr.records.write import index_again
from ehr.records.written import Written
from ehr.search.version import INDEX_VERSION

BATCH = 200
"""Records a transaction: some 200 ms, in which their writers wait."""
SOME = 20
"""Batches that a worker does before it looks whether it is told to stop."""
_LOCK = 7_203_001
"""The advisory lock of whoever is at it: two at once would do everything twice."""

_NEXT = """
SELECT r.bucket, r.rid, r.rtype, r.id, r.version, r.ward, r.pat, r.label, r.lu, r.content
FROM resource r WHERE (r.bucket, r.rid) > (%s, %s) AND NOT r.deleted
ORDER BY r.bucket, r.rid LIMIT %s FOR UPDATE OF r"""

Progress = Callable[[int, int], None]
"""Told (done, total) after each batch."""


async def reindex(
    db: Database, progress: Progress | None = None, *, batches: int | None = None
) -> int:
    """Bring the index to this version; the records that were indexed, 0 when there were none.

    Ends after so many batches, if that is said, and at once when another process is at it.
    """
    indexed = 0
    for number in count():
        done = await _batch(db) if number != batches else None
        if done is None:
            break
        written, state = done
        indexed += written
        if progress is not None and state.total is not None:
            progress(state.done, max(state.done, state.total))
    return indexed


async def reindex_some(db: Database) -> int:
    """A worker's share of it."""
    return await reindex(db, batches=SOME)


async def _batch(db: Database) -> tuple[int, IndexState] | None:
    """One batch, tried again when it meets a writer; None when nothing is left to do."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with db.administration() as tx:
                return await _next(tx)
        except Retry:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


async def _next(tx: Tx) -> tuple[int, IndexState] | None:
    ((held,),) = await tx.fetch("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,))
    if not held:
        return None
    if await search_parameters.begin(tx):
        await index_state.ask_again(tx)
    state = await index_state.read(tx)
    if state.is_current:
        return None
    await search_parameters.refresh(tx, now=True)
    if state.total is None:
        ((total,),) = await tx.fetch("SELECT count(*) FROM resource WHERE NOT deleted")
        state = replace(state, total=total)
    rows = await tx.fetch(_NEXT, (state.bucket, state.rid, BATCH))
    if not rows:
        await search_parameters.finish(tx)
        await index_state.write(tx, IndexState(INDEX_VERSION, done=state.done, total=state.done))
        return None
    await index_again(tx, await placed(tx, [_written(row) for row in rows]))
    state = _after(state, rows)
    await index_state.write(tx, state)
    return len(rows), state


def _after(state: IndexState, rows: Sequence[Sequence[Any]]) -> IndexState:
    last = rows[-1]
    return replace(state, bucket=last[0], rid=last[1], done=state.done + len(rows))


def _written(row: Sequence[Any]) -> Written:
    bucket, rid, rtype, id, version, ward, pat, label, last_updated, content = row
    return Written(
        verb=Verb.UPDATE,
        resource_type=type_name(rtype),
        id=id,
        rid=rid,
        bucket=bucket,
        version=version,
        ward=ward,
        pat=pat,
        label=Label(label),
        last_updated=last_updated,
        resource=parse(content),
        previous=None,
        content=content,
        author=0,
        author_ward=None,
        method=Method.UNKNOWN,
    )
