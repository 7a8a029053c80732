"""Security labels, from what a resource says and from what its codes mean.

HIV (ICD-10 B20–B24, Z21; LOINC of its tests) may be known to a closed list of people only (Law
64/2006 on HIV, article 30, as amended in 2020); mental health is ICD-10 chapter V. Codings are
those of http://terminology.hl7.org/CodeSystem/v3-ActCode and v3-Confidentiality.
"""

import re
from collections.abc import Iterator
from typing import Any

from ehr.access import Label
from ehr.fhir.resource import Resource

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LOINC = "http://loinc.org"

CODINGS = {
    Label.HIV: (ACT_CODE, "HIV"),
    Label.MENTAL_HEALTH: (ACT_CODE, "MH"),
    Label.RESTRICTED: (CONFIDENTIALITY, "R"),
    Label.VERY_RESTRICTED: (CONFIDENTIALITY, "V"),
}
_STATED = {coding: label for label, coding in CODINGS.items()} | {
    (ACT_CODE, "PSY"): Label.MENTAL_HEALTH,
    (ACT_CODE, "BH"): Label.MENTAL_HEALTH,
}
_HIV_ICD = re.compile(r"B2[0-4]|Z21|R75|Z11\.4|Z20\.6")
_MENTAL_ICD = re.compile(r"F\d\d")
_HIV_LOINC = frozenset({"56888-1", "7917-8", "68961-2", "20447-9", "24467-3", "80387-4"})


def stated(resource: Resource) -> Label:
    """The labels in `meta.security`."""
    found = Label.NONE
    for coding in (resource.get("meta") or {}).get("security", ()):
        found |= _STATED.get((coding.get("system"), coding.get("code")), Label.NONE)
    return found


def implied(resource: Resource) -> Label:
    """The labels that the codes in the resource call for."""
    found = Label.NONE
    for system, code in _codings(resource):
        if "icd-10" in system or "icd10" in system:
            if _HIV_ICD.match(code):
                found |= Label.HIV
            elif _MENTAL_ICD.match(code):
                found |= Label.MENTAL_HEALTH
        elif system == LOINC and code in _HIV_LOINC:
            found |= Label.HIV
    return found


def codings(labels: Label) -> list[Resource]:
    """The codings that say `labels`."""
    return [
        {"system": system, "code": code}
        for label, (system, code) in CODINGS.items()
        if label & labels
    ]


def _codings(value: Any) -> Iterator[tuple[str, str]]:
    if type(value) is dict:
        system, code = value.get("system"), value.get("code")
        if type(code) is str and type(system) is str:
            yield system, code
        for child in value.values():
            if type(child) is dict or type(child) is list:
                yield from _codings(child)
    elif type(value) is list:
        for child in value:
            if type(child) is dict or type(child) is list:
                yield from _codings(child)
