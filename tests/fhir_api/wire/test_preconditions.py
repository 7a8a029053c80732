"""If-Match, If-None-Match, If-Modified-Since and Prefer."""

from datetime import UTC, datetime

import pytest

from ehr.errors import InvalidQuery
from fhir_api.wire.preconditions import Prefer, Tags, not_modified, prefer, tags

AT = datetime(2026, 11, 23, 16, 57, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"*", Tags(True)),
        (b'W/"3"', Tags(False, (3,))),
        (b'"3"', Tags(False, (3,))),
        (b'W/"1", W/"2" ,"7"', Tags(False, (1, 2, 7))),
        (b'W/"abc"', Tags(False)),
        (b'W/"99999999999"', Tags(False)),
        (b'W/"2147483648"', Tags(False)),
        (b'W/""', Tags(False)),
    ],
)
def test_entity_tags_are_versions(header: bytes, found: Tags) -> None:
    assert tags(header) == found


@pytest.mark.parametrize("header", [b"", b"3", b"W/3", b'W/"1" W/"2"', b'"1",,', b'w/"1"', b"\xff"])
def test_other_tags_are_refused(header: bytes) -> None:
    with pytest.raises(InvalidQuery):
        tags(header)


@pytest.mark.parametrize(
    ("none_match", "since", "unchanged"),
    [
        (b'W/"3"', None, True),
        (b'W/"2", W/"3"', None, True),
        (b"*", None, True),
        (b"3", None, True),
        (b" 3 ", None, True),
        (b"2", None, False),
        (b"99999999999", None, False),
        (b'W/"2"', None, False),
        (None, b"Mon, 23 Nov 2026 16:57:00 GMT", True),
        (None, b"Mon, 23 Nov 2026 16:56:59 GMT", False),
        (None, b"Mon, 23 Nov 2026 23:57:00 +0700", True),
        (None, b"yesterday", False),
        (None, b"Fri, 31 Dec 9999 23:59:59 GMT", True),
        (None, b"Fri, 31 Dec 9999 23:59:59 -1200", True),
        (None, b"Mon, 01 Jan 0001 00:00:00 +1200", False),
        (b'W/"2"', b"Mon, 23 Nov 2026 16:57:00 GMT", False),
        (None, None, False),
    ],
)
def test_what_the_caller_has_is_not_sent(
    none_match: bytes | None, since: bytes | None, unchanged: bool
) -> None:
    assert not_modified(none_match, since, 3, AT) is unchanged


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, Prefer()),
        (b"return=minimal", Prefer("minimal")),
        (b"return=representation; handling=strict", Prefer("representation", True)),
        (b'handling=strict, return="OperationOutcome"', Prefer("OperationOutcome", True)),
        (b"return=everything", Prefer()),
        (b"respond-async", Prefer(later=True)),
        (b"handling=strict, Respond-Async; wait=10", Prefer(strict=True, later=True)),
        (b"respond-later", Prefer()),
        (b"handling=lenient", Prefer()),
    ],
)
def test_preferences(header: bytes | None, found: Prefer) -> None:
    assert prefer(header) == found
