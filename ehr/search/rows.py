"""The index rows of one resource, without what `ehr.records.write` adds: bucket, rid, ward, pat."""

from datetime import datetime

from msgspec import Struct, field

StringRow = tuple[int, int | None, str]
"""(parameter, hash of the exact text or None for a single word, folded text)"""
DateRow = tuple[int, int | None, datetime, datetime]
"""(parameter, sibling, lower, upper)"""
QuantityRow = tuple[int, int | None, int | None, float, float | None]
"""(parameter, sibling, hash of the unit or None, value, the other end of an interval)

The parameter is negative when the value is in the representative unit and not as written."""


class Rows(Struct):
    """What the kinds add to while a resource is read; nothing is kept twice."""

    dlo: datetime | None = None
    dhi: datetime | None = None
    code: int | None = None
    enc: int | None = None
    tok: set[int] = field(default_factory=set)
    keys: set[int] = field(default_factory=set)
    subjects: set[int] = field(default_factory=set)
    strings: set[StringRow] = field(default_factory=set)
    dates: set[DateRow] = field(default_factory=set)
    quantities: set[QuantityRow] = field(default_factory=set)
    phrases: dict[int, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    narrative: set[str] = field(default_factory=set)
    concepts: set[tuple[int, str]] = field(default_factory=set)


class IndexRows(Struct, frozen=True):
    """What the index tables get for a resource; equal when a search could not tell two apart."""

    dlo: datetime | None
    dhi: datetime | None
    code: int | None
    enc: int | None
    tok: list[int]
    keys: list[int]
    """Rows of index_key."""
    strings: set[StringRow]
    dates: set[DateRow]
    quantities: set[QuantityRow]
    words: str
    """The tsvector of index_text; "" for no row."""
    phrases: list[tuple[int, str]]
    """Rows of index_phrase, shared by all records."""
    subjects: list[int]
    """Rows of index_key that a record needs only while its patient is not here (`pat` null)."""
    own: int
    """The column `self`."""
