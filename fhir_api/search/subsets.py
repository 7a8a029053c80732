"""`_summary` and `_elements` of a request, as the part of each resource that is asked for.

http://hl7.org/fhir/R4/search.html#summary; http://hl7.org/fhir/R4/http.html#parameters allows
both wherever a resource is answered.
"""

from typing import get_args

from ehr.errors import InvalidQuery
from ehr.fhir.subset import WHOLE, Subset, Summary
from ehr.search.query import SearchQuery
from fhir_api.call import Call
from fhir_api.search.parse import elements_of, pairs_of


def part_of(query: SearchQuery) -> Subset:
    """The part of matches that a search shows."""
    return Subset("false" if query.summary == "count" else query.summary, query.elements)


def part_asked(call: Call) -> Subset:
    """The part that a read asks for, all for no value; raises InvalidQuery for another one."""
    if "_summary" not in call.request.query and "_elements" not in call.request.query:
        return WHOLE
    asked = dict(pairs_of(call.request.query))
    summary = asked.get("_summary") or "false"
    if summary not in get_args(Summary):
        raise InvalidQuery(f"_summary of a resource is one of {', '.join(get_args(Summary))}.")
    elements = asked.get("_elements")
    names = elements_of((call.resource_type,), elements) if elements else ()
    return Subset(summary, names)  # type: ignore[arg-type] # one of the four
