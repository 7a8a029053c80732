"""Which parameters of a type lead to the patient with whom its records lie.

Those of R4's Patient compartment; of a type outside it the ones that R4 itself calls `patient` or
`subject` (docs/decisions/ingest-patients-beyond-the-compartment.md).
"""

from functools import cache

from ehr.fhir.definitions import compartments, resource_types, search_parameter_definitions
from ehr.search.main_columns import PATIENT
from ehr.search.shared import SHARED_TYPES

_FIRST = ("subject", "patient", "beneficiary", "individual", "focus")
BY_PROXY = "Binary"
"""A type without a subject: `securityContext` names a record that stands for its sensitivity."""


@cache
def leading(resource_type: str) -> tuple[str, ...]:
    """The codes of the parameters, the subject's first; none: its records lie with their author.

    A Group lists many patients and belongs to its author's ward.
    """
    if resource_type == "Group" or resource_type in SHARED_TYPES:
        return ()
    codes = compartments()["Patient"].get(resource_type) or _named_so(resource_type)
    first = [code for code in _FIRST if code in codes]
    return (*first, *(code for code in codes if code not in first))


def _named_so(resource_type: str) -> tuple[str, ...]:
    return tuple(
        one.code
        for one in search_parameter_definitions()
        if resource_type in one.base and one.code in PATIENT and "Patient" in one.target
    )


@cache
def beyond() -> frozenset[str]:
    """The types outside the compartment whose records lie with a patient."""
    inside = compartments()["Patient"]
    named = {one for one in resource_types() if not inside.get(one) and leading(one)}
    return frozenset(named - {"Patient"} | {BY_PROXY})
