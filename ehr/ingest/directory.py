"""The wards, partners and search parameters that a write must know, kept for ten seconds.

The tables are small and change a few times a year; a write would otherwise read them each time.
"""

import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ehr.db import Numbers, Tx
from ehr.directory import search_parameters
from ehr.directory.wards import Ward

KEEP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Directory:
    """Wards and partner accounts, by the id of their Organization."""

    wards: dict[str, Ward]
    partners: dict[str, int]


_kept: WeakKeyDictionary[Numbers, tuple[float, Directory]] = WeakKeyDictionary()


async def directory(tx: Tx) -> Directory:
    """The directory as it was at most ten seconds ago; the registry is brought up to date too."""
    await search_parameters.refresh(tx)
    read_at, kept = _kept.get(tx.numbers, (0.0, None))
    now = time.monotonic()
    if kept is not None and now - read_at < KEEP_SECONDS:
        return kept
    wards, partners = await tx.fetch_all(
        [
            (
                "SELECT id, code, name, kind, organization_id, valid_from, valid_to FROM ward",
                None,
            ),
            (
                "SELECT organization_id, account_id FROM partner WHERE organization_id IS NOT NULL",
                None,
            ),
        ]
    )
    fresh = Directory({row[4]: Ward(*row) for row in wards}, dict(partners))
    _kept[tx.numbers] = now, fresh
    return fresh
