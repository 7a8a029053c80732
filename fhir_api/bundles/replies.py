"""Replies as the entries of a batch-response or transaction-response."""

from http import HTTPStatus

from ehr.errors import TooCostly
from ehr.fhir.resource import dump
from ehr.ingest.stamp import instant
from fhir_api.wire.preconditions import Prefer
from fhir_api.wire.responses import Reply, etag

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

MOST_BYTES = 50_000_000
"""Bytes of all entries of a reply: thousands of searches in one Bundle would fill the memory."""


class Budget:
    """What a Bundle's reply may still hold."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST_BYTES

    def require(self) -> None:
        """Raises TooCostly once it is spent; an entry that spends it is still answered."""
        if self._left <= 0:
            raise TooCostly(f"A Bundle's reply has about {MOST_BYTES} bytes at most; ask for less.")

    def spend(self, size: int) -> None:
        """Count `size` bytes of a reply's body."""
        self._left -= size


Named = set[tuple[str, int | None]]
"""The fullUrls of the entries before, each with the version of the resource beside it."""


def response_entry(
    reply: Reply, method: str, prefer: Prefer, full_url: str | None, named: Named
) -> bytes:
    """One entry: its status, what it made or found, and an outcome where something went wrong."""
    response: dict[str, object] = {"status": _STATUS[reply.status]}
    if reply.location is not None:
        response["location"] = reply.location
    if reply.version is not None:
        response["etag"] = etag(reply.version).decode()
    if reply.last_updated is not None:
        response["lastModified"] = instant(reply.last_updated)
    written = dump(response)
    body = b"" if method == "HEAD" and reply.status < 400 else reply.body
    if body and _is_outcome(reply, method, prefer):
        return b'{"response":' + written[:-1] + b',"outcome":' + body + b"}}"
    parts = [b"{"]
    name = full_url and (full_url, reply.version if body else None)
    # What names an entry before already is left out: no two may have the same (bdl-7).
    if name and name not in named:
        named.add(name)
        parts += (b'"fullUrl":', dump(full_url), b",")
    if body:
        parts += (b'"resource":', body, b",")
    parts += (b'"response":', written, b"}")
    return b"".join(parts)


def _is_outcome(reply: Reply, method: str, prefer: Prefer) -> bool:
    return reply.status >= 400 or (method != "GET" and prefer.returns == "OperationOutcome")
