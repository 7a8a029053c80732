"""What a list shows of a visit, as one small JSON document, made from its FHIR resources.

    {reason, status, vitals {systolic, …}, diagnoses [{code, display, main}], drugs [{name, …}],
     advice, nextDate, parts [rid − the visit's rid, …]}

Names are those of the visit document of docs/api/care.md, units those of
`ehr.terminology.data.vital_signs.json`. What entered in error is left out.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ehr.fhir.resource import Resource
from ehr.terminology.lookup import VitalSign, vital_signs
from ehr.terminology.systems import DRUG, ICD10_SYSTEMS, LOINC
from ehr.visits.projected import Part, References

Detail = dict[str, Any]

_WITHDRAWN = frozenset({"entered-in-error", "cancelled", "stopped", "refuted", "revoked"})


def of_type(parts: Sequence[Part], resource_type: str) -> list[Resource]:
    """The resources of one type that still hold."""
    found = [part.resource for part in parts if part.resource["resourceType"] == resource_type]
    return [resource for resource in found if not _withdrawn(resource)]


def _withdrawn(resource: Resource) -> bool:
    verification = resource.get("verificationStatus") or {}
    codes = {coding.get("code") for coding in verification.get("coding", ())}
    return not _WITHDRAWN.isdisjoint({resource.get("status"), *codes})


def vitals(parts: Sequence[Part]) -> dict[str, Any]:
    """Field of the visit document → number as recorded; a later Observation wins."""
    found: dict[str, Any] = {}
    for observation in of_type(parts, "Observation"):
        for element in (observation, *(observation.get("component") or ())):
            found.update(_measured(element))
    return found


def _measured(element: Resource) -> Iterator[tuple[str, Any]]:
    quantity = element.get("valueQuantity") or {}
    for coding in (element.get("code") or {}).get("coding", ()):
        sign = _signs().get(coding.get("code")) if coding.get("system") == LOINC else None
        if (
            sign
            and "value" in quantity
            and quantity.get("code", quantity.get("unit"))
            in (
                sign.unit,
                sign.shown,
            )
        ):
            yield sign.name, quantity["value"]


@cache
def _signs() -> dict[str, VitalSign]:
    return {sign.loinc: sign for sign in vital_signs().values()}


def diagnoses(encounter: Resource, parts: Sequence[Part], refer: References) -> list[Detail]:
    """The visit's diagnoses, the main one first: rank 1 of Encounter.diagnosis, or the only one."""
    conditions = {one["id"]: one for one in of_type(parts, "Condition")}
    ranks = _ranks(encounter, refer)
    ordered = sorted(conditions, key=lambda id: ranks.get(id, len(ranks) + 1))
    mine = [id for id in ranks if id in conditions] or ordered
    main = next((id for id in mine if ranks.get(id) == 1), mine[0] if len(mine) == 1 else None)
    return [_diagnosis(conditions[id], id == main) for id in ordered]


def _ranks(encounter: Resource, refer: References) -> dict[str, float]:
    """Condition id → its rank in the Encounter; without one it comes after those that have one."""
    found: dict[str, float] = {}
    for each in encounter.get("diagnosis") or ():
        id = refer.target(each.get("condition"), "Condition")
        if id is not None:
            found[id] = min(each.get("rank", float("inf")), found.get(id, float("inf")))
    return found


def _diagnosis(condition: Resource, main: bool) -> Detail:
    concept = condition.get("code") or {}
    codings: list[Resource] = concept.get("coding") or []
    coded = _first([c for c in codings if c.get("system") in ICD10_SYSTEMS and "code" in c])
    display = coded.get("display") or concept.get("text") or _first_display(concept)
    return {"code": coded.get("code"), "display": display, "main": main}


def _first(elements: list[Resource] | None) -> Resource:
    return elements[0] if elements else {}


def _first_display(concept: Resource) -> str | None:
    coding = _first(concept.get("coding"))
    return coding.get("display") or coding.get("code")


def drugs(parts: Sequence[Part]) -> list[Detail]:
    """Lines of the prescription, as far as each MedicationRequest says them."""
    return [_drug(request) for request in of_type(parts, "MedicationRequest")]


def _drug(request: Resource) -> Detail:
    concept = request.get("medicationCodeableConcept") or {}
    reference = request.get("medicationReference") or {}
    code = next((c.get("code") for c in concept.get("coding", ()) if c.get("system") == DRUG), None)
    dosage = _first(request.get("dosageInstruction"))
    dose = _first(dosage.get("doseAndRate")).get("doseQuantity") or {}
    repeat = (dosage.get("timing") or {}).get("repeat") or {}
    supply = request.get("dispenseRequest") or {}
    line = {
        "code": code,
        "name": concept.get("text") or _first_display(concept) or reference.get("display"),
        "dose": dose.get("value"),
        "unit": dose.get("unit"),
        "timesPerDay": repeat.get("frequency") if repeat.get("periodUnit") == "d" else None,
        "days": (repeat.get("boundsDuration") or {}).get("value"),
        "quantity": (supply.get("quantity") or {}).get("value"),
        "note": _first(request.get("note")).get("text"),
        "text": dosage.get("text"),
    }
    return {name: value for name, value in line.items() if value is not None}


def advice(parts: Sequence[Part]) -> str | None:
    """The words of the visit's CarePlan."""
    return next((p.get("description") for p in of_type(parts, "CarePlan")), None)


def next_date(parts: Sequence[Part]) -> str | None:
    """The day of the next appointment."""
    starts = (str(one.get("start") or "") for one in of_type(parts, "Appointment"))
    return next((start[:10] for start in starts if start), None)


def reason(encounter: Resource) -> str | None:
    """Why the resident came."""
    concept = _first(encounter.get("reasonCode"))
    return concept.get("text") or _first_display(concept)


def detail(encounter: Resource, rid: int, parts: Sequence[Part], refer: References) -> Detail:
    """The whole document; what is empty is left out."""
    document = {
        "reason": reason(encounter),
        "status": encounter.get("status"),
        "vitals": vitals(parts),
        "diagnoses": diagnoses(encounter, parts, refer),
        "drugs": drugs(parts),
        "advice": advice(parts),
        "nextDate": next_date(parts),
        "parts": [part.rid - rid for part in parts],
    }
    return {name: value for name, value in document.items() if value not in (None, [], {})}
