"""Periodic examinations: of the old each year, of some others, with what is found."""

from collections.abc import Iterator
from datetime import date
from random import Random

from ehr.care.documents import Vitals
from seed import body
from seed.attendance import Attendance, Subject
from seed.calendar import Year, moment, working_day
from seed.epidemiology import season


def checkups(chance: Random, subject: Subject, year: Year) -> Iterator[Attendance]:
    """At most one a year (MA_LOAI_KCB 15), for six in ten of the old and one in ten adults."""
    age = subject.person.age(year.last)
    share = 0.6 if age >= 60 else 0.1 if age >= 18 else 0.0
    if chance.random() >= share * year.days / 365:
        return
    day = working_day(year.draw(chance, season("level")))
    vitals = _vitals(chance, subject, day)
    yield Attendance(
        key=("checkup",),
        at=moment(chance, day),
        reason="Khám sức khỏe định kỳ",
        codes=_findings(vitals),
        vitals=vitals,
        kind="15",
        advice=_advice(vitals),
    )


def _findings(vitals: Vitals) -> tuple[str, ...]:
    high = (vitals.systolic or 0) >= 140
    sweet = (vitals.glucose or 0) >= 7.0
    return ("Z00.0", *(("R03.0",) if high else ()), *(("R73.0",) if sweet else ()))


def _advice(vitals: Vitals) -> str:
    if (vitals.systolic or 0) >= 140:
        return "Huyết áp cao, đo lại sau 1 tuần"
    return "Sức khỏe ổn định, tập thể dục đều đặn"


def _vitals(chance: Random, subject: Subject, day: date) -> Vitals:
    person, own = subject.person, subject.body
    upper, lower = body.pressure(chance, person, own, day)
    kilograms, centimetres = body.weight(person, own, day), body.height(person, own, day)
    index = kilograms / (centimetres / 100) ** 2
    waist = 40 + 1.75 * index + (3 if person.sex == "male" else 0) + chance.gauss(0, 3)
    return Vitals(
        systolic=upper,
        diastolic=lower,
        pulse=body.pulse(chance, person.age(day)),
        spo2=body.saturation(chance, short=False),
        weight=body.tidy(kilograms),
        height=body.tidy(centimetres),
        waist=body.tidy(waist),
        glucose=_glucose(chance) if person.age(day) >= 40 else None,
    )


def _glucose(chance: Random) -> int | float:
    return body.tidy(max(3.9, chance.lognormvariate(1.70, 0.16)), 1)
