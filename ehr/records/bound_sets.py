"""The stored value sets that profiles bind to, kept for ten seconds.

They are shared definitions, looked at for everyone alike: whether a record keeps to a profile
does not depend on who writes it.
"""

import time
from collections.abc import Iterable

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import TooCostly
from ehr.records.vocabulary import library
from ehr.terminology.library import Library

KEEP_SECONDS = 10.0
_MOST_KEPT = 64
_FOR_EVERYONE = Access(
    account=0,
    client="",
    rights=frozenset({("ValueSet", Verb.SEARCH), ("CodeSystem", Verb.SEARCH)}),
)

_kept: dict[frozenset[str], tuple[float, Library]] = {}


def forget() -> None:
    """Have them read anew by whoever asks next."""
    _kept.clear()


async def bound_sets(source: Database | Tx, urls: Iterable[str]) -> Library:
    """What is stored of the value sets `urls`, as it was at most ten seconds ago."""
    wanted = frozenset(urls)
    now = time.monotonic()
    read_at, found = _kept.get(wanted, (0.0, None))
    if found is not None and now - read_at < KEEP_SECONDS:
        return found
    try:
        fresh = await library(source, {("ValueSet", url) for url in wanted}, access=_FOR_EVERYONE)
    except TooCostly:
        fresh = Library()  # what leads to too many others refuses no record
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[wanted] = now, fresh
    return fresh
