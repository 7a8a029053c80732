"""The entries of a batch or transaction as requests, each with its place in the Bundle.

http://hl7.org/fhir/R4/bundle.html#bundle-unique and http.html#transaction. A URL is relative to
the FHIR base and to nothing else: no scheme, no host, no way up.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ehr.errors import EhrError, Invalid, InvalidQuery, TooLarge
from ehr.fhir.dates import bounds
from ehr.fhir.resource import Resource
from fhir_api.wire.responses import http_date

MAX_ENTRIES = 5_000

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_READING = frozenset({"GET", "HEAD"})
_WITH_RESOURCE = frozenset({"POST", "PUT", "PATCH"})
_HEADERS = {
    "ifMatch": b"if-match",
    "ifNoneMatch": b"if-none-match",
    "ifNoneExist": b"if-none-exist",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; `path` and `query` are those of its URL, `place` its FHIRPath."""

    place: str
    method: str
    path: str
    query: str
    full_url: str | None
    resource: Resource | None
    headers: Mapping[bytes, bytes]


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Let errors name the entry they come from: `Patient.id` is `Bundle.entry[2].resource.id`."""
    try:
        yield
    except EhrError as error:
        error.issues = tuple(
            replace(issue, expression=within(place, issue.expression)) for issue in error.issues
        )
        raise


def within(place: str, expression: str | None) -> str:
    """A path inside a resource as a path inside the Bundle."""
    if expression is None or expression.startswith("Bundle.entry["):
        return expression or place
    _, dot, rest = expression.partition(".")
    return f"{place}.resource{dot}{rest}"


def raw_entries(bundle: Resource) -> list[Any]:
    """What stands in `Bundle.entry`; raises Invalid for what is no list, TooLarge for too many."""
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Invalid("Bundle.entry is a list.", code="structure", expression="Bundle.entry")
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"A Bundle has at most {MAX_ENTRIES} entries here.")
    return entries


def read_entry(raw: Any, index: int) -> Entry:
    """One entry; raises Invalid that names what is wrong with it."""
    place = f"Bundle.entry[{index}]"
    request = raw.get("request") if isinstance(raw, dict) else None
    if not isinstance(request, dict):
        raise Invalid("An entry needs a request.", code="required", expression=f"{place}.request")
    method, url = request.get("method"), request.get("url")
    if method not in _METHODS:
        raise Invalid(
            "The method of an entry is GET, HEAD, POST, PUT, PATCH or DELETE.",
            code="value",
            expression=f"{place}.request.method",
        )
    path, query = _relative(url, f"{place}.request.url", of_base=method in _READING)
    return Entry(
        place,
        method,
        path,
        query,
        _full_url(raw, place),
        _resource(raw, method, place),
        _headers(request, place),
    )


def _relative(url: Any, place: str, *, of_base: bool) -> tuple[str, str]:
    """(path, query) of a URL below the base, or `of_base` itself: a search of several types."""
    if not isinstance(url, str) or not url:
        raise Invalid("An entry needs a url.", code="required", expression=place)
    # One slash at each end, the first as in R4's own example of a batch, changes nothing.
    path, _, query = url.partition("?")
    path = path.removeprefix("/").removesuffix("/")
    if of_base and not path and "#" not in url:
        return path, query
    segments = path.split("/")
    if ":" in path or "\\" in path or "#" in url or not {"", ".", ".."}.isdisjoint(segments):
        raise InvalidQuery(
            "The url of an entry is relative to the FHIR base, such as Patient/1.",
            code="value",
            expression=place,
        )
    if segments[-1] == "_search":
        raise InvalidQuery("A search in a Bundle is a GET.", expression=place)
    return path, query


def _full_url(raw: dict[str, Any], place: str) -> str | None:
    full_url = raw.get("fullUrl")
    if full_url is not None and not isinstance(full_url, str):
        raise Invalid("fullUrl is a string.", code="structure", expression=f"{place}.fullUrl")
    return full_url


def _resource(raw: dict[str, Any], method: str, place: str) -> Resource | None:
    resource = raw.get("resource")
    if method not in _WITH_RESOURCE:
        return None
    if not isinstance(resource, dict):
        raise Invalid(
            f"A {method} needs a resource.", code="required", expression=f"{place}.resource"
        )
    return resource


def _headers(request: dict[str, Any], place: str) -> dict[bytes, bytes]:
    found = {}
    for name in (*_HEADERS, "ifModifiedSince"):
        value = request.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise Invalid(
                f"{name} is a string.", code="structure", expression=f"{place}.request.{name}"
            )
        if name == "ifModifiedSince":
            found[b"if-modified-since"] = _http_date(value, f"{place}.request.{name}")
        else:
            found[_HEADERS[name]] = value.encode("utf-8", "surrogatepass")
    return found


def _http_date(value: str, place: str) -> bytes:
    try:
        return http_date(bounds(value)[0])
    except ValueError:
        raise Invalid(f"{value[:64]!r} is no instant.", code="value", expression=place) from None
