"""JSON out and documents in."""

from typing import TypeVar

import msgspec
from fastapi import Request, Response

from ehr.care.documents import Document, decode
from ehr.errors import Invalid, InvalidQuery, TooLarge

LARGEST_DOCUMENT = 256 * 1024
"""Bytes; a visit with everything filled in is some 20 KB."""
LONGEST_KEY = 255

Kind = TypeVar("Kind", bound=Document)


def json_answer(value: object, status: int = 200) -> Response:
    """`value` (msgspec structs, dicts, lists) as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def document_of(request: Request, kind: type[Kind]) -> tuple[Kind, bytes]:
    """The document in the body, and the body; raises Invalid, InvalidJson or TooLarge."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Invalid("The body must be application/json.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_DOCUMENT:
            raise TooLarge
    return decode(body, kind), body


def idempotency_key(request: Request) -> str:
    """The Idempotency-Key that every write must have; raises InvalidQuery without one."""
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii():
        raise InvalidQuery(f"Send an Idempotency-Key of 1 to {LONGEST_KEY} ASCII characters.")
    return key
