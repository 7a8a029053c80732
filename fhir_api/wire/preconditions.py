"""If-Match, If-None-Match, If-Modified-Since and Prefer, as FHIR uses them.

http://hl7.org/fhir/R4/http.html#concurrency, #cread and #ops; entity tags: RFC 9110, 8.8.3.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ehr.errors import InvalidQuery
from ehr.remembered import remembered

_ETAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*')
_BARE = re.compile(r"\s*[0-9]{1,20}\s*")
"""A version without its quotes, as fhirpy sends it in If-None-Match."""
_LARGEST_VERSION = 2**31 - 1
_MOST_TAGS = 100


@dataclass(frozen=True, slots=True)
class Tags:
    """The entity tags of a header: `*`, or versions; a tag that names no version matches none."""

    any: bool
    versions: tuple[int, ...] = ()

    def match(self, version: int) -> bool:
        """Whether a version is among them."""
        return self.any or version in self.versions


@dataclass(frozen=True, slots=True)
class Prefer:
    """What a caller prefers; what is not understood is ignored (RFC 7240)."""

    returns: str | None = None
    """minimal, representation or OperationOutcome."""
    strict: bool = False
    later: bool = False
    """respond-async."""


@remembered(1024)
def tags(header: bytes) -> Tags:
    """The tags of If-Match or If-None-Match; raises InvalidQuery for what is no list of tags."""
    text = header.decode("latin-1").strip()
    if text == "*":
        return Tags(any=True)
    found = [_ETAG.fullmatch(part) for part in text.split(",")[: _MOST_TAGS + 1]]
    if not all(found) or len(found) > _MOST_TAGS:
        raise InvalidQuery('An entity tag is written W/"3".')
    names = [match[1] for match in found if match]
    return Tags(False, tuple(int(name) for name in names if _is_version(name)))


def _is_version(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 11 and int(name) <= _LARGEST_VERSION


def not_modified(
    none_match: bytes | None, modified_since: bytes | None, version: int, last_updated: datetime
) -> bool:
    """Whether the caller has this version already; If-None-Match counts before the date."""
    if none_match is not None:
        if _BARE.fullmatch(none_match.decode("latin-1")):
            none_match = b'"' + none_match.strip() + b'"'
        return tags(none_match).match(version)
    if modified_since is None:
        return False
    since = _date(modified_since)
    return since is not None and last_updated.replace(microsecond=0) <= since


def _date(header: bytes) -> datetime | None:
    """An HTTP date in UTC; None for what is none, which RFC 9110 says to ignore."""
    try:
        since = parsedate_to_datetime(header.decode("latin-1"))
        return since.replace(tzinfo=UTC) if since.tzinfo is None else since
    except (ValueError, OverflowError):
        return None


@remembered(256)
def prefer(header: bytes | None) -> Prefer:
    """The preferences of a Prefer header."""
    if header is None:
        return Prefer()
    wanted: dict[str, str] = {}
    for part in header[:1024].decode("latin-1").replace(";", ",").split(","):
        name, _, value = part.partition("=")
        wanted.setdefault(name.strip().lower(), value.strip().strip('"'))
    returns = wanted.get("return")
    known = returns if returns in {"minimal", "representation", "OperationOutcome"} else None
    return Prefer(known, wanted.get("handling") == "strict", "respond-async" in wanted)
