"""Keep the visit rows and the city's figures in step with the records, in the writer's transaction.

Called by `ehr.ingest` once for all changes of a save. A new visit with its parts needs one read
(the Patient) and one statement, for any number of visits. A correction locks the old rows first,
so that two writers of one visit follow each other, and reads its other parts again.

Reads and writes here see every row whatever the caller may see: a figure is exact or it is wrong,
and a visit's row carries the labels of all its parts. Nothing that is read goes back to the caller.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from ehr.access import Access
from ehr.access_settings import SET_ACCESS, settings_of
from ehr.db import Params, Query, Tx
from ehr.turns import InTurns
from ehr.visits import statements
from ehr.visits.projected import Projected, References
from ehr.visits.row import Person, VisitRow, aged, build
from ehr.visits.touched import (
    SEEING_ALL,
    Families,
    Records,
    Touched,
    old_rows,
    records,
    sources,
    touched,
)

_values = attrgetter(*statements.NAMES)

New = list[tuple[VisitRow, str | None]]
"""Rows to write, each with the Organization that decides its place."""


async def project(
    tx: Tx, saved: Sequence[Projected], *, access: Access, bases: Sequence[str] = ()
) -> None:
    """Bring `visit` and `fact_delta` up to `saved`; `bases` are URLs that mean this server."""
    found = touched(saved, References(tuple(bases)))
    if found.nothing:
        return
    old = await old_rows(tx, found)
    known = await records(tx, found, old.values())
    new = [*await _rebuilt(found, old, known), *_aged(found, old)]
    again = (SET_ACCESS, settings_of(access))
    await tx.execute_all([SEEING_ALL, *_statements(new, old, found), again])


async def _rebuilt(found: Touched, old: dict[int, VisitRow], known: Records) -> New:
    """The touched visits as they now are."""
    new: New = []
    families = Families(known, found.refer)
    async for source in InTurns(sources(found, old.values(), known)):
        person = known.get(source.pat)
        new.append(
            build(
                source,
                families.of(source),
                Person.of(person.resource) if person else None,
                old.get(source.rid),
                found.refer,
            )
        )
    return new


def _aged(found: Touched, old: dict[int, VisitRow]) -> New:
    """The other visits of people whose birth date or sex was corrected."""
    people = found.corrected()
    return [
        (aged(row, people[row.pat]), None)
        for row in old.values()
        if row.pat in people and not found.touches(row)
    ]


def _statements(new: New, old: dict[int, VisitRow], found: Touched) -> list[tuple[Query, Params]]:
    kept = {row.rid for row, _ in new}
    gone = [row for row in old.values() if row.rid not in kept and found.touches(row)]
    changed = kept | {row.rid for row in gone}
    cells = [_cell(row) for row in old.values() if row.counted and row.rid in changed]
    done: list[tuple[Query, Params]] = []
    if new or cells:
        rows = _columns([_values(row) for row, _ in new], len(statements.NAMES))
        organizations = [organization for _, organization in new]
        done.append((statements.WRITE, [*rows, organizations, *_columns(cells, 6)]))
    if gone:
        done.append((statements.DELETE, [[row.bucket for row in gone], [row.rid for row in gone]]))
    return done


def _cell(row: VisitRow) -> tuple[Any, ...]:
    return row.place, row.day, row.band, row.sex, row.chapter, row.insurance


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one list a column, also when there is none."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
