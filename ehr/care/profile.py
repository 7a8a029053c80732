"""The profile of a resident as one document: made from visit rows and a few records. Pure.

The web app's page (`/app/api/residents/{id}`): who it is, allergies, lasting problems, trends of
the vital signs, the last prescription, the next date, the timeline. docs/api/care.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from ehr.care.build.times import date_time
from ehr.care.resident import Resident, WardName
from ehr.fhir.resource import Resource
from ehr.terminology import lookup
from ehr.visits.listed import Visit


class Shown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of the document; what is not known is null or empty, never left out."""


class VisitShown(Shown, frozen=True, kw_only=True):
    """A visit; `diagnoses` and `drugs` are those of its document."""

    id: str
    at: str
    ward: WardName | None
    kind: str | None
    reason: str
    author: str | None
    insurance: bool | None
    vitals: dict[str, float]
    diagnoses: list[dict[str, Any]]
    drugs: list[dict[str, Any]]
    advice: str | None
    next_date: str | None


class Problem(Shown, frozen=True, kw_only=True):
    """A long-term diagnosis: since which day it is known here, at how many visits it was made."""

    code: str
    display: str
    since: str
    visits: int


class Point(Shown, frozen=True, kw_only=True):
    """One measurement."""

    at: str
    value: float


class Trend(Shown, frozen=True, kw_only=True):
    """A vital sign over time, oldest first."""

    vital: str
    points: list[Point]


class Prescription(Shown, frozen=True, kw_only=True):
    """The drugs of the last visit that had any: what "repeat" repeats."""

    at: str
    drugs: list[dict[str, Any]]


class Profile(Shown, frozen=True, kw_only=True):
    """The whole page."""

    resident: Resident
    allergies: list[str]
    problems: list[Problem]
    trends: list[Trend]
    prescription: Prescription | None
    next_date: str | None
    timeline: list[VisitShown]


def profile(
    resident: Resident,
    visits: Sequence[Visit],
    allergies: Iterable[Resource],
    today: date,
) -> Profile:
    """The page of `resident` from visits, the latest first, and AllergyIntolerance resources."""
    timeline = [shown(visit) for visit in visits]
    upcoming = (one.next_date for one in timeline if one.next_date)
    return Profile(
        resident=resident,
        allergies=list(dict.fromkeys(filter(None, map(_allergy, allergies)))),
        problems=_problems(timeline),
        trends=list(_trends(timeline)),
        prescription=next(
            (Prescription(at=one.at, drugs=one.drugs) for one in timeline if one.drugs), None
        ),
        next_date=min((day for day in upcoming if day >= today.isoformat()), default=None),
        timeline=timeline,
    )


def shown(visit: Visit) -> VisitShown:
    """A visit row as a list shows it."""
    detail = visit.detail
    return VisitShown(
        id=visit.id,
        at=date_time(visit.start),
        ward=WardName(code=visit.place.code, name=visit.place.name) if visit.place else None,
        kind=visit.kind,
        reason=detail.get("reason") or "",
        author=visit.author_name,
        insurance=visit.insurance,
        vitals=detail.get("vitals", {}),
        diagnoses=detail.get("diagnoses", []),
        drugs=detail.get("drugs", []),
        advice=detail.get("advice"),
        next_date=detail.get("nextDate"),
    )


def _problems(timeline: Sequence[VisitShown]) -> list[Problem]:
    """Long-term diagnoses in the words of the latest visit, the longest known first."""
    found: dict[str, Problem] = {}
    for visit in timeline:
        for diagnosis in visit.diagnoses:
            code = diagnosis.get("code")
            if not code or not lookup.is_chronic(code):
                continue
            known = found.get(code)
            found[code] = Problem(
                code=code,
                display=known.display if known else diagnosis.get("display") or code,
                since=visit.at[:10],
                visits=known.visits + 1 if known else 1,
            )
    return sorted(found.values(), key=lambda problem: problem.since)


def _trends(timeline: Sequence[VisitShown]) -> Iterator[Trend]:
    for name in lookup.vital_signs():
        points = [
            Point(at=visit.at, value=visit.vitals[name])
            for visit in reversed(timeline)
            if name in visit.vitals
        ]
        if points:
            yield Trend(vital=name, points=points)


_NOT_NOW = frozenset({"inactive", "resolved", "refuted", "entered-in-error"})


def _allergy(resource: Resource) -> str | None:
    """To what, in words; None for what does not hold (any more)."""
    statuses = (resource.get("clinicalStatus") or {}, resource.get("verificationStatus") or {})
    codes = {coding.get("code") for status in statuses for coding in status.get("coding") or ()}
    if codes & _NOT_NOW:
        return None
    concept = resource.get("code") or {}
    coding = (concept.get("coding") or [{}])[0]
    words: str | None = concept.get("text") or coding.get("display") or coding.get("code")
    return words
