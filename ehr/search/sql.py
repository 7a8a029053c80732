"""Pieces of a statement: text that holds only constants and `%s`, and the values beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple


class Sql(NamedTuple):
    """A condition or clause; the number of `%s` in `text` is that of `params`."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rest of the statement does for a condition."""

    bound: bool = False
    """A patient, an id or a key chooses the rows: conditions test them, and use no index."""
    dangling: bool = False
    """The caller may see records whose patient is not here."""

    @property
    def testing(self) -> "Scope":
        """The same for conditions that only test rows."""
        return replace(self, bound=True)


TRUE = Sql("true")
FALSE = Sql("false")

Branches = tuple[Sql, ...]
"""Conditions no row meets two of: as a UNION ALL each keeps its own index and order."""


def every(parts: Iterable[Sql]) -> Sql:
    """All of `parts`."""
    return _joined(" AND ", [part for part in parts if part is not TRUE]) or TRUE


def either(parts: Iterable[Sql]) -> Sql:
    """Any of `parts`."""
    found = list(parts)
    joined = _joined(" OR ", found) or FALSE
    return joined if len(found) < 2 else Sql(f"({joined.text})", joined.params)


def untrue(part: Sql) -> Sql:
    """Not `part`, which may be null of rows that lack what it asks for."""
    return Sql(f"({part.text}) IS NOT TRUE", part.params)


def negated(part: Sql) -> Sql:
    """Not `part`, which is never null."""
    return Sql(f"NOT ({part.text})", part.params)


def _joined(word: str, parts: list[Sql]) -> Sql | None:
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    return Sql(
        word.join(part.text for part in parts),
        tuple(param for part in parts for param in part.params),
    )
