"""What comes along with a page: `_include`, `_revinclude` and, step by step, `:iterate`.

http://hl7.org/fhir/R4/search.html#revinclude. The first step starts from the matches; a further
one from what the step before found, and only for includes that iterate. Nothing comes twice. Each
statement has the caller's predicate in it, so what may not be read does not come, nor what only
it would lead to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import TooCostly
from ehr.fhir.resource import Resource
from ehr.records.running import of_row, run
from ehr.records.stored import Stored
from ehr.search import compile, include
from ehr.search.defined import canonicals, defined, is_named
from ehr.search.include import Key
from ehr.search.query import MAX_INCLUDED, MAX_ROUNDS, Include, SearchQuery
from ehr.search.referring import Named, referring


@dataclass(slots=True)
class Along:
    """What was found; `is_cut` when there may be more steps than were taken."""

    found: list[Stored] = field(default_factory=list)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """Resources to go on from, and their JSON."""

    rows: Sequence[Stored]
    resources: Sequence[Resource]


async def along(
    source: Database | Tx, query: SearchQuery, matches: Sequence[Stored], access: Access
) -> Along:
    """What `query` includes with these matches; raises TooCostly for more than MAX_INCLUDED."""
    result = Along()
    includes, revincludes = query.includes, query.revincludes
    if not includes and not revincludes:
        return result
    known = {(one.resource_type, one.id) for one in matches}
    step = _step(matches)
    for _ in range(MAX_ROUNDS):
        new = await _forward(source, includes, step, known, access)
        new += await _backward(source, revincludes, step, known, access)
        result.found += new
        _require_few(len(result.found))
        includes = tuple(one for one in includes if one.iterate)
        revincludes = tuple(one for one in revincludes if one.iterate)
        if not new or not (includes or revincludes):
            return result
        step = _step(new)
    result.is_cut = True
    return result


def _step(rows: Sequence[Stored]) -> _Step:
    return _Step(rows, [orjson.loads(one.content) for one in rows])


async def _forward(
    source: Database | Tx,
    includes: Sequence[Include],
    step: _Step,
    known: set[Key],
    access: Access,
) -> list[Stored]:
    """What the resources of a step refer to; it becomes known."""
    wanted = [key for key in include.targets(includes, step.resources) if key not in known]
    rows = await run(source, compile.included(wanted, access), access) if wanted else []
    found = [of_row(row) for row in rows]
    for kind, texts in canonicals(includes, step.resources).items():
        statement = defined(kind, texts, access)
        if statement is not None:
            named = [of_row(row) for row in await run(source, statement, access)]
            found += [one for one in named if is_named(orjson.loads(one.content), texts)]
    return _unknown(found, known)


async def _backward(
    source: Database | Tx,
    revincludes: Sequence[Include],
    step: _Step,
    known: set[Key],
    access: Access,
) -> list[Stored]:
    """What refers to the resources of a step; it becomes known."""
    page = [
        Named(one.resource_type, one.id, one.rid, resource.get("url"))
        for one, resource in zip(step.rows, step.resources, strict=True)
    ]
    found: list[Stored] = []
    for one in revincludes:
        statement = referring(one, page, access) if page else None
        if statement is not None:
            rows = await run(source, statement, access)
            found += _unknown([of_row(row) for row in rows], known)
            _require_few(len(found))
    return found


def _unknown(rows: Sequence[Stored], known: set[Key]) -> list[Stored]:
    new = []
    for one in rows:
        key = (one.resource_type, one.id)
        if key not in known:
            known.add(key)
            new.append(one)
    return new


def _require_few(count: int) -> None:
    if count > MAX_INCLUDED:
        raise TooCostly(f"More than {MAX_INCLUDED} resources would be included; lower _count.")
