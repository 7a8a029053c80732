"""POST to the base: a batch or a transaction (http://hl7.org/fhir/R4/http.html#transaction)."""

import asyncio

from ehr.errors import Invalid
from ehr.fhir.resource import Resource, parse
from fhir_api.bundles.batch import batch
from fhir_api.bundles.entries import raw_entries
from fhir_api.bundles.transaction import transaction
from fhir_api.call import Call
from fhir_api.wire import content
from fhir_api.wire.responses import Reply

_LARGE = 500_000
"""Bytes that are parsed beside the loop: it would be held for some tens of milliseconds."""


async def bundle(call: Call) -> Reply:
    """200 with the Bundle of responses; raises Invalid for what is neither kind of Bundle."""
    content.check_body(call.header(b"content-type"), call.header(b"content-encoding"))
    body = await _parsed(call.request.body)
    if body.get("resourceType") != "Bundle":
        raise Invalid(
            "Only a Bundle is posted here; a resource goes to its type.",
            code="value",
            expression="Bundle.resourceType",
        )
    # The one that the request was counted as is the first entry's.
    call.service.authenticator.throttle.count(call.access, max(len(raw_entries(body)) - 1, 0))
    match body.get("type"):
        case "transaction":
            return await transaction(call, body)
        case "batch":
            return await batch(call, body)
    raise Invalid(
        "The Bundle must be a batch or a transaction.", code="value", expression="Bundle.type"
    )


async def _parsed(body: bytes) -> Resource:
    return parse(body) if len(body) < _LARGE else await asyncio.to_thread(parse, body)
