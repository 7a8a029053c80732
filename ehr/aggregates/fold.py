"""Fold deltas into facts: what was folded is deleted in the same transaction, so nothing is
counted twice or lost, and a reader of facts plus deltas is never behind.

Several workers may fold at once: each takes deltas that no other holds, and they add to the same
facts in one order. A rebuild keeps them all out.
"""

from ehr.aggregates.cells import KEY, spread
from ehr.db import Database, Tx

BATCH = 20_000
"""Deltas of one transaction."""
LOCK = 0x7472_616D_0001
"""Advisory lock: shared while folding, exclusive while rebuilding."""

# Constants only; values travel as parameters.
_FOLD = f"""
WITH taken AS (
  DELETE FROM fact_delta WHERE id IN (
    SELECT id FROM fact_delta ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
  RETURNING place, day, band, sex, chapter, insurance, value
), added AS (
  INSERT INTO fact AS f ({KEY}, value)
  SELECT * FROM ({spread("taken")}) cells WHERE value <> 0 ORDER BY {KEY}
  ON CONFLICT ({KEY}) DO UPDATE SET value = f.value + excluded.value
)
SELECT count(*) FROM taken"""  # noqa: S608 - constants


async def fold(db: Database, *, batch: int = BATCH) -> int:
    """Fold everything there is; the number of deltas folded. `db` is the job role's."""
    folded = 0
    while True:
        count = await _fold_once(db, batch)
        folded += count
        if count < batch:
            return folded


async def _fold_once(db: Database, batch: int) -> int:
    async with db.administration() as tx:
        return await fold_in(tx, batch) if await _may_fold(tx) else 0


async def fold_in(tx: Tx, batch: int = BATCH) -> int:
    """Fold up to `batch` deltas in a running transaction; how many there were."""
    return int((await tx.fetch(_FOLD, (batch,)))[0][0])


async def _may_fold(tx: Tx) -> bool:
    return bool((await tx.fetch("SELECT pg_try_advisory_xact_lock_shared(%s)", (LOCK,)))[0][0])
