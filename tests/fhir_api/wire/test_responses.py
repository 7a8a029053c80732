"""The headers of a reply."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from fhir_api.wire.responses import Reply, head, http_date

BASE = "http://127.0.0.1/fhir"


def headers_of(reply: Reply) -> dict[str, str]:
    found = head(reply, base=BASE, content_type=b"application/fhir+json", request_id=b"r1")
    return {name.decode(): value.decode() for name, value in found}


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 23, 16, 57, 9, 123_000, tzinfo=UTC),
        datetime(1999, 1, 1, 0, 0, 0, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_dates_are_written_as_http_writes_them(at: datetime) -> None:
    assert http_date(at).decode() == format_datetime(at, usegmt=True)


def test_a_version_says_which_it_is_and_where() -> None:
    at = datetime(2026, 11, 23, 16, 57, 9, tzinfo=UTC)
    assert headers_of(Reply(201, b"{}", 3, at, "Patient/1/_history/3")) == {
        "cache-control": "no-store",
        "vary": "Authorization, Accept, Prefer",
        "x-content-type-options": "nosniff",
        "x-request-id": "r1",
        "etag": 'W/"3"',
        "last-modified": "Mon, 23 Nov 2026 16:57:09 GMT",
        "location": f"{BASE}/Patient/1/_history/3",
        "content-length": "2",
        "content-type": "application/fhir+json",
    }


def test_a_reply_without_a_body_has_no_type() -> None:
    assert "content-type" not in headers_of(Reply(201))
    assert headers_of(Reply(201))["content-length"] == "0"
    for status in (204, 304):
        assert not {"content-type", "content-length"} & headers_of(Reply(status)).keys()
