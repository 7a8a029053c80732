"""search of several types at once, by GET or POST: http://hl7.org/fhir/R4/http.html#search."""

from ehr.fhir.definitions import resource_types
from fhir_api.call import Call
from fhir_api.interactions.search import pairs, searchset
from fhir_api.search.types import parse_across
from fhir_api.wire.responses import Reply


async def search_system(call: Call) -> Reply:
    """A searchset of the types in `_type`, without it of all, newest first."""
    asked = parse_across(
        resource_types(), pairs(call), access=call.access, strict=call.prefer.strict
    )
    return await searchset(call, asked, "")
