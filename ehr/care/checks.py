"""What a document may say: every fault found at once, each with the path of its field.

Impossible values are refused here, before anything is built; unlikely ones are the web app's
to confirm. `details` is a stable code from which the app takes its Vietnamese words
(docs/api/care.md lists them).
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import chain

from ehr.care import values
from ehr.care.build.times import OutOfForm, instant
from ehr.care.build.vitals import body_mass_index
from ehr.care.documents import (
    Diagnosis,
    Drug,
    RecordVisit,
    RegisterPatient,
    Vitals,
)
from ehr.care.values import Issues, fault
from ehr.clock import HANOI
from ehr.errors import Issue, Unprocessable
from ehr.terminology import lookup

_CCCD = re.compile(r"[0-9]{12}")
_BHYT = re.compile(r"[0-9]{10}|[0-9]{12}|[A-Z]{2}[1-5][0-9]{12}")
_PHONE = re.compile(r"(?:0|\+84)[1-9][0-9]{7,9}")
_WARD = re.compile(r"[0-9]{5}")
_ICD10 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?")

LONGEST_PRESCRIPTION = 90
"""Days, for the chronic diseases listed by Thông tư 26/2025/TT-BYT."""
_CLOCK_SKEW = timedelta(minutes=5)
_LATEST_APPOINTMENT = timedelta(days=400)


def require(issues: Iterable[Issue]) -> None:
    """Raises Unprocessable with every fault found; nothing if there is none."""
    found = tuple(issues)
    if found:
        raise Unprocessable(found[0].diagnostics, issues=found)


def registration(document: RegisterPatient, today: date) -> Issues:
    """The faults of a registration."""
    yield from values.uuid("id", document.id)
    yield from _person_name("name", document.name)
    yield from values.born("birthDate", document.birth_date, today)
    yield from values.pattern("cccd", document.cccd, _CCCD, "the 12 digits of the personal id")
    yield from values.pattern(
        "bhyt", document.bhyt, _BHYT, "a health insurance number of 10, 12 or 15 characters"
    )
    if document.phone is not None:
        digits = re.sub(r"[ .\-()]", "", document.phone)
        yield from values.pattern("phone", digits, _PHONE, "a phone number such as 0912345678")
    yield from values.pattern("ward", document.ward, _WARD, "the five digits of a ward")
    if document.address:
        yield from values.text("address.line", document.address.line, 200)
        yield from values.text("address.hamlet", document.address.hamlet, 100)
    if document.ethnicity is not None and document.ethnicity not in lookup.ethnicities():
        yield fault("ethnicity", "unknown-code", "must be a code of the list of dân tộc.")
    yield from values.text("motherName", document.mother_name, 100)


def _person_name(path: str, name: str) -> Issues:
    yield from values.text(path, name, 100, required=True)
    if name.strip() and not any(char.isalpha() for char in name):
        yield fault(path, "malformed", "must contain letters.")


def visit(document: RecordVisit, now: datetime) -> Issues:
    """The faults of a visit that can be seen without the patient."""
    yield from values.uuid("id", document.id)
    yield from values.resource_id("patient", document.patient)
    yield from values.text("reason", document.reason, 1000, required=True)
    if document.kind not in lookup.visit_kinds():
        yield fault("kind", "unknown-code", "must be a code of MA_LOAI_KCB, 01 to 16.")
    yield from _start(document.start, now)
    yield from _vitals(document.vitals)
    yield from _diagnoses(document.diagnoses)
    yield from chain.from_iterable(
        _drug(f"drugs[{at}]", drug) for at, drug in enumerate(document.drugs)
    )
    if len(document.drugs) > 30:
        yield fault("drugs", "too-many", "must have at most 30 lines.")
    yield from values.text("advice", document.advice, 2000)
    yield from values.pattern("ward", document.ward, _WARD, "the five digits of a ward")
    yield from _next_date(document, now)


def _start(start: str | None, now: datetime) -> Issues:
    try:
        if start is None or instant(start) <= now + _CLOCK_SKEW:
            return
        yield fault("start", "in-the-future", "must not be in the future.")
    except OutOfForm:
        yield fault("start", "malformed", "must be a time such as 2026-11-23T08:15:00+07:00.")


def _next_date(document: RecordVisit, now: datetime) -> Issues:
    if document.next_date is None:
        return
    try:
        held = instant(document.start) if document.start else now
    except OutOfForm:
        return
    day = held.astimezone(HANOI).date()
    first = day + timedelta(days=1)
    yield from values.day("nextDate", document.next_date, first, day + _LATEST_APPOINTMENT)


def _vitals(vitals: Vitals) -> Issues:
    out_of_range = list(
        chain.from_iterable(
            values.between(f"vitals.{name}", getattr(vitals, name), sign.low, sign.high, sign.shown)
            for name, sign in lookup.vital_signs().items()
            if name != "bmi"
        )
    )
    yield from out_of_range or _together(vitals)


def _together(vitals: Vitals) -> Issues:
    """What two possible values cannot say together."""
    if vitals.diastolic is not None:
        if vitals.systolic is None:
            yield fault("vitals.systolic", "required", "must be given with vitals.diastolic.")
        elif vitals.diastolic >= vitals.systolic:
            yield fault("vitals.diastolic", "inconsistent", "must be below vitals.systolic.")
    bmi = body_mass_index(vitals)
    sign = lookup.vital_signs()["bmi"]
    if bmi is not None and not sign.low <= bmi <= sign.high:
        yield fault(
            "vitals.weight", "inconsistent", f"does not fit vitals.height: BMI would be {bmi:g}."
        )


def _diagnoses(diagnoses: tuple[Diagnosis, ...]) -> Issues:
    for at, diagnosis in enumerate(diagnoses):
        yield from _diagnosis(f"diagnoses[{at}]", diagnosis)
    codes = [diagnosis.code for diagnosis in diagnoses]
    for at, code in enumerate(codes):
        if code in codes[:at]:
            yield fault(f"diagnoses[{at}].code", "duplicate", f"repeats {code}.")
    if sum(diagnosis.main for diagnosis in diagnoses) > 1:
        yield fault("diagnoses", "several-main", "must have one main diagnosis.")
    if len(diagnoses) > 13:
        yield fault("diagnoses", "too-many", "must have at most one main and 12 others.")


def _diagnosis(path: str, diagnosis: Diagnosis) -> Issues:
    yield from values.text(f"{path}.display", diagnosis.display, 300, required=True)
    yield from values.pattern(f"{path}.code", diagnosis.code, _ICD10, "an ICD-10 code such as I10")
    known = lookup.diagnoses().get(diagnosis.code)
    if known and known.unusable:
        yield fault(
            f"{path}.code", "too-coarse", f"{diagnosis.code} has finer codes; choose one of them."
        )
    elif known and known.never_main and diagnosis.main:
        yield fault(f"{path}.main", "never-main", f"{diagnosis.code} cannot be the main diagnosis.")


def _drug(path: str, drug: Drug) -> Issues:
    yield from values.text(f"{path}.name", drug.name, 300, required=True)
    yield from values.text(f"{path}.unit", drug.unit, 50, required=True)
    yield from values.text(f"{path}.note", drug.note, 300)
    yield from values.between(f"{path}.dose", drug.dose, 0.001, 1000)
    yield from values.between(f"{path}.timesPerDay", drug.times_per_day, 1, 24)
    yield from values.between(f"{path}.days", drug.days, 1, LONGEST_PRESCRIPTION, "days")
    yield from values.between(f"{path}.quantity", drug.quantity, 0.001, 10_000)
    if drug.code is not None and drug.code not in lookup.drugs():
        yield fault(f"{path}.code", "unknown-code", "is not in the ward's list of drugs.")
