"""A batch: each entry is a request of its own, in a transaction of its own, and may fail alone.

http://hl7.org/fhir/R4/http.html#brules: the entries do not depend on each other.
"""

from typing import Any

from msgspec.structs import replace

from ehr.errors import EhrError, NotSupported
from ehr.fhir.resource import Resource
from fhir_api.bundles.entries import placed, raw_entries, read_entry
from fhir_api.bundles.replies import Budget, Named, response_entry
from fhir_api.call import Call
from fhir_api.request import Request
from fhir_api.search.bundle import bundle
from fhir_api.wire.errors import refusal
from fhir_api.wire.preconditions import prefer
from fhir_api.wire.responses import Reply

MINIMAL = b"return=minimal"
"""What a Bundle's entries answer unless the caller prefers more: the ids, not the resources."""


async def batch(call: Call, body: Resource) -> Reply:
    """A batch-response with one entry for each of the batch, in its order."""
    if call.header(b"idempotency-key") is not None:
        raise NotSupported("A batch is not done as one: an Idempotency-Key needs a transaction.")
    budget, named = Budget(), Named()
    entries = [
        await _entry(call, raw, index, budget, named) for index, raw in enumerate(raw_entries(body))
    ]
    return Reply(200, bundle("batch-response", (), entries), recorded=bool(entries))


async def _entry(call: Call, raw: Any, index: int, budget: Budget, named: Named) -> bytes:
    try:
        with placed(f"Bundle.entry[{index}]"):
            budget.require()
        request = _request(call, raw, index)
    except EhrError as error:
        reply = await call.service.refused(call.service, call.request, call.access, refusal(error))
        return response_entry(reply, "", prefer(None), None, named)
    reply = await call.service.answer(call.service, request, call.access, call.service.db)
    budget.spend(len(reply.body))
    full_url = _full_url(call, request) if reply.status == 200 else None
    preferred = prefer(request.headers[b"prefer"])
    return response_entry(reply, request.method, preferred, full_url, named)


def _request(call: Call, raw: Any, index: int) -> Request:
    entry = read_entry(raw, index)
    return replace(
        call.request,
        method=entry.method,
        path=entry.path,
        query=entry.query,
        headers={b"prefer": call.header(b"prefer") or MINIMAL, **entry.headers},
        body=b"",
        resource=entry.resource,
    )


def _full_url(call: Call, request: Request) -> str | None:
    """What names the record that a read shows: never a version of it (bdl-8)."""
    target = call.service.match(request.method, request.path)
    if not target.shows_record:
        return None
    return f"{call.service.base}/{target.resource_type}/{target.id}"
