"""Observation/$stats: http://hl7.org/fhir/R4/observation-operation-stats.html."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from ehr import clock
from ehr.errors import InvalidQuery, TooCostly
from ehr.fhir.reference import parse_reference
from ehr.fhir.resource import Number, Resource
from ehr.ingest.stamp import instant
from ehr.records.figures import STATISTICS, figure
from ehr.records.series import Coding
from ehr.records.stats import Counted, counted
from ehr.search.filters import filter_of
from ehr.search.query import Filter
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters, answer, ignored, read, with_resource
from fhir_api.wire.responses import Reply

MAX_CODES = 20
_SYSTEM = "http://terminology.hl7.org/CodeSystem/observation-statistics"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_REASON = "Too few values, or a figure beyond any number"
_MOST_HOURS = 24 * 366 * 150
_KNOWN = ("subject", "code", "system", "coding", "duration", "period", "statistic", "include")


@dataclass(frozen=True, slots=True)
class _Asked:
    subject: str
    codes: list[Coding]
    statistics: list[str]
    period: dict[str, str]
    """As a FHIR Period; empty for all times."""


async def stats(call: Call) -> Reply:
    """Parameters with an Observation for each code, and with `include` its sources."""
    given = read(call)
    ignored(given, (*_KNOWN, "limit"), strict=call.prefer.strict)
    asked = _asked(given)
    filters = [filter_of("Observation", "subject", asked.subject), *_in_period(asked.period)]
    found = [await counted(call.source, filters, code, access=call.access) for code in asked.codes]
    parts = [with_resource("statistics", _observation(asked, one)) for one in found]
    sources = {one.rid: one for each in found for one in each.source}.values()
    if given.flag("include"):
        limit = given.whole("limit")
        chosen = list(sources)[: limit if limit is not None else None]
        parts += [with_resource("source", orjson.Fragment(one.content)) for one in chosen]
    return answer(*parts).showing(sources)


def _asked(given: Parameters) -> _Asked:
    subject = given.text("subject")
    if subject is None:
        raise InvalidQuery("$stats needs a subject.", code="required")
    if parse_reference(subject).kind != "relative":
        raise InvalidQuery("subject is a reference such as Patient/1.", code="value")
    return _Asked(subject, _codes(given), _statistics(given), _period(given))


def _codes(given: Parameters) -> list[Coding]:
    system = given.text("system")
    found: list[Coding] = [(system, code) for code in given.texts("code")]
    for coding in given.all("coding"):
        if not isinstance(coding, dict) or not isinstance(coding.get("code"), str):
            raise InvalidQuery("coding is a Coding with a code.", code="value")
        if not isinstance(coding.get("system", ""), str):
            raise InvalidQuery("coding.system is a uri.", code="value")
        found.append((coding.get("system"), coding["code"]))
    if not found or not all(code for _, code in found):
        raise InvalidQuery("$stats needs a code or a coding.", code="required")
    if len(found) > MAX_CODES:
        raise TooCostly(f"At most {MAX_CODES} codes can be asked for at once.")
    return list(dict.fromkeys(found))


def _statistics(given: Parameters) -> list[str]:
    asked = [code for text in given.texts("statistic") for code in text.split(",")]
    if not asked:
        raise InvalidQuery("$stats needs a statistic.", code="required")
    for code in asked:
        if code not in STATISTICS:
            raise InvalidQuery(
                f"There is no statistic {code[:64]!a}; there are {', '.join(STATISTICS)}.",
                code="value",
            )
    return list(dict.fromkeys(asked))


def _period(given: Parameters) -> dict[str, str]:
    period, hours = given.element("period"), given.one("duration")
    if period is not None and hours is not None:
        raise InvalidQuery("Either duration or period is given, not both.")
    if hours is not None:
        end = clock.now()
        return {"start": instant(end - _length(hours)), "end": instant(end)}
    limits: dict[str, str] = {
        name: period[name] for name in ("start", "end") if period and name in period
    }
    if period is not None and not limits:
        raise InvalidQuery("period has a start or an end.", code="value")
    if not all(isinstance(text, str) for text in limits.values()):
        raise InvalidQuery("The start and end of a period are dates.", code="value")
    return limits


def _length(hours: object) -> timedelta:
    try:
        length = float(hours) if isinstance(hours, str | int | Number) else -1.0
    except ValueError:
        length = -1.0
    if not 0 < length <= _MOST_HOURS:
        raise InvalidQuery("duration is a number of hours.", code="value")
    return timedelta(hours=length)


def _in_period(period: dict[str, str]) -> Iterator[Filter]:
    for name, prefix in (("start", "ge"), ("end", "le")):
        if name in period:
            yield filter_of("Observation", "date", f"{prefix}{period[name]}")


def _observation(asked: _Asked, one: Counted) -> Resource:
    system, code = one.code
    coding = {"system": system, "code": code} if system else {"code": code}
    period = asked.period or _spanned(one.first, one.last)
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        "subject": {"reference": asked.subject},
        **({"effectivePeriod": period} if period else {}),
        "component": [_component(code, one) for code in asked.statistics],
    }


def _spanned(first: datetime | None, last: datetime | None) -> dict[str, str]:
    return {"start": instant(first), "end": instant(last)} if first and last else {}


def _component(code: str, one: Counted) -> dict[str, Any]:
    """One figure, or why there is none."""
    shown = {"system": _SYSTEM, "code": code, "display": STATISTICS[code].display}
    quantity = figure(code, one.series)
    if quantity is not None:
        return {"code": {"coding": [shown]}, "valueQuantity": quantity}
    reason = {"coding": [{"system": _ABSENT, "code": "unknown"}], "text": _REASON}
    return {"code": {"coding": [shown]}, "dataAbsentReason": reason}
