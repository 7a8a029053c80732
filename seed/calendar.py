"""When people come: open days, seasons, hours of the ward clinic, Tết and holidays.

Hours are those of most health stations (07:30-11:30 and 13:30-17:00, Saturday mornings), with
someone on duty at all times. Tết and the Hùng Kings' day follow the lunar calendar of UTC+7.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random

from ehr.clock import HANOI

_TET = (
    date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26),
    date(2029, 2, 13), date(2030, 2, 2),
)  # fmt: skip
_HUNG_KINGS = frozenset({
    date(2024, 4, 18), date(2025, 4, 7), date(2026, 4, 26), date(2027, 4, 16), date(2028, 4, 4),
    date(2029, 4, 23), date(2030, 4, 12),
})  # fmt: skip
_SOLAR_HOLIDAYS = frozenset({(1, 1), (4, 30), (5, 1), (9, 1), (9, 2)})
_TET_PAUSE = {
    day + timedelta(days=offset) for day in _TET for offset in range(-2, 6)
}  # two days before New Year's day to the fifth day
_ON_DUTY = 0.05
"""Visits on a day when only the one on duty is there, against a working day."""
_WEEK = (1.15, 1.0, 0.95, 0.95, 1.0, 0.4, 0.07)
"""Monday to Sunday."""

_HOURS: tuple[tuple[int, int, float], ...] = (
    (450, 540, 0.40), (540, 630, 0.28), (630, 690, 0.08), (810, 900, 0.15), (900, 1010, 0.09),
)  # fmt: skip
"""Minutes of the day and the share that comes between them."""
_NOON = 720
_FEWEST_MINUTES = 30
"""A day that began less than this ago has no queue behind it yet."""


@dataclass(frozen=True, slots=True)
class Year:
    """The days that visits are made for: `first` to `until`, aware, in Hanoi's time."""

    first: date
    until: datetime
    _cumulated: dict[tuple[float, ...], list[float]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def last(self) -> date:
        """The last day."""
        return self.until.date()

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies within."""
        return self.first <= moment.date() and moment <= self.until

    def draw(self, chance: Random, season: Sequence[float]) -> date:
        """A day, as likely as its season (weights of the months) and its opening hours make it."""
        weights = self._weights(tuple(season))
        at = bisect_left(weights, chance.random() * weights[-1])
        return self.first + timedelta(days=at)

    def _weights(self, season: tuple[float, ...]) -> list[float]:
        if season not in self._cumulated:
            days = (self.first + timedelta(days=n) for n in range(self.days))
            self._cumulated[season] = list(
                accumulate(openness(day) * season[day.month - 1] for day in days)
            )
        return self._cumulated[season]


def openness(day: date) -> float:
    """How many visits a day has against a usual Tuesday."""
    holiday = (day.month, day.day) in _SOLAR_HOLIDAYS or day in _HUNG_KINGS or day in _TET_PAUSE
    return min(_ON_DUTY, _WEEK[day.weekday()]) if holiday else _WEEK[day.weekday()]


def working_day(day: date) -> date:
    """`day`, or a later one on which the clinic works normally: Monday after a Saturday,
    Tuesday after a Sunday, so that Mondays are not too full.
    """
    while openness(day) < 0.9:
        day += timedelta(days=2 if day.weekday() == 6 else 1)
        if day.weekday() == 6:
            day += timedelta(days=1)
    return day


def moment(chance: Random, day: date) -> datetime:
    """A time on `day` at which someone is seen: mornings are the fullest."""
    if openness(day) <= _WEEK[6]:
        minute = chance.randint(420, 1260)
    else:
        drawn = chance.random() * (0.76 if day.weekday() == 5 else 1)
        minute = _minute(chance, drawn)
    return _at_minute(day, minute)


def latest(share: float, until: datetime) -> datetime:
    """The moment `share` of the way through the hours of the last day that was open by `until`."""
    day, last = until.date(), until.hour * 60 + until.minute
    while len(minutes := [each for each in _open_minutes(day) if each <= last]) < _FEWEST_MINUTES:
        day, last = day - timedelta(days=1), 24 * 60
    return _at_minute(day, minutes[int(share * len(minutes))])


def _open_minutes(day: date) -> list[int]:
    """The minutes at which the clinic works, and not only the one on duty."""
    if openness(day) <= _WEEK[6]:
        return []
    closes = _NOON if day.weekday() == 5 else 24 * 60
    return [each for opens, end, _ in _HOURS for each in range(opens, end) if each < closes]


def _at_minute(day: date, minute: int) -> datetime:
    """A minute of a day in Hanoi."""
    return datetime.combine(day, time(minute // 60, minute % 60), HANOI)


def _minute(chance: Random, drawn: float) -> int:
    for opens, closes, share in _HOURS:
        if drawn < share:
            return chance.randrange(opens, closes)
        drawn -= share
    return _HOURS[-1][1]
