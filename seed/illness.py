"""Acute visits: colds, dengue, diarrhoea, injuries and the rest of `epidemiology`."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from ehr.care.documents import Vitals
from seed import body
from seed.attendance import Attendance, Subject, drugs_for, urgent_reason
from seed.calendar import Year, moment, working_day
from seed.epidemiology import (
    Condition,
    band,
    conditions,
    count,
    pneumonia,
    risk,
    risk_in_month,
    season,
)


def acute_visits(chance: Random, subject: Subject, year: Year) -> Iterator[Attendance]:
    """The acute visits of one person in the year, revisits included."""
    person = subject.person
    exposed = risk(band(person.age(year.last)), person.sex)
    expected = exposed.yearly * subject.body.frailty * year.days / 365
    for number in range(count(chance, expected)):
        condition = conditions()[exposed.conditions.draw(chance)]
        day = year.draw(chance, season(condition.season))
        if day < person.born + timedelta(days=5):
            continue
        seen = _attendance(chance, subject, condition, moment(chance, day), ("acute", number))
        yield seen
        if seen.next_day and chance.random() < 0.8:
            yield _revisit(chance, subject, condition, seen)


def caller(chance: Random, subject: Subject, at: datetime, *, referred: bool) -> Attendance:
    """Someone who comes at `at` with what is usual for the month, or with a pneumonia."""
    person = subject.person
    exposed = risk_in_month(band(person.age(at.date())), person.sex, at.month)
    drawn = conditions()[exposed.draw(chance)]
    condition = pneumonia() if referred else drawn
    return _attendance(chance, subject, condition, at, ("caller",), referred=referred)


def _attendance(
    chance: Random,
    subject: Subject,
    condition: Condition,
    at: datetime,
    key: tuple[str | int, ...],
    *,
    referred: bool = False,
) -> Attendance:
    age = subject.person.age(at.date())
    prescriptions = condition.adult if age >= 12 else condition.child
    codes = (condition.code, condition.also) if condition.also else (condition.code,)
    sent = referred or chance.random() < condition.refer
    reason = chance.choice(condition.reasons)
    fever = "sốt" in reason.lower() or chance.random() < condition.fever
    return Attendance(
        key=key,
        at=at,
        reason=reason,
        codes=codes,
        vitals=_vitals(chance, subject, condition, at.date(), fever=fever),
        drugs=drugs_for(age, chance.choice(prescriptions)),
        advice=chance.choice(condition.advice) if chance.random() < 0.75 else None,
        next_day=_next_day(chance, condition, at.date()) if not sent else None,
        referral=urgent_reason(chance) if sent else None,
    )


def _next_day(chance: Random, condition: Condition, day: date) -> date | None:
    if condition.revisit is None or chance.random() > condition.revisit[1]:
        return None
    return working_day(day + timedelta(days=condition.revisit[0]))


def _revisit(
    chance: Random, subject: Subject, condition: Condition, before: Attendance
) -> Attendance:
    """The visit that was asked for: most are better, and few get another prescription."""
    day = before.next_day or before.at.date()
    better = chance.random() < 0.75
    return Attendance(
        key=(*before.key, "again"),
        at=moment(chance, day),
        reason=f"Khám lại: {before.reason.lower()}",
        codes=before.codes,
        vitals=_vitals(
            chance,
            subject,
            condition,
            day,
            fever=condition.fever > 0.5 and not better,
            better=better,
        ),
        drugs=() if better else before.drugs,
        advice="Đỡ, tiếp tục theo dõi tại nhà" if better else "Tiếp tục điều trị thêm một đợt",
    )


def _vitals(
    chance: Random,
    subject: Subject,
    condition: Condition,
    day: date,
    *,
    fever: bool,
    better: bool = False,
) -> Vitals:
    age = subject.person.age(day)
    short = condition is pneumonia() and not better
    measured = body.temperature(chance, fever=fever)
    warm = condition.fever > 0 or chance.random() < 0.35
    pressed = age >= 15 and chance.random() < 0.85
    pair = body.pressure(chance, subject.person, subject.body, day) if pressed else (None, None)
    return Vitals(
        systolic=pair[0],
        diastolic=pair[1],
        pulse=body.pulse(chance, age, measured) if pressed or fever else None,
        temperature=measured if warm else None,
        respiration=body.respiration(chance, age, short=short) if condition.cough else None,
        spo2=body.saturation(chance, short=short) if short or _listens(chance, condition) else None,
        weight=_weight(subject, day) if chance.random() < (0.85 if age < 12 else 0.25) else None,
    )


def _listens(chance: Random, condition: Condition) -> bool:
    return condition.cough and chance.random() < 0.3


def _weight(subject: Subject, day: date) -> float:
    digits = 1 if subject.person.age(day) < 12 else 0
    return body.tidy(body.weight(subject.person, subject.body, day), digits)
