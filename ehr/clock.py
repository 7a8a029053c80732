"""The time, in one place, so that tests can hold it still.

Hanoi has kept UTC+7 without daylight saving since 1975; days, months and ages are Hanoi's.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

_frozen: datetime | None = None


def now() -> datetime:
    """The present instant in UTC, with microseconds."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """The present day in Hanoi."""
    return now().astimezone(HANOI).date()


def freeze(instant: datetime | None) -> None:
    """Hold the clock at `instant` (aware), or let it run again with None. For tests only."""
    global _frozen  # noqa: PLW0603 - the one switch that tests turn
    _frozen = instant
