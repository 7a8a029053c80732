"""The kick-off: 202, and where to ask for the answer.

http://hl7.org/fhir/R4/async.html, https://www.rfc-editor.org/rfc/rfc7240#section-4.1. What may
find much can be asked so (`Route.may_wait`); for all else the preference is ignored, as RFC 7240
allows.
"""

from dataclasses import replace as route_with

import msgspec
from msgspec.structs import replace

from ehr.directory import async_requests
from ehr.directory.async_requests import Asked
from ehr.errors import Issue
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import dump
from fhir_api.call import Call, Target
from fhir_api.request import Request
from fhir_api.wire.preconditions import prefer
from fhir_api.wire.responses import Reply

RETRY_AFTER_SECONDS = b"2"
_KEPT_HEADERS = ("content-type", "prefer")
"""What decides the answer, beside URL and body."""
_ACCEPTED = dump(
    operation_outcome(
        (
            Issue(
                "informational",
                "It will be answered later; Content-Location is where to ask.",
                severity="information",
            ),
        )
    )
)


def later(target: Target, request: Request) -> Target:
    """The target, or the same with its answer put off if that is wanted and can be."""
    if not target.route.may_wait or request.method == "HEAD":
        return target
    if not prefer(request.headers.get(b"prefer")).later:
        return target
    return replace(target, route=route_with(target.route, interaction=_ask))


async def _ask(call: Call) -> Reply:
    request, service = call.request, call.service
    claims = service.authenticator.claims(request.authorization)
    headers = {
        name: value.decode("latin-1")
        for name in _KEPT_HEADERS
        if (value := call.header(name.encode())) is not None
    }
    asked = Asked(
        msgspec.json.encode(claims),
        request.address,
        request.id,
        request.method,
        request.path,
        request.query,
        headers,
        request.body,
    )
    id = await async_requests.ask(
        service.db,
        asked,
        limit=service.async_limit,
        seconds=service.async_seconds,
        access=call.access,
    )
    where = f"{service.base}/async/{id}".encode()
    return Reply(
        202,
        _ACCEPTED,
        headers=(
            (b"content-location", where),
            (b"preference-applied", b"respond-async"),
            (b"retry-after", RETRY_AFTER_SECONDS),
        ),
    )
