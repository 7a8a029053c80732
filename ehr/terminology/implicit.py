"""Value sets that nobody wrote: all codes of a system, or one code and what lies below it.

`{system}?fhir_vs` and `{system}?fhir_vs=isa/{code}` as http://hl7.org/fhir/R4/snomedct.html#implicit
names them, here for every code system; `http://loinc.org/vs` of http://hl7.org/fhir/R4/loinc.html.
"""

from typing import Any

from ehr.terminology.systems import LOINC

_ALL = "?fhir_vs"
_BELOW = "=isa/"


def implicit(url: str) -> dict[str, Any] | None:
    """The ValueSet that such a url stands for; None for any other url."""
    if url == f"{LOINC}/vs":
        return _value_set(url, {"system": LOINC})
    system, found, rest = url.partition(_ALL)
    if not found or not system:
        return None
    if not rest:
        return _value_set(url, {"system": system})
    code = rest.removeprefix(_BELOW)
    if code == rest or not code:
        return None
    below = {"property": "concept", "op": "is-a", "value": code}
    return _value_set(url, {"system": system, "filter": [below]})


def _value_set(url: str, include: dict[str, Any]) -> dict[str, Any]:
    compose = {"include": [include]}
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}
