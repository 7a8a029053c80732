"""search in a compartment: http://hl7.org/fhir/R4/http.html#search and compartmentdefinition.html.

Whose compartment it is must be there and the caller's to see: else the answer is that of a read.
"""

from dataclasses import replace as with_fields

from msgspec.structs import replace

from ehr.access import Verb
from ehr.errors import Forbidden, NotFound
from ehr.records import read as records
from ehr.search.compartment import types_in
from ehr.search.query import Compartment
from fhir_api.call import Call
from fhir_api.interactions.search import pairs, searchset
from fhir_api.search.parse import Asked, parse
from fhir_api.search.types import parse_across
from fhir_api.wire.responses import Reply


async def in_compartment(call: Call) -> Reply:
    """A searchset of one type; raises NotFound or Gone for whose compartment it is."""
    within = _within(call)
    asked = parse((call.resource_type,), pairs(call), strict=call.prefer.strict)
    return await _answered(call, within, asked, call.resource_type)


async def in_whole_compartment(call: Call) -> Reply:
    """The same of the types in `_type`, without it of all that may be in the compartment."""
    within = _within(call)
    asked = parse_across(
        types_in(within.type), pairs(call), access=call.access, strict=call.prefer.strict
    )
    return await _answered(call, within, asked, "*")


def _within(call: Call) -> Compartment:
    within = call.compartment
    if within is None:
        raise NotFound
    if not call.access.may(within.type, Verb.READ):
        raise Forbidden(f"The {within.type} whose compartment is searched is not yours to read.")
    return within


async def _answered(call: Call, within: Compartment, asked: Asked, last: str) -> Reply:
    owner = await records.read(call.source, within.type, within.id, access=call.access)
    asked = replace(asked, query=with_fields(asked.query, compartment=within))
    path = f"{within.type}/{within.id}/{last}"
    return await searchset(call, asked, path, (owner.pat,) if owner.pat else ())
