"""The search parameters that clients have defined: kept in a table, read by every process.

A process reads them at most every ten seconds. The worker therefore begins to index a new one
only when every process has had time to learn of it: what was written before is indexed by the
worker, what is written since by its writer, and nothing by neither.
"""

from collections.abc import Iterable

from ehr.db import Database, Tx
from ehr.directory import index_state
from ehr.directory.recent import Recent
from ehr.errors import Unprocessable
from ehr.search import progress, registry
from ehr.search.custom import Definition, parameter_of

SETTLE_SECONDS = 30
"""From when a worker first sees a change to when it indexes: a stale process's last commit."""
MOST = 64
"""Parameters at once: each costs every write of its type some microseconds."""

_COLUMNS = "resource_type, code, kind, expression, targets, url"
_READ = (
    f"SELECT number, indexed = 'done', {_COLUMNS} FROM search_parameter"  # noqa: S608 - constants
    " WHERE NOT removed ORDER BY number"
)


async def _read(source: Database | Tx) -> None:
    if isinstance(source, Tx):
        rows = await source.fetch(_READ, ())
    else:
        rows = await source.fetch_directory(_READ, ())
    found = [(number, ready, _definition(rest)) for number, ready, *rest in rows]
    registry.install(tuple(parameter_of(one, n, ready=ready) for n, ready, one in found))
    if not all(ready for _, ready, _ in found):
        state = await index_state.read(source)
        progress.tell(state.done, None if state.is_current else state.total)


_recent = Recent(_read)
forget = _recent.forget
"""Have them read anew by whoever asks next."""
refresh = _recent.refresh
"""Bring the registry of this process up to date, if it may not be; `now`: in any case."""


def _definition(row: list[object]) -> Definition:
    resource_type, code, kind, expression, targets, url = row
    return Definition(resource_type, code, kind, expression, tuple(targets), url)  # type: ignore[arg-type] # as the table has them


async def define(tx: Tx, resource: str, wanted: Iterable[Definition]) -> None:
    """Make `wanted` all that this SearchParameter defines; raises Unprocessable, Conflict."""
    rows = await tx.fetch(
        f"SELECT number, {_COLUMNS} FROM search_parameter"  # noqa: S608 - constants
        " WHERE resource = %s AND NOT removed",
        (resource,),
    )
    known = {_definition(rest): number for number, *rest in rows}
    new = [one for one in wanted if one not in known]
    old = [number for one, number in known.items() if one not in set(wanted)]
    if not new and not old:
        return
    await tx.execute(
        "UPDATE search_parameter SET removed = true, indexed = 'asked', noticed_at = NULL"
        " WHERE number = ANY (%s::smallint[])",
        (old,),
    )
    await _require_room(tx, new)
    for one in new:
        await tx.execute(
            f"INSERT INTO search_parameter (resource, {_COLUMNS})"  # noqa: S608 - constants
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                resource,
                one.resource_type,
                one.code,
                one.kind,
                one.expression,
                [*one.targets],
                one.url,
            ),
        )
    tx.after_commit.append(forget)


async def _require_room(tx: Tx, new: list[Definition]) -> None:
    rows = await tx.fetch("SELECT resource_type, code FROM search_parameter WHERE NOT removed", ())
    if len(rows) + len(new) > MOST:
        raise Unprocessable(f"At most {MOST} search parameters can be defined.", code="too-costly")
    taken = {tuple(row) for row in rows} & {(one.resource_type, one.code) for one in new}
    if taken:
        raise Unprocessable(
            "Another SearchParameter defines this code for this type.",
            code="duplicate",
            expression="SearchParameter.code",
        )


async def begin(tx: Tx) -> bool:
    """Whether all records are to be indexed anew: for those that every process knows by now."""
    await tx.execute(
        "UPDATE search_parameter SET noticed_at = clock_timestamp()"
        " WHERE indexed = 'asked' AND noticed_at IS NULL"
    )
    begun = await tx.execute(
        "UPDATE search_parameter SET indexed = 'running' WHERE indexed = 'asked'"
        " AND noticed_at <= clock_timestamp() - make_interval(secs => %s)",
        (SETTLE_SECONDS,),
    )
    return begun > 0


async def finish(tx: Tx) -> None:
    """Every record has been indexed since `begin`."""
    await tx.execute("UPDATE search_parameter SET indexed = 'done' WHERE indexed = 'running'")
    tx.after_commit.append(forget)
