"""How far the index is: which version its rows are of, and where making them anew has come to.

Kept in `system_state`, so that it survives a kill and every process sees it.
"""

from dataclasses import dataclass

from ehr.db import Database, Tx
from ehr.search.version import INDEX_VERSION

_VERSION, _BUCKET, _RID, _DONE, _TOTAL = (
    "index.version",
    "index.bucket",
    "index.rid",
    "index.done",
    "index.total",
)
_UNKNOWN = -1
_START = (-(2**31), -(2**63))


@dataclass(frozen=True, slots=True)
class IndexState:
    """`version` of the rows, and the last row (`bucket`, `rid`) that was made anew.

    `total` counts the resources when that began; None while it has not.
    """

    version: int = 1
    bucket: int = _START[0]
    rid: int = _START[1]
    done: int = 0
    total: int | None = None

    @property
    def is_current(self) -> bool:
        """Whether every row is what this version of the code writes."""
        return self.version == INDEX_VERSION


async def read(source: Database | Tx) -> IndexState:
    """What is known; version 1 from the start when nothing is."""
    query = "SELECT key, value FROM system_state WHERE key LIKE 'index.%%'"
    if isinstance(source, Tx):
        rows = await source.fetch(query, ())
    else:
        rows = await source.fetch_directory(query, ())
    known = {key: int(value) for key, value in rows}
    total = known.get(_TOTAL, _UNKNOWN)
    return IndexState(
        known.get(_VERSION, 1),
        known.get(_BUCKET, _START[0]),
        known.get(_RID, _START[1]),
        known.get(_DONE, 0),
        None if total == _UNKNOWN else total,
    )


async def write(tx: Tx, state: IndexState) -> None:
    """Put it on record in a running transaction."""
    values = {
        _VERSION: state.version,
        _BUCKET: state.bucket,
        _RID: state.rid,
        _DONE: state.done,
        _TOTAL: _UNKNOWN if state.total is None else state.total,
    }
    await tx.execute(
        "INSERT INTO system_state (key, value) SELECT * FROM unnest(%s::text[], %s::text[])"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, set_at = clock_timestamp()",
        [list(values), [str(one) for one in values.values()]],
    )


async def ask_again(tx: Tx) -> None:
    """Have every row made anew by the next worker that looks, from the start."""
    await write(tx, IndexState(version=0))
