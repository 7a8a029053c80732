"""From the rows of a page statement to a page: the row more taken off, and where others begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ehr.search.query import MAX_COUNT, Cursor, SearchQuery

_RID, _KEY, _FURTHER_KEYS = 5, 6, 9


@dataclass(frozen=True, slots=True)
class Window:
    """The rows to show, and the cursors of the pages after and before, where there are such."""

    rows: list[tuple[Any, ...]]
    next: Cursor | None
    previous: Cursor | None


def window(query: SearchQuery, rows: Sequence[tuple[Any, ...]], found: int | None = None) -> Window:
    """The window of what `compile.page(query, …)` gave; `found` were there, if some went since."""
    limit = min(query.count, MAX_COUNT)
    has_more = (len(rows) if found is None else found) > limit
    backward = query.cursor is not None and query.cursor.backward
    shown = list(rows[-limit:] if backward else rows[:limit]) if limit else []
    if not shown:
        return Window([], None, None)
    has_next = has_more or backward
    has_previous = has_more if backward else query.cursor is not None
    return Window(
        shown,
        _cursor(shown[-1], backward=False) if has_next else None,
        _cursor(shown[0], backward=True) if has_previous else None,
    )


def _cursor(row: tuple[Any, ...], *, backward: bool) -> Cursor:
    return Cursor((row[_KEY], *row[_FURTHER_KEYS:]), row[_RID], backward)
