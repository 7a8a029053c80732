"""What happens at one visit, before it is a document; and the documents made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from ehr.care.documents import Diagnosis, Drug, RecordVisit, Refer, Vitals
from ehr.terminology import lookup
from seed.body import Body, tidy
from seed.chance import stable_id
from seed.residents import Person

HOSPITAL = "bachmai"
"""Id of the Organization that referrals go to."""

NOTHING_MEASURED = Vitals()

_FOR_SMALL_CHILDREN = {"paracetamol-250-mg": "paracetamol-150-mg"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A person with a body: whom visits are made for."""

    person: Person
    body: Body
    seed: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """One visit; `key` names it among the visits of its person, the first code is the main one."""

    key: tuple[str | int, ...]
    at: datetime
    reason: str
    codes: tuple[str, ...]
    vitals: Vitals = NOTHING_MEASURED
    drugs: tuple[Drug, ...] = ()
    kind: str = "01"
    advice: str | None = None
    next_day: date | None = None
    referral: str | None = None
    """Why the person is sent to hospital, if so."""


def visit_document(subject: Subject, seen: Attendance) -> RecordVisit:
    """The visit as the ward's clinician would send it."""
    person = subject.person
    return RecordVisit(
        id=_visit_id(subject, seen),
        patient=person.id,
        reason=seen.reason,
        kind=seen.kind,
        insurance=person.papers.bhyt is not None,
        start=seen.at.isoformat(timespec="seconds"),
        vitals=seen.vitals,
        diagnoses=tuple(_diagnosis(code, rank) for rank, code in enumerate(seen.codes)),
        drugs=seen.drugs,
        advice=seen.advice,
        next_date=seen.next_day.isoformat() if seen.next_day else None,
    )


def referral_document(subject: Subject, seen: Attendance) -> Refer:
    """The referral decided at a visit."""
    return Refer(
        id=stable_id(subject.seed, "referral", subject.person.id, *seen.key),
        patient=subject.person.id,
        to=HOSPITAL,
        reason=seen.referral or seen.reason,
        visit=_visit_id(subject, seen),
        urgency="urgent",
        diagnosis=_diagnosis(seen.codes[0], 0),
    )


def drug(code: str, days: int | None = None) -> Drug:
    """A line of a prescription, as the drug list proposes it, for `days`."""
    known = lookup.drugs()[code]
    lasting = known.days if days is None else days
    dose = tidy(known.dose, 2)
    return Drug(
        code=code,
        name=known.label,
        dose=dose,
        unit=known.unit,
        times_per_day=known.times_per_day,
        days=lasting,
        quantity=tidy(known.dose * known.times_per_day * lasting, 1),
    )


def drugs_for(age: int, codes: list[str]) -> tuple[Drug, ...]:
    """A prescription, in the strengths for someone of an age."""
    smaller = _FOR_SMALL_CHILDREN if age < 3 else {}
    return tuple(drug(smaller.get(code, code)) for code in codes)


def urgent_reason(chance: Random) -> str:
    """Why someone is sent to hospital."""
    return chance.choice(
        (
            "Vượt quá khả năng chuyên môn của trạm, đề nghị khám và điều trị tiếp",
            "Đề nghị khám chuyên khoa và làm xét nghiệm",
            "Theo dõi diễn biến nặng, đề nghị nhập viện",
        )
    )


def _visit_id(subject: Subject, seen: Attendance) -> str:
    return stable_id(subject.seed, "visit", subject.person.id, *seen.key)


def _diagnosis(code: str, rank: int) -> Diagnosis:
    return Diagnosis(code=code, display=lookup.diagnoses()[code].vi, main=rank == 0)
