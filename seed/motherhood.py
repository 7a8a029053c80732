"""Pregnancy and childbirth: antenatal visits, tetanus doses, the visit after birth.

Mothers of the ward's infants were pregnant before; some women are pregnant now. Contacts follow
the national guidance on reproductive health (Quyết định 4128/QĐ-BYT, 2016): eight for most.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ehr.care.documents import Vitals
from seed import body
from seed.attendance import Attendance, Subject, drug, urgent_reason
from seed.calendar import Year, moment, working_day

_CONTACTS = (9, 13, 18, 24, 28, 32, 36, 38)
"""Weeks of pregnancy."""
_TERM = 39.5
_TETANUS_WEEKS = (20, 26)
_GAIN = 11.5
"""Kilograms by the end."""


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """One pregnancy; `born` is the birth, or when it is due."""

    born: date
    first: bool
    """Whether it is the woman's first."""

    def day(self, week: float) -> date:
        """The day on which a week of it begins."""
        return self.born - timedelta(days=round((_TERM - week) * 7))


def pregnancies(
    chance: Random, subject: Subject, children: list[date], year: Year
) -> list[Pregnancy]:
    """The pregnancies that reach into the year: of `children`'s births, and of those to come."""
    recent = [day for day in children if day > year.first - timedelta(days=60)]
    found = [Pregnancy(day, day == min(children)) for day in recent]
    age = subject.person.age(year.last)
    expects = subject.person.sex == "female" and 21 <= age < 39 and chance.random() < 0.045
    if expects and not recent:
        due = year.last + timedelta(days=chance.randint(4, 190))
        found.append(Pregnancy(due, not children))
    return found


def mother_visits(chance: Random, subject: Subject, pregnancy: Pregnancy) -> Iterator[Attendance]:
    """Antenatal visits and the one six weeks after birth."""
    for week in _CONTACTS:
        if chance.random() < 0.82:
            yield _antenatal(chance, subject, pregnancy, week)
    after = working_day(pregnancy.born + timedelta(days=42))
    if chance.random() < 0.7:
        yield Attendance(
            key=("after birth", pregnancy.born.isoformat()),
            at=moment(chance, after),
            reason="Khám sau sinh",
            codes=("Z39.2",),
            vitals=_vitals(chance, subject, after, 3.5),
            advice="Nuôi con hoàn toàn bằng sữa mẹ trong 6 tháng đầu",
        )


def tetanus_days(chance: Random, pregnancy: Pregnancy) -> list[date]:
    """The days of the two tetanus doses of a first pregnancy, of one in a later."""
    weeks = _TETANUS_WEEKS if pregnancy.first else _TETANUS_WEEKS[:1]
    return [working_day(pregnancy.day(week)) for week in weeks if chance.random() < 0.94]


def _antenatal(chance: Random, subject: Subject, pregnancy: Pregnancy, week: int) -> Attendance:
    day = working_day(pregnancy.day(week) + timedelta(days=chance.randint(-3, 3)))
    later = [other for other in _CONTACTS if other > week]
    vitals = _vitals(chance, subject, day, _GAIN * max(0, week - 10) / 28)
    return Attendance(
        key=("antenatal", pregnancy.born.isoformat(), week),
        at=moment(chance, day),
        reason=f"Khám thai tuần {week}",
        codes=("Z34.0" if pregnancy.first else "Z34.8",),
        vitals=vitals,
        drugs=(drug("sat-sulfat-acid-folic-200-mg-0-4-mg", 28),) if week >= 12 else (),
        advice="Ăn đủ chất, theo dõi cử động thai; đến ngay nếu đau bụng, ra máu",
        next_day=working_day(pregnancy.day(later[0])) if later else None,
        referral=urgent_reason(chance) if (vitals.systolic or 0) >= 140 else None,
    )


def _vitals(chance: Random, subject: Subject, day: date, gain: float) -> Vitals:
    upper, lower = body.pressure(chance, subject.person, subject.body, day)
    weight = body.weight(subject.person, subject.body, day) + gain + chance.gauss(0, 0.4)
    return Vitals(
        systolic=upper - 5,
        diastolic=lower - 5,
        pulse=body.pulse(chance, 30),
        weight=body.tidy(weight, 1),
    )
