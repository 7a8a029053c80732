"""Children: doses of the expanded programme by age, and growth checks.

The schedule is `ehr.terminology`'s list of vaccines (Thông tư 10/2024/TT-BYT). Doses are given
on the session days of the ward; of children under two all doses since birth are recorded.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from ehr.care.documents import RecordImmunization, Vitals
from ehr.terminology import lookup
from seed import body
from seed.attendance import Attendance, Subject, drug
from seed.calendar import Year, moment, openness, working_day
from seed.chance import stable_id

_AGE = re.compile(r"(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)d)?")
_SESSION_DAYS = (5, 15, 25)
_TWO_YEARS = 2 * 365
_CHECKS_IN_MONTHS = (1, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36, 42, 48, 54, 60)
TETANUS = "09"


def doses(chance: Random, subject: Subject, year: Year) -> Iterator[RecordImmunization]:
    """The doses a child was given: late ones late, and a few never."""
    born = subject.person.born
    if (year.last - born).days > 8.5 * 365 or chance.random() < 0.03:
        return
    since = born if (year.last - born).days < _TWO_YEARS else year.first
    for vaccine in lookup.vaccines().values():
        for due in vaccine.schedule:
            day = _given(chance, born, due_day(born, due.age))
            if since <= day <= year.last and chance.random() < 0.97:
                yield dose(subject, vaccine.cvx, due.dose, day)


def dose(subject: Subject, vaccine: str, number: int, day: date) -> RecordImmunization:
    """One dose; the lot is plainly a test's."""
    key = ("dose", subject.person.id, vaccine, number, day.isoformat())
    return RecordImmunization(
        id=stable_id(subject.seed, *key),
        patient=subject.person.id,
        vaccine=vaccine,
        date=day.isoformat(),
        dose=number,
        lot=f"TEST-{vaccine}-{day:%y%m}",
    )


def due_day(born: date, age: str) -> date:
    """The day on which an age such as "2m", "12m14d" or "7y" is reached."""
    match = _AGE.fullmatch(age)
    if not match:
        raise ValueError(f"not an age: {age}")
    years, months, days = (int(part or 0) for part in match.groups())
    return born + timedelta(days=round(years * 365.25 + months * 30.44) + days)


def _given(chance: Random, born: date, due: date) -> date:
    if due == born:
        return born
    late = 30 if chance.random() < 0.15 else 0
    return session_day(due + timedelta(days=late))


def session_day(day: date) -> date:
    """The first session on or after `day`: the 5th, 15th and 25th, or the next working day."""
    while day.day not in _SESSION_DAYS:
        day += timedelta(days=1)
    return day if openness(day) >= 0.9 else working_day(day)


def growth_checks(chance: Random, subject: Subject, year: Year) -> Iterator[Attendance]:
    """Weighing and measuring in the first five years; vitamin A in June and December."""
    person = subject.person
    for months in _CHECKS_IN_MONTHS:
        day = session_day(due_day(person.born, f"{months}m"))
        if not year.first <= day <= year.last or chance.random() > 0.55:
            continue
        vitamin = months >= 6 and day.month in (6, 12)
        yield Attendance(
            key=("growth", months),
            at=moment(chance, day),
            reason="Cân đo, theo dõi tăng trưởng",
            codes=("Z00.1",),
            vitals=_measures(chance, subject, day),
            drugs=(drug("vitamin-a-100-000-iu"),) if vitamin else (),
            kind="16",
            advice=_feeding(months),
        )


def _measures(chance: Random, subject: Subject, day: date) -> Vitals:
    person, own = subject.person, subject.body
    return Vitals(
        weight=body.tidy(body.weight(person, own, day) * (1 + chance.gauss(0, 0.01)), 1),
        height=body.tidy(body.height(person, own, day), 1),
    )


def _feeding(months: int) -> str:
    if months < 6:
        return "Bú mẹ hoàn toàn, tiêm chủng đúng lịch"
    return (
        "Tiếp tục bú mẹ, ăn bổ sung đủ 4 nhóm" if months < 24 else "Ăn đa dạng, vận động hằng ngày"
    )
