"""One request, once its body is read and its limits are kept."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from ehr.errors import InvalidQuery, TooLarge
from ehr.fhir.resource import Resource

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

_ID_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")
_LONGEST_REQUEST_ID = 64


class Disconnected(Exception):
    """The client went away before its request was whole."""


class Request(msgspec.Struct, frozen=True):
    """A request to `path`, which is below the FHIR base and without a slash at its ends."""

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    """By lower-case name; repeated ones are joined with a comma."""
    body: bytes = b""
    resource: Resource | None = None
    """The body already parsed: that of a bundle's entry."""
    id: str | None = None
    address: str | None = None
    authorization: tuple[bytes, ...] = ()


def is_form(path: str) -> bool:
    """Whether what is posted there is a search."""
    return path.rpartition("/")[2] == "_search"


def request_id(headers: Mapping[bytes, bytes]) -> bytes:
    """The X-Request-Id sent along if it is short and plain, else a new one."""
    sent = headers.get(b"x-request-id")
    if sent and len(sent) <= _LONGEST_REQUEST_ID and _ID_LETTERS.issuperset(sent):
        return sent
    return os.urandom(12).hex().encode()


def header_map(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Header values by lower-case name."""
    found = dict(headers)
    if len(found) == len(headers):
        return found
    found = {}
    for name, value in headers:
        found[name] = found[name] + b", " + value if name in found else value
    return found


def query_of(scope: Scope) -> str:
    """The query string; raises InvalidQuery when it is not ASCII."""
    try:
        return bytes(scope["query_string"]).decode("ascii")
    except UnicodeDecodeError:
        raise InvalidQuery("The query string must be percent-encoded.") from None


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The body; raises TooLarge over `limit` bytes, as soon as that is known."""
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and int(length[:20]) > limit:
        raise TooLarge(f"A body has at most {limit} bytes here.")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge(f"A body has at most {limit} bytes here.")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else parts[0]
