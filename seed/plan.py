"""What is to be seeded: which wards, how many residents, which days; and the named sizes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from ehr.clock import HANOI
from ehr.errors import EhrError
from seed.calendar import Year

Size = Literal["none", "small", "ward", "city"]
SIZES: tuple[Size, ...] = get_args(Size)
DEFAULT_NUMBER = 1954
"""The seed number when none is given."""
_A_YEAR = 365


class NotYet(EhrError):
    """This size is not there yet."""


@dataclass(frozen=True, slots=True)
class WardPlan:
    """So many residents of one ward."""

    code: str
    residents: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what is made: equal plans make equal records."""

    number: int
    """The seed number."""
    until: datetime
    """The last moment that is made, aware: visits end here."""
    wards: tuple[WardPlan, ...]
    days: int = _A_YEAR
    """How many days of visits, the last one included."""

    @property
    def year(self) -> Year:
        """The days of the visits."""
        until = self.until.astimezone(HANOI)
        return Year(until.date() - timedelta(days=self.days - 1), until)

    @property
    def residents(self) -> int:
        """How many people in all."""
        return sum(ward.residents for ward in self.wards)


_WARDS: dict[str, tuple[WardPlan, ...]] = {
    "none": (),
    "small": (WardPlan("00004", 300), WardPlan("00145", 300), WardPlan("00592", 300)),
    "ward": (WardPlan("00004", 60_000),),
}


def of_size(size: str, number: int, until: datetime) -> Plan:
    """The plan of a named size; NotYet for one that comes later, ValueError for no size."""
    if size not in SIZES:
        raise ValueError(f"there is no size {size!r}: choose one of {', '.join(SIZES)}")
    if size not in _WARDS:
        raise NotYet(
            f"SEED={size} comes later: the whole city is 8.7 million residents. Use none, small"
            " (3 wards, 900 residents) or ward (one ward, 60,000 residents)."
        )
    return Plan(number, until, _WARDS[size])


def floored(now: datetime) -> datetime:
    """The last moment of a first run: `now` in Hanoi, down to five minutes."""
    local = now.astimezone(HANOI)
    return local - timedelta(
        minutes=local.minute % 5, seconds=local.second, microseconds=local.microsecond
    )
