"""vread: http://hl7.org/fhir/R4/http.html#vread."""

from ehr.errors import NotFound
from ehr.records import read as records
from fhir_api.call import Call
from fhir_api.interactions.read import shown
from fhir_api.search.subsets import part_asked
from fhir_api.wire.responses import Reply

_LARGEST_VERSION = 2**31 - 1


async def vread(call: Call) -> Reply:
    """One version, current or superseded: 200, or 304 when the caller has it."""
    part = part_asked(call)
    stored = await records.vread(
        call.source, call.resource_type, call.id, version_number(call.version), access=call.access
    )
    return shown(call, stored, part)


def version_number(text: str) -> int:
    """The number of a version id; NotFound for an id that this server never gives."""
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 11:
        version = int(text)
        if version <= _LARGEST_VERSION:
            return version
    raise NotFound
