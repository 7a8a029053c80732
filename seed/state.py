"""What the seed must remember: its number and last moment, fixed by the first run, and its size."""

from dataclasses import dataclass
from datetime import datetime

from ehr.db import Database
from ehr.errors import EhrError
from seed.plan import DEFAULT_NUMBER

_NUMBER, _UNTIL, _LAST_DAY, _SIZE = "seed.number", "seed.until", "seed.last_day", "seed.size"


class SeededOtherwise(EhrError):
    """This database was seeded with another number."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """`size` is the size of the last run that came to its end, None before one did."""

    number: int
    until: datetime
    size: str | None


async def begin(db: Database, number: int | None, until: datetime) -> Seeded:
    """What the first run fixed; at the first run, fix `number` and `until`. SeededOtherwise."""
    chosen = DEFAULT_NUMBER if number is None else number
    first = {_NUMBER: str(chosen), _UNTIL: until.isoformat(), _LAST_DAY: str(until.date())}
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO system_state (key, value) SELECT * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT DO NOTHING",
            [list(first), list(first.values())],
        )
        rows = await tx.fetch("SELECT key, value FROM system_state WHERE key LIKE 'seed.%%'", ())
    known: dict[str, str] = dict(rows)
    if number is not None and known[_NUMBER] != str(number):
        raise SeededOtherwise(
            f"This database was seeded with the number {known[_NUMBER]}, not {number}:"
            " use another EHR_DATA_DIR or database."
        )
    fixed = datetime.fromisoformat(known[_UNTIL])
    return Seeded(int(known[_NUMBER]), fixed, known.get(_SIZE))


async def finish(db: Database, size: str) -> None:
    """Note that a run of this size came to its end."""
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO system_state (key, value) VALUES (%s, %s)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, set_at = clock_timestamp()",
            (_SIZE, size),
        )
