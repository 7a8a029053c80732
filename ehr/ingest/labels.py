"""Security labels, from what a resource says and from what its codes mean.

HIV (ICD-10 B20–B24, Z21; LOINC of its tests; ATC of drugs for nothing else) may be known to a
closed list of people only (Law 64/2006 on HIV, article 30, as amended in 2020); mental health is
ICD-10 chapter V. Codings are those of http://terminology.hl7.org/CodeSystem/v3-ActCode and
v3-Confidentiality.
"""

import re
from collections.abc import Iterator
from typing import Any

from ehr.access import Label
from ehr.fhir.resource import Resource
from ehr.remembered import remembered

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
_HIV_ICD = re.compile(r"B2[0-4]|Z21|R75|Z11\.?4|Z20\.?6")
_MENTAL_ICD = re.compile(r"F\d\d")
_ICD_SYSTEM = re.compile(r"icd.?10|2\.16\.840\.1\.113883\.6\.(3|90)\b")
"""ICD-10 however its system is written: WHO's, the ministry's, an OID."""
_ICD_SHAPE = re.compile(r"[A-Z]\d\d(\.?\d{1,2})?[†*+]?")
"""A code without a system that looks like ICD-10 is taken for one: rather hidden than told."""
_ATC_SYSTEM = re.compile(r"whocc\.no/atc|2\.16\.840\.1\.113883\.6\.73\b")
_HIV_ATC = re.compile(r"J05A(E(0[1-9]|10)|F0[1-469]|G|J|R|X0[789]|X12)")
"""Antiretrovirals, but for lamivudine, tenofovir, entecavir and others that treat hepatitis B."""
_HIV_SNOMED = frozenset({"86406008", "62479008", "165816005"})
SNOMED = "http://snomed.info/sct"
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
        found |= _label_of(system, code)
    return found


@remembered(4096)
def _label_of(system: str, code: str) -> Label:
    """The label that one coding calls for, in whatever letters it is written."""
    system, code = system.strip().lower(), code.strip().upper()
    if _ICD_SYSTEM.search(system) or (not system and _ICD_SHAPE.fullmatch(code)):
        if _HIV_ICD.match(code):
            return Label.HIV
        return Label.MENTAL_HEALTH if _MENTAL_ICD.match(code) else Label.NONE
    is_hiv = (
        (system == LOINC and code in _HIV_LOINC)
        or (system == SNOMED and code in _HIV_SNOMED)
        or (_ATC_SYSTEM.search(system) is not None and _HIV_ATC.match(code) is not None)
    )
    return Label.HIV if is_hiv else Label.NONE


def codings(labels: Label) -> list[Resource]:
    """The codings that say `labels`."""
    return [
        {"system": system, "code": code}
        for label, (system, code) in CODINGS.items()
        if label & labels
    ]


def _codings(value: Any) -> Iterator[tuple[str, str]]:
    if type(value) is dict:
        system, code = value.get("system", ""), value.get("code")
        if type(code) is str and type(system) is str:
            yield system, code
        for child in value.values():
            if type(child) is dict or type(child) is list:
                yield from _codings(child)
    elif type(value) is list:
        for child in value:
            if type(child) is dict or type(child) is list:
                yield from _codings(child)
