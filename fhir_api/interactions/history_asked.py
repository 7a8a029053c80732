"""The parameters of a history: http://hl7.org/fhir/R4/http.html#history."""

from dataclasses import dataclass
from datetime import datetime

from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.dates import asked_bounds
from ehr.search.query import DEFAULT_COUNT, MAX_COUNT
from fhir_api.call import Call
from fhir_api.search import links
from fhir_api.search.parse import FORMAT, formats_of, pairs_of, whole_number

_KNOWN = ("_count", "_since", "_at", links.PAGE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a history.

    `sought` is its own text, which page links sign, `shown` the same with the format asked for.
    """

    count: int
    since: datetime | None
    at: tuple[datetime, datetime] | None
    page: str | None
    sought: str
    shown: str


def read_asked(call: Call) -> Asked:
    """What a request asks; raises InvalidQuery, or NotSupported for other parameters."""
    given = pairs_of(call.request.query)
    pairs = [pair for pair in given if pair[0] not in FORMAT]
    asked = dict(pairs)
    if unknown := asked.keys() - set(_KNOWN):
        raise NotSupported(f"History here has no parameter {min(unknown)[:64]!r}.")
    if len(asked) < len(pairs):
        raise InvalidQuery("A parameter of a history is given once.")
    count = min(MAX_COUNT, whole_number("_count", asked.get("_count", str(DEFAULT_COUNT))))
    since = _interval("_since", asked["_since"])[0] if "_since" in asked else None
    at = _interval("_at", asked["_at"]) if "_at" in asked else None
    kept = [("_count", str(count)) if name == "_count" else (name, text) for name, text in pairs]
    sought = links.search_of(call.request.path, [one for one in kept if one[0] != links.PAGE])
    shown = links.written_as(sought, formats_of(given))
    return Asked(count, since, at, asked.get(links.PAGE), sought, shown)


def _interval(name: str, text: str) -> tuple[datetime, datetime]:
    try:
        return asked_bounds(text)
    except ValueError:
        raise InvalidQuery(f"{name} is a date or an instant, not {text[:64]!r}.") from None
