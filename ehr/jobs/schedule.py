"""When a job is due: every so many seconds, or once a night."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ehr.clock import HANOI

Next = Callable[[datetime], datetime]
"""From an instant to the next one at which the job is due."""


def every(seconds: float) -> Next:
    """`seconds` after the last run ended."""
    return lambda now: now + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Nightly:
    """Once a day at a time in Hanoi."""

    at: time

    def __call__(self, now: datetime) -> datetime:
        """The next such time after `now`."""
        local = now.astimezone(HANOI)
        due = datetime.combine(local.date(), self.at, HANOI)
        return due if due > local else due + timedelta(days=1)
