"""What items are told apart by: existence, types, profiles, and what a reference leads to."""

from typing import Any

import pytest
from fixtures.profiling import CORE, MINE, by, structure, told

from ehr.fhir.resource import Resource


def patient(*systems: str, **more: Any) -> Resource:
    identifiers = [{"system": system, "value": str(n)} for n, system in enumerate(systems)]
    return {"resourceType": "Patient", "identifier": identifiers, **more}


@pytest.mark.proves("validation/profiles")
def test_items_are_told_apart_by_what_they_have() -> None:
    mine = structure(
        "Patient",
        {"id": "Patient.identifier", "slicing": by(("exists", "period"))},
        {"id": "Patient.identifier:old", "max": "1"},
        {"id": "Patient.identifier:old.period", "min": 1},
        {"id": "Patient.identifier:current", "max": "1"},
        {"id": "Patient.identifier:current.period", "max": "0"},
    )
    assert told(patient("urn:a"), mine) == []
    assert told(patient("urn:a", "urn:b"), mine) == ["structure Patient.identifier"]
    dated = patient("urn:a", "urn:b")
    dated["identifier"][0]["period"] = {"end": "2020"}
    assert told(dated, mine) == []


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize("slicing", [None, by(("type", "$this"), rules="closed")])
def test_choices_are_told_apart_by_their_type(slicing: Any) -> None:
    mine = structure(
        "Observation",
        {"id": "Observation.value[x]", "path": "Observation.value[x]", "slicing": slicing}
        if slicing
        else {"id": "Observation.status"},
        {
            "id": "Observation.value[x]:valueQuantity",
            "path": "Observation.value[x]",
            "sliceName": "valueQuantity",
            "type": [{"code": "Quantity"}] if slicing else [],
        },
        {
            "id": "Observation.value[x]:valueQuantity.unit",
            "path": "Observation.value[x].unit",
            "min": 1,
        },
    )
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert told({**base, "valueQuantity": {"value": 1, "unit": "kg"}}, mine) == []
    found = told({**base, "valueQuantity": {"value": 1}}, mine)
    assert found == ["required Observation.value.unit"]
    outside = ["structure Observation.value"] if slicing else []
    assert told({**base, "valueString": "x"}, mine) == outside


def bundle(*resources: Resource) -> Resource:
    entries = [{"resource": one, "fullUrl": f"urn:uuid:{n}"} for n, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@pytest.mark.proves("validation/profiles")
def test_entries_are_told_apart_by_the_type_and_the_profile_of_their_resource() -> None:
    named = structure("Patient", {"id": "Patient.name", "min": 1}, name="named")
    mine = structure(
        "Bundle",
        {"id": "Bundle.entry", "slicing": by(("type", "resource"))},
        {"id": "Bundle.entry:patient", "min": 1, "max": "1"},
        {"id": "Bundle.entry:patient.resource", "type": [
            {"code": "Patient", "profile": [f"{MINE}named"]}]},
    )  # fmt: skip
    note = {"resourceType": "Basic", "code": {"text": "x"}}
    sound = {"resourceType": "Patient", "name": [{"text": "Hòa"}]}
    assert told(bundle(note, sound), mine, named) == []
    assert told(bundle(note), mine, named) == ["required Bundle.entry"]
    found = told(bundle(note, {"resourceType": "Patient", "active": True}), mine, named)
    assert found == ["required Bundle.entry[1].resource.name"]
    mine["differential"]["element"][0]["slicing"] = by(("profile", "resource"))
    assert told(bundle(note, sound), mine, named) == []
    unnamed = bundle({"resourceType": "Patient", "active": True})
    assert told(unnamed, mine, named) == ["required Bundle.entry"]


@pytest.mark.proves("validation/profiles")
def test_references_are_told_apart_by_the_type_of_their_target() -> None:
    mine = structure(
        "Patient",
        {"id": "Patient.generalPractitioner", "slicing": by(("type", "resolve()"))},
        {
            "id": "Patient.generalPractitioner:clinic",
            "max": "1",
            "type": [{"code": "Reference", "targetProfile": [f"{CORE}Organization"]}],
        },
    )

    def judged(*texts: str) -> list[str]:
        references = [{"reference": text} for text in texts]
        return told({"resourceType": "Patient", "generalPractitioner": references}, mine)

    assert judged("Organization/1", "Practitioner/1", "Practitioner/2") == []
    twice = judged("Organization/1", "Organization/2")
    assert twice == ["structure Patient.generalPractitioner"]
    assert judged("Organization/1", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520") == []


def test_what_lies_behind_a_reference_is_judged_only_when_it_is_contained() -> None:
    """DiagnosticReport.result of R4's hlaresult is closed, by `resolve().code`."""
    clinic = structure("Organization", name="clinic")
    clinic["differential"]["element"].append(
        {"id": "Organization.name", "path": "Organization.name", "fixedString": "Trạm"}
    )
    mine = structure(
        "Patient",
        {
            "id": "Patient.generalPractitioner",
            "slicing": by(("value", "resolve().name"), rules="closed"),
        },
        {
            "id": "Patient.generalPractitioner:clinic",
            "min": 1,
            "type": [{"code": "Reference", "targetProfile": [f"{MINE}clinic"]}],
        },
    )

    def judged(name: str | None) -> list[str]:
        one = {"resourceType": "Patient", "generalPractitioner": [{"reference": "Organization/1"}]}
        if name is not None:
            inner = {"resourceType": "Organization", "id": "o", "name": name}
            one |= {"contained": [inner], "generalPractitioner": [{"reference": "#o"}]}
        return told(one, mine, clinic)

    assert judged(None) == []
    assert judged("Trạm") == []
    assert set(judged("Viện")) == {
        "structure Patient.generalPractitioner[0]",
        "required Patient.generalPractitioner",
    }
