"""read, conditional by If-None-Match or If-Modified-Since: http://hl7.org/fhir/R4/http.html#read."""

from ehr.fhir.subset import Subset
from ehr.records import read as records
from ehr.records.stored import Stored
from fhir_api import binary
from fhir_api.call import Call
from fhir_api.search.subsets import part_asked
from fhir_api.wire.preconditions import not_modified
from fhir_api.wire.responses import Reply


async def read(call: Call) -> Reply:
    """The current version: 200, or 304 when the caller has it."""
    part = part_asked(call)
    stored = await records.read(call.source, call.resource_type, call.id, access=call.access)
    return shown(call, stored, part)


def shown(call: Call, stored: Stored, part: Subset) -> Reply:
    """The reply that has the part asked for of a version, or 304 when the caller has it."""
    none_match, since = call.header(b"if-none-match"), call.header(b"if-modified-since")
    has_it = not_modified(none_match, since, stored.version, stored.last_updated)
    reply = Reply(
        304 if has_it else 200,
        b"" if has_it else part.of(stored.content),
        stored.version,
        stored.last_updated,
    ).showing([stored])
    return binary.as_asked(call, stored, reply) if call.resource_type == binary.TYPE else reply
