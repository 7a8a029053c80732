"""What an interaction answers, and the headers it goes out with.

http://hl7.org/fhir/R4/http.html: ETag is `W/"<version>"`, Last-Modified its instant in whole
seconds, Location names the version. Every reply may hold what is only for its caller, so none
is stored by a cache on the way.
"""

from collections.abc import Collection
from datetime import datetime

import msgspec
from msgspec.structs import replace

from ehr.records.stored import Stored, labels_of, patients_of

Header = tuple[bytes, bytes]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ALWAYS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"vary", b"Authorization, Accept, Prefer"),
    (b"x-content-type-options", b"nosniff"),
)
NO_BODY = frozenset({204, 304})
"""Statuses that never carry a body."""


class Reply(msgspec.Struct, frozen=True):
    """A reply before it is bytes on a wire; batch puts the same into an entry."""

    status: int
    body: bytes = b""
    version: int | None = None
    last_updated: datetime | None = None
    """UTC."""
    location: str | None = None
    """Below the FHIR base: `Patient/1/_history/1`."""
    headers: tuple[Header, ...] = ()
    content_type: bytes | None = None
    """Of a body that is not FHIR's JSON."""
    patients: tuple[int, ...] = ()
    """Rids of the patients whose records this reply shows, for the audit."""
    label: int = 0
    """The labels of what it shows, for the audit."""
    recorded: bool = False
    """Whether the audit already has it: a write's event is in the write's own transaction."""

    def showing(self, records: Collection[Stored]) -> "Reply":
        """The same, with what the audit is told of the records that it shows."""
        return replace(self, patients=tuple(patients_of(records)), label=labels_of(records))


def etag(version: int) -> bytes:
    """The weak entity tag of a version."""
    return b'W/"%d"' % version


def http_date(instant: datetime) -> bytes:
    """A UTC instant as HTTP writes it: `Mon, 23 Nov 2026 16:57:00 GMT`."""
    year, month, day, hour, minute, second, weekday, *_ = instant.timetuple()
    return (
        f"{_DAYS[weekday]}, {day:02} {_MONTHS[month - 1]} {year:04}"
        f" {hour:02}:{minute:02}:{second:02} GMT"
    ).encode()


def head(reply: Reply, *, base: str, content_type: bytes, request_id: bytes) -> list[Header]:
    """Every header of a reply, its length included."""
    headers = [*_ALWAYS, (b"x-request-id", request_id), *reply.headers]
    if reply.version is not None:
        headers.append((b"etag", etag(reply.version)))
    if reply.last_updated is not None:
        headers.append((b"last-modified", http_date(reply.last_updated)))
    if reply.location is not None:
        headers.append((b"location", f"{base}/{reply.location}".encode()))
    if reply.status not in NO_BODY:
        headers.append((b"content-length", b"%d" % len(reply.body)))
        if reply.body:
            headers.append((b"content-type", reply.content_type or content_type))
    return headers
