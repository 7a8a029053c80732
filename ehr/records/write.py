"""Rows of records: one multi-row statement a table, all in one round trip.

Only `ehr.ingest` and the reindex job call this; it checks nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from ehr.access import Verb
from ehr.db import Params, Query, Tx
from ehr.fhir.definitions import type_number
from ehr.fhir.resource import Resource, dump
from ehr.records.written import Written
from ehr.search.extract import IndexRows, extract, extract_beside
from ehr.turns import InTurns

Statement = tuple[Query, Params]
LARGE = 50_000
"""Bytes of a resource that is indexed beside the loop: a megabyte would hold it for seconds."""

_AS_TEXT = {"bigint[]": "text", "tsvector": "text"}
"""What travels as its text: arrays have one length in an array of arrays, and a word no binary."""


def _insert(table: str, columns: str, *, conflict: str = "") -> str:
    """INSERT … SELECT FROM unnest(one array a column); `columns` is "name type, …"."""
    pairs = [column.split() for column in columns.split(", ")]
    names = ", ".join(name for name, _ in pairs)
    arrays = ", ".join(f"%b::{_AS_TEXT.get(kind, kind)}[]" for _, kind in pairs)
    values = ", ".join(f"{name}::{kind}" if kind in _AS_TEXT else name for name, kind in pairs)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM unnest({arrays}) AS t({names})"  # noqa: S608 - constants
        f"{conflict}"
    )


_RESOURCE_COLUMNS = (
    "bucket int, rid bigint, rtype smallint, id text, version int, ward int, pat bigint,"
    " label int, lu timestamptz, deleted bool, fmt smallint, content bytea,"
    " method smallint"
)
_RESOURCE = _insert("resource", _RESOURCE_COLUMNS)
_DIRECTORY = _insert("resource_directory", "rtype smallint, id text, rid bigint")
_INDEX_COLUMNS = (
    "bucket int, rid bigint, rtype smallint, ward int, pat bigint, label int, lu timestamptz,"
    " dlo timestamptz, dhi timestamptz, code bigint, enc bigint, tok bigint[], self bigint"
)
_INDEX = _insert(
    "resource_index",
    _INDEX_COLUMNS,
    conflict=" ON CONFLICT (bucket, rid) DO UPDATE SET ward = excluded.ward, pat = excluded.pat,"
    " label = excluded.label, lu = excluded.lu, dlo = excluded.dlo, dhi = excluded.dhi,"
    " code = excluded.code, enc = excluded.enc, tok = excluded.tok, self = excluded.self",
)
_KEY = _insert("index_key", "bucket int, rid bigint, v bigint, ward int")
_STRING = _insert(
    "index_string", "bucket int, rid bigint, param smallint, ward int, comp bigint, v text"
)
_DATE = _insert(
    "index_date",
    "bucket int, rid bigint, param smallint, ward int, comp bigint, lo timestamptz, hi timestamptz",
)
_QUANTITY = _insert(
    "index_quantity",
    "bucket int, rid bigint, param smallint, ward int, comp bigint, unit bigint, v float8,"
    " far float8",
)
_TEXT = _insert("index_text", "bucket int, rid bigint, ward int, words tsvector")
_PHRASE = """
INSERT INTO index_phrase (v, words)
SELECT t.v, t.words::tsvector FROM unnest(%b::bigint[], %b::text[]) AS t(v, words)
WHERE NOT EXISTS (SELECT FROM index_phrase p WHERE p.v = t.v)
ON CONFLICT (v) DO NOTHING"""
_SUPERSEDE = """
INSERT INTO resource_history
  (bucket, rid, version, ward, pat, label, lu, deleted, fmt, content, method)
SELECT r.bucket, r.rid, r.version, r.ward, r.pat, r.label, r.lu, r.deleted, r.fmt, r.content,
  r.method
FROM resource r JOIN unnest(%b::int[], %b::bigint[]) AS t(bucket, rid)
  ON r.bucket = t.bucket AND r.rid = t.rid"""
_UPDATE = """
UPDATE resource r SET version = t.version, label = t.label, lu = t.lu, deleted = t.deleted,
  fmt = t.fmt, content = t.content, method = t.method
FROM unnest(%b::int[], %b::bigint[], %b::int[], %b::int[], %b::timestamptz[], %b::bool[],
            %b::smallint[], %b::bytea[], %b::smallint[])
  AS t(bucket, rid, version, label, lu, deleted, fmt, content, method)
WHERE r.bucket = t.bucket AND r.rid = t.rid"""
_SIDE_TABLES = ("index_key", "index_string", "index_date", "index_quantity", "index_text")


async def write(tx: Tx, changes: Sequence[Written]) -> None:
    """Write the rows of `changes`: content, history, directory and indexes."""
    created = [one for one in changes if one.version == 1]
    superseding = [one for one in changes if one.version > 1]
    statements: list[Statement] = []
    if created:
        statements.append((_DIRECTORY, _columns(created, _directory_row)))
        statements.append((_RESOURCE, _columns(created, _resource_row)))
    if superseding:
        keys = [[one.bucket for one in superseding], [one.rid for one in superseding]]
        statements.append((_SUPERSEDE, keys))
        statements.append((_UPDATE, _columns(superseding, _update_row)))
    statements += await _index_statements(created, superseding)
    await tx.execute_all(statements)


async def amend(tx: Tx, one: Written) -> None:
    """Write what a record's current version says in its place: no version is superseded."""
    update = (_UPDATE, _columns([one], _update_row))
    await tx.execute_all([update, *await _index_statements([], [one])])


async def index_again(tx: Tx, current: Sequence[Written]) -> None:
    """Make the index rows of current versions anew; whoever calls has locked their resources."""
    await tx.execute_all(await _index_statements([], list(current)))


async def _index_statements(created: list[Written], superseding: list[Written]) -> list[Statement]:
    live: list[tuple[Written, IndexRows]] = []
    sides: list[tuple[Written, IndexRows]] = []
    stale: list[Written] = []
    async for one in InTurns(created):
        if one.resource is not None:
            pair = (one, await _extracted(one.resource, len(one.content)))
            live.append(pair)
            sides.append(pair)
    async for one in InTurns(superseding):
        rows = None
        if one.resource is not None:
            rows = await _extracted(one.resource, len(one.content))
        if rows is not None:
            live.append((one, rows))
        if rows is None or await _changes_sides(rows, one.previous):
            stale.append(one)
            if rows is not None:
                sides.append((one, rows))
    return [
        *_forget(stale, superseding),
        *_if_any(_INDEX, [_index_row(*pair) for pair in live]),
        *_if_any(_KEY, [(o.bucket, o.rid, v, o.ward) for o, rows in sides for v in _keys(o, rows)]),
        *_if_any(_STRING, _side_rows(sides, lambda rows: rows.strings)),
        *_if_any(_DATE, _side_rows(sides, lambda rows: rows.dates)),
        *_if_any(_QUANTITY, _side_rows(sides, lambda rows: rows.quantities)),
        *_if_any(_TEXT, [(o.bucket, o.rid, o.ward, rows.words) for o, rows in sides if rows.words]),
        *_if_any(_PHRASE, sorted({pair for _, rows in live for pair in rows.phrases})),
    ]


async def _extracted(resource: Resource, size: int) -> IndexRows:
    return extract(resource) if size < LARGE else await extract_beside(resource)


async def _changes_sides(rows: IndexRows, previous: Resource | None) -> bool:
    """Whether the rows of the side tables are others than those of the version before."""
    if previous is None:
        return True
    return _sides_differ(rows, await _extracted(previous, len(dump(previous))))


def _forget(stale: list[Written], superseding: list[Written]) -> list[Statement]:
    """Remove the index rows of what changed its search values or was deleted."""
    statements: list[Statement] = []
    if stale:
        keys = [[one.bucket for one in stale], [one.rid for one in stale]]
        statements += [(_delete_from(table), keys) for table in _SIDE_TABLES]
    gone = [one for one in superseding if one.resource is None]
    if gone:
        keys = [[one.bucket for one in gone], [one.rid for one in gone]]
        statements.append((_delete_from("resource_index"), keys))
    return statements


def _delete_from(table: str) -> str:
    return (
        f"DELETE FROM {table} i USING unnest(%b::int[], %b::bigint[]) AS t(bucket, rid)"  # noqa: S608 - constants
        " WHERE i.bucket = t.bucket AND i.rid = t.rid"
    )


def _keys(one: Written, rows: IndexRows) -> list[int]:
    """The keys of a record; its subject is found by `pat`, or by a key while it is not here."""
    return sorted({*rows.keys, *rows.subjects}) if one.pat is None else rows.keys


def _sides_differ(one: IndexRows, other: IndexRows) -> bool:
    sides = attrgetter("keys", "subjects", "strings", "dates", "quantities", "words")
    return bool(sides(one) != sides(other))


def _side_rows(
    sides: list[tuple[Written, IndexRows]],
    values_of: Callable[[IndexRows], Iterable[tuple[Any, ...]]],
) -> list[tuple[Any, ...]]:
    """Rows (bucket, rid, param, ward, …) of one side table."""
    return [
        (one.bucket, one.rid, param, one.ward, *rest)
        for one, rows in sides
        for param, *rest in values_of(rows)
    ]


def _if_any(statement: str, rows: list[tuple[Any, ...]]) -> list[Statement]:
    return [(statement, [list(column) for column in zip(*rows, strict=True)])] if rows else []


def _columns(
    changes: list[Written], row_of: Callable[[Written], tuple[Any, ...]]
) -> list[list[Any]]:
    return [list(column) for column in zip(*map(row_of, changes), strict=True)]


def _directory_row(one: Written) -> tuple[int, str, int]:
    return type_number(one.resource_type), one.id, one.rid


def _resource_row(one: Written) -> tuple[Any, ...]:
    return (
        one.bucket, one.rid, type_number(one.resource_type), one.id, one.version, one.ward,
        one.pat, int(one.label), one.last_updated, one.verb is Verb.DELETE, 0, one.content,
        int(one.method),
    )  # fmt: skip


def _update_row(one: Written) -> tuple[Any, ...]:
    return (
        one.bucket, one.rid, one.version, int(one.label), one.last_updated,
        one.verb is Verb.DELETE, 0, one.content, int(one.method),
    )  # fmt: skip


def _index_row(one: Written, rows: IndexRows) -> tuple[Any, ...]:
    return (
        one.bucket, one.rid, type_number(one.resource_type), one.ward, one.pat, int(one.label),
        one.last_updated, rows.dlo, rows.dhi, rows.code, rows.enc,
        "{" + ",".join(map(str, rows.tok)) + "}", rows.own,
    )  # fmt: skip
