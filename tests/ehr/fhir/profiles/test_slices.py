"""Slices: each item in its group, by value, pattern, existence, type or profile."""

from typing import Any

import pytest
from fixtures.profiling import MINE, by, element, extension, structure, told

from ehr.fhir.resource import Resource


def patient(*systems: str, **more: Any) -> Resource:
    identifiers = [{"system": system, "value": str(n)} for n, system in enumerate(systems)]
    return {"resourceType": "Patient", "identifier": identifiers, **more}


def identifiers(slicing: Any, **of_card: Any) -> Resource:
    """Slices `card` (urn:a, one or two, with a value) and `book` (urn:b)."""
    return structure(
        "Patient",
        {"id": "Patient.identifier", "slicing": slicing},
        {"id": "Patient.identifier:card", "min": 1, "max": "2", **of_card},
        {"id": "Patient.identifier:card.system", "fixedUri": "urn:a"},
        {"id": "Patient.identifier:card.use", "max": "0"},
        {"id": "Patient.identifier:book"},
        {"id": "Patient.identifier:book.system", "patternUri": "urn:b"},
    )


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize(
    ("systems", "slicing", "expected"),
    [
        (["urn:a"], by(("value", "system")), []),
        (["urn:c", "urn:a", "urn:b"], by(("value", "system")), []),
        (["urn:b"], by(("value", "system")), ["required Patient.identifier"]),
        (["urn:a"] * 3, by(("value", "system")), ["structure Patient.identifier"]),
        (["urn:a", "urn:c"], by(("pattern", "system"), rules="closed"),
         ["structure Patient.identifier[1]"]),
        (["urn:a", "urn:c"], by(("value", "system"), rules="openAtEnd"), []),
        (["urn:c", "urn:a"], by(("value", "system"), rules="openAtEnd"),
         ["structure Patient.identifier"]),
        (["urn:b", "urn:a"], by(("value", "system"), ordered=True),
         ["structure Patient.identifier"]),
        (["urn:a", "urn:c", "urn:b"], by(("value", "system"), ordered=True), []),
    ],
)  # fmt: skip
def test_items_are_told_apart_by_a_value(
    systems: list[str], slicing: Any, expected: list[str]
) -> None:
    assert told(patient(*systems), identifiers(slicing)) == expected


@pytest.mark.proves("validation/profiles")
def test_an_item_is_held_to_its_own_slice() -> None:
    one = patient("urn:b", "urn:a")
    for identifier in one["identifier"]:
        identifier["use"] = "official"
    found = told(one, identifiers(by(("value", "system"))))
    assert found == ["structure Patient.identifier[1].use"]


def test_a_slice_that_is_forbidden() -> None:
    mine = identifiers(by(("value", "system")))
    mine["differential"]["element"][1] |= {"min": 0, "max": "0"}
    assert told(patient("urn:b", "urn:a"), mine) == ["structure Patient.identifier[1]"]


def test_the_pattern_may_stand_at_the_slice_itself() -> None:
    mine = structure(
        "Patient",
        {"id": "Patient.identifier", "slicing": by(("pattern", "$this"))},
        {"id": "Patient.identifier:card", "min": 1, "patternIdentifier": {"system": "urn:a"}},
        {"id": "Patient.identifier:card.value", "min": 1},
    )
    assert told(patient("urn:b"), mine) == ["required Patient.identifier"]
    nameless = {"resourceType": "Patient", "identifier": [{"system": "urn:a"}]}
    assert told(nameless, mine) == ["required Patient.identifier[0].value"]


def test_all_other_items_are_in_the_default_slice() -> None:
    mine = identifiers(by(("value", "system")))
    mine["differential"]["element"] += [
        element(id="Patient.identifier:@default"),
        element(id="Patient.identifier:@default.value", max="0"),
    ]  # fmt: skip
    found = told(patient("urn:a", "urn:c"), mine)
    assert found == ["structure Patient.identifier[1].value"]


@pytest.mark.proves("validation/profiles")
def test_slices_inside_slices() -> None:
    mine = structure(
        "Observation",
        {"id": "Observation.component", "slicing": by(("value", "code.coding.code"))},
        {"id": "Observation.component:systolic", "min": 1},
        {"id": "Observation.component:systolic.code.coding", "slicing": by(("value", "system"))},
        {"id": "Observation.component:systolic.code.coding:loinc", "min": 1},
        {
            "id": "Observation.component:systolic.code.coding:loinc.system",
            "fixedUri": "http://loinc.org",
        },
        {"id": "Observation.component:systolic.code.coding:loinc.code", "fixedCode": "8480-6"},
    )

    def judged(*codings: dict[str, str]) -> list[str]:
        component = {"code": {"coding": list(codings)}, "valueString": "x"}
        base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
        return told({**base, "component": [component]}, mine)

    loinc = {"system": "http://loinc.org", "code": "8480-6"}
    assert judged({"system": "urn:own", "code": "s"}, loinc) == []
    assert judged({"system": "urn:own", "code": "s"}) == ["required Observation.component"]
    wrong = {"system": "urn:own", "code": "8480-6"}
    assert judged(wrong) == ["required Observation.component[0].code.coding"]


def test_a_slice_may_be_sliced_again() -> None:
    mine = identifiers(by(("value", "system")))
    mine["differential"]["element"] += [
        element(id="Patient.identifier:card", slicing=by(("value", "value"))),
        element(id="Patient.identifier:card/first", min=1),
        element(id="Patient.identifier:card/first.value", fixedString="0"),
    ]  # fmt: skip
    assert told(patient("urn:a"), mine) == []
    assert told(patient("urn:b", "urn:a"), mine) == ["required Patient.identifier"]


@pytest.mark.proves("validation/profiles")
def test_a_derived_profile_adds_to_the_slices_of_its_base() -> None:
    base = identifiers(by(("value", "system")))
    base["url"] = f"{MINE}base"
    mine = structure(
        "Patient", {"id": "Patient.identifier:card.period", "min": 1}, baseDefinition=f"{MINE}base"
    )
    found = told(patient("urn:b", "urn:a"), mine, base)
    assert found == ["required Patient.identifier[1].period"]


def test_the_path_of_a_slice_of_a_choice_may_have_its_type() -> None:
    mine = structure(
        "Observation",
        {
            "id": "Observation.value[x]:valueQuantity",
            "path": "Observation.valueQuantity",
            "min": 1,
        },
        {
            "id": "Observation.value[x]:valueQuantity.unit",
            "path": "Observation.valueQuantity.unit",
            "min": 1,
        },
    )
    base = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert told({**base, "valueQuantity": {"value": 1, "unit": "kg"}}, mine) == []
    found = told({**base, "valueQuantity": {"value": 1}}, mine)
    assert found == ["required Observation.value.unit"]
    assert told({**base, "valueString": "x"}, mine) == ["required Observation.value"]


def test_elements_without_ids_are_placed_by_what_stands_above() -> None:
    mine = identifiers(by(("value", "system")))
    for one in mine["differential"]["element"]:
        one["id"] = "x"
    assert told(patient("urn:b"), mine) == ["required Patient.identifier"]


def test_extensions_inside_extensions() -> None:
    whole = extension(
        "stay",
        {"id": "Extension.extension:from", "min": 1},
        {"id": "Extension.extension:from.url", "fixedUri": "from"},
        {"id": "Extension.extension:from.value[x]", "type": [{"code": "date"}]},
        {"id": "Extension.value[x]", "max": "0"},
    )
    kind = {"code": "Extension", "profile": [f"{MINE}stay"]}
    mine = structure("Patient", {"id": "Patient.extension:stay", "type": [kind]})

    def judged(*parts: dict[str, Any]) -> list[str]:
        outer = {"url": f"{MINE}stay", "extension": list(parts)}
        return told({"resourceType": "Patient", "extension": [outer]}, mine, whole)

    assert judged({"url": "from", "valueDate": "2026"}) == []
    assert judged({"url": "to", "valueDate": "2026"}) == ["required Patient.extension[0].extension"]
    found = judged({"url": "from", "valueString": "2026"})
    assert found == ["structure Patient.extension[0].extension[0].value"]


def test_slices_that_cannot_be_told_apart_are_left_out() -> None:
    mine = identifiers(by(("value", "system.where(x = 1)")))
    assert "incomplete Patient?" in told(patient("urn:b"), mine)
    assert told(patient("urn:b"), identifiers(by(("value", "assigner.display")))) == []
