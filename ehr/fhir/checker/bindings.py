"""Required bindings: the code must come from the value set (http://hl7.org/fhir/R4/terminologies.html#required).

Four value sets cannot be listed. Mime types (or FHIR's short words for them, as in
CapabilityStatement.format) and currencies are held to their form instead; of UCUM and LOINC's
answer list nothing is known here.
"""

import re
from typing import Any

from ehr.fhir import definitions
from ehr.fhir.checker.primitives import Format, Wrong, quoted
from ehr.fhir.checker.shapes import Check, Fault, Shape, State, check_object

_FORMS = {
    "http://hl7.org/fhir/ValueSet/mimetypes": (
        re.compile(r"[^\s/;,]+/[^\s/;,]+(?:\s*;.*)?|xml|json|ttl|none"),
        "a mime type",
    ),
    "http://hl7.org/fhir/ValueSet/currencies": (re.compile("[A-Z]{3}"), "a currency of ISO 4217"),
}
_MOST_SHOWN = 12


def coded(form: Format, value_set: str) -> Format:
    """`form`, and the code must be in the value set."""
    systems = definitions.codes(value_set)
    if systems is None:
        return _formed(form, value_set) if value_set in _FORMS else form
    allowed = frozenset(code for codes in systems.values() for code in codes)
    wanted = _listed(allowed, value_set)

    def check(value: Any) -> Wrong | None:
        if type(value) is str and value in allowed:
            return None
        return form(value) or ("code-invalid", f"must be {wanted}, which {quoted(value)} is not")

    return check


def _formed(form: Format, value_set: str) -> Format:
    pattern, wanted = _FORMS[value_set]

    def check(value: Any) -> Wrong | None:
        wrong = form(value)
        if wrong is not None or pattern.fullmatch(value):
            return wrong
        return "code-invalid", f"must be {wanted}, which {quoted(value)} is not"

    return check


def _listed(allowed: frozenset[str], value_set: str) -> str:
    if len(allowed) > _MOST_SHOWN:
        return f"a code of {value_set}"
    return f"one of {', '.join(sorted(allowed))}"


def coded_concept(of: Shape, value_set: str) -> Check:
    """A CodeableConcept of which one coding must be in the value set."""
    systems = definitions.codes(value_set)
    if systems is None:
        return lambda value, _holder, state: check_object(value, of, state)
    known = systems
    wanted = _listed(frozenset(code for codes in known.values() for code in codes), value_set)

    def check(value: Any, _holder: dict[str, Any], state: State) -> list[Fault] | None:
        faults = check_object(value, of, state)
        if faults is not None:
            return faults
        for coding in value.get("coding", ()):
            if coding.get("code") in known.get(coding.get("system"), ()):
                return None
        return [("", "code-invalid", f"must have a coding with {wanted}, and its system")]

    return check
