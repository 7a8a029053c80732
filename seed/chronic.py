"""Long-term care: hypertension, diabetes and others, every four weeks with their drugs.

Guidance for ward clinics: Quyết định 5904/QĐ-BYT (2019) and, for hypertension, Quyết định
3192/QĐ-BYT (2010). Pressures and sugars move from where treatment began towards where it
settles: two in three are controlled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from ehr.care.documents import Drug, Measure, Vitals
from seed import body
from seed.attendance import Attendance, Subject, drug, urgent_reason
from seed.calendar import Year, moment, working_day
from seed.chance import between
from seed.programmes import Programme, programmes


@dataclass(frozen=True, slots=True)
class _Course:
    """How the treatment of one person runs: from `start` to `settled` as the months go by."""

    months: int
    """Months under treatment at the first visit of the year."""
    systolic: tuple[float, float]
    glucose: tuple[float, float]

    def at(self, span: tuple[float, float], visits: int) -> float:
        """Where a measure stands after so many visits."""
        start, settled = span
        return settled + (start - settled) * 0.62 ** (self.months + visits)


@dataclass(frozen=True, slots=True)
class _Series:
    """The visits of one person for one programme."""

    chance: Random
    subject: Subject
    programme: Programme
    course: _Course


def follow_ups(chance: Random, subject: Subject, year: Year) -> Iterator[Attendance]:
    """The follow-up visits of one person in the year."""
    for programme in programmes(chance, subject.person, year.last):
        series = _Series(chance, subject, programme, _course(chance))
        known = series.course.months > 0
        offset = chance.randrange(min(programme.every, year.days) if known else year.days)
        day, number = working_day(year.first + timedelta(days=offset)), 0
        while day <= year.last:
            seen = _visit(series, day, number)
            yield seen
            day, number = _next_time(chance, programme, seen.next_day or day), number + 1


def _course(chance: Random) -> _Course:
    controlled = chance.random() < 0.66
    return _Course(
        months=chance.randint(6, 90) if chance.random() < 0.82 else 0,
        systolic=(
            between(chance, 161, 9, 144, 186),
            chance.gauss(129, 4) if controlled else chance.gauss(148, 6),
        ),
        glucose=(
            between(chance, 10.5, 2, 7.4, 17),
            chance.gauss(6.6, 0.5) if controlled else chance.gauss(9.2, 1.1),
        ),
    )


def _next_time(chance: Random, programme: Programme, due: date) -> date:
    """Most come on the day, some late, some miss one."""
    drawn = chance.random()
    if drawn < 0.7:
        return due
    late = chance.randint(1, 6) if drawn < 0.93 else programme.every
    return working_day(due + timedelta(days=late))


def _visit(series: _Series, day: date, number: int) -> Attendance:
    chance, programme, course = series.chance, series.programme, series.course
    vitals = _vitals(series, day, number)
    bad = (vitals.systolic or 0) >= 175 or (vitals.glucose or 0) >= 16
    return Attendance(
        key=("programme", programme.name, number),
        at=moment(chance, day),
        reason=programme.reason if course.months + number else programme.first_reason,
        codes=programme.codes,
        vitals=vitals,
        drugs=_drugs(programme, vitals, course.months + number),
        kind="05",
        advice=chance.choice(programme.advice) if chance.random() < 0.6 else None,
        next_day=working_day(day + timedelta(days=programme.every)),
        referral=urgent_reason(chance) if bad or chance.random() < 0.004 else None,
    )


def _drugs(programme: Programme, vitals: Vitals, months: int) -> tuple[Drug, ...]:
    """The step of the ladder that the pressure asks for, until the next visit."""
    high = months >= 2 and (vitals.systolic or 0) >= 145
    step = programme.ladder[min(len(programme.ladder) - 1, int(high))]
    return tuple(drug(code, min(programme.every, 90)) for code in step)


def _vitals(series: _Series, day: date, number: int) -> Vitals:
    chance, programme = series.chance, series.programme
    person, own = series.subject.person, series.subject.body
    upper, lower = _pressure(series, day, number)
    weighed = chance.random() < 0.55
    return Vitals(
        systolic=upper if person.age(day) >= 12 else None,
        diastolic=lower if person.age(day) >= 12 else None,
        pulse=body.pulse(chance, person.age(day)),
        spo2=body.saturation(chance, short=False) if programme.lungs else None,
        weight=body.tidy(body.weight(person, own, day) + chance.gauss(0, 0.6)) if weighed else None,
        height=body.tidy(body.height(person, own, day)) if weighed and number % 4 == 0 else None,
        glucose=_glucose(series, number) if programme.sugar else None,
    )


def _pressure(series: _Series, day: date, number: int) -> tuple[int, int]:
    chance, course = series.chance, series.course
    if not series.programme.pressure:
        return body.pressure(chance, series.subject.person, series.subject.body, day)
    systolic = course.at(course.systolic, number) + chance.gauss(0, 5) + body.winter(day)
    return body.paired(chance, systolic)


def _glucose(series: _Series, number: int) -> Measure:
    level = series.course.at(series.course.glucose, number) + series.chance.gauss(0, 0.8)
    return body.tidy(max(3.6, level), 1)
