"""The profiles that clients have stored: kept in a table, read by every process.

A process looks at most every ten seconds, and only when it is to judge by a profile or to tell of
them, whether there are others than it knows.
"""

import msgspec

from ehr.db import Database, Row, Tx
from ehr.directory.recent import Recent
from ehr.errors import Unprocessable
from ehr.fhir.profiles import known
from ehr.fhir.profiles.definition import Profile
from ehr.fhir.resource import Number, dump
from ehr.search import registry

MOST = 1000
"""Profiles at once; every process holds what they demand."""

_numbers: tuple[int, ...] = ()


async def _read(source: Database | Tx) -> None:
    global _numbers  # noqa: PLW0603 - the one place that holds it
    rows = await _fetch(source, "SELECT number FROM profile ORDER BY number")
    if tuple(row[0] for row in rows) == _numbers:
        return
    rows = await _fetch(source, "SELECT number, entry FROM profile ORDER BY number")
    known.install(known.read(entry) for _, entry in rows)
    registry.forget()
    _numbers = tuple(number for number, _ in rows)


_recent = Recent(_read)
forget = _recent.forget
"""Have them looked at anew by whoever asks next."""
refresh = _recent.refresh
"""Bring the profiles of this process up to date, if they may not be."""


async def _fetch(source: Database | Tx, query: str) -> list[Row]:
    if isinstance(source, Tx):
        return await source.fetch(query)
    return await source.fetch_directory(query)


async def define(tx: Tx, resource: str, profile: Profile | None) -> None:
    """Make `profile` what this StructureDefinition demands; raises Unprocessable."""
    removed = await tx.execute("DELETE FROM profile WHERE resource = %s", (resource,))
    if profile is not None:
        await _require_room(tx)
        entry = dump(msgspec.to_builtins(profile, builtin_types=(Number,)))
        await tx.execute("INSERT INTO profile (resource, entry) VALUES (%s, %s)", (resource, entry))
    if removed or profile is not None:
        tx.after_commit.append(forget)


async def _require_room(tx: Tx) -> None:
    rows = await tx.fetch("SELECT count(*) FROM profile")
    if rows[0][0] >= MOST:
        raise Unprocessable(f"At most {MOST} profiles can be stored.", code="too-costly")
