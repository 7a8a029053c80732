"""read, conditional by If-None-Match or If-Modified-Since: http://hl7.org/fhir/R4/http.html#read."""

from ehr.records import read as records
from fhir_api import binary
from fhir_api.call import Call
from fhir_api.search.subsets import part_asked
from fhir_api.wire.preconditions import not_modified
from fhir_api.wire.responses import Reply


async def read(call: Call) -> Reply:
    """The current version: 200, or 304 when the caller has it."""
    part = part_asked(call)
    stored = await records.read(call.source, call.resource_type, call.id, access=call.access)
    headers = call.request.headers
    status = 200
    if b"if-none-match" in headers or b"if-modified-since" in headers:
        none_match, since = call.header(b"if-none-match"), call.header(b"if-modified-since")
        if not_modified(none_match, since, stored.version, stored.last_updated):
            status = 304
    reply = Reply(
        status,
        b"" if status == 304 else part.of(stored.content),
        stored.version,
        stored.last_updated,
    ).showing([stored])
    return binary.as_asked(call, stored, reply) if call.resource_type == binary.TYPE else reply
