"""Profiles that lead to others: by derivation, on a type, on a target, on an extension."""

from typing import Any

import pytest
from fixtures.profiling import MINE, PATIENT, extension, structure, told


@pytest.mark.proves("validation/profiles")
def test_what_a_profile_is_derived_from_holds_too() -> None:
    base = structure(
        "Patient",
        {"id": "Patient.name", "min": 1, "max": "3"},
        {"id": "Patient.photo", "max": "0"},
        {"id": "Patient.gender", "fixedCode": "male"},
        name="base",
    )
    mine = structure(
        "Patient", {"id": "Patient.identifier", "max": "1"}, baseDefinition=f"{MINE}base"
    )
    expected = ["value Patient.gender", "structure Patient.identifier"]
    assert told(PATIENT, mine, base) == expected
    assert told(PATIENT, mine) == ["structure Patient.identifier", "incomplete Patient?"]


def test_profiles_that_derive_from_each_other_end() -> None:
    one = structure("Patient", name="one", baseDefinition=f"{MINE}two")
    two = structure("Patient", name="two", baseDefinition=f"{MINE}one")
    assert told(PATIENT, one, two) == ["incomplete Patient?"]


def test_a_profile_is_of_its_type() -> None:
    assert told(PATIENT, structure("Observation")) == ["structure Patient"]


@pytest.mark.proves("validation/profiles")
def test_a_contained_resource_is_judged_by_the_profile_that_the_reference_asks_for() -> None:
    with_alias = structure(
        "Organization", {"id": "Organization.alias", "min": 1}, name="with-alias"
    )
    mine = structure(
        "Patient",
        {
            "id": "Patient.managingOrganization",
            "type": [{"code": "Reference", "targetProfile": [f"{MINE}with-alias"]}],
        },
    )
    assert told(PATIENT, mine, with_alias) == ["value Patient.managingOrganization"]
    (inner,) = PATIENT["contained"]
    sound = {**PATIENT, "contained": [{**inner, "alias": ["Trạm"]}]}
    assert told(sound, mine, with_alias) == []
    assert told(PATIENT, mine) == ["incomplete Patient?"]


@pytest.mark.proves("validation/profiles")
def test_extensions_are_judged_by_their_url() -> None:
    ethnicity = extension(
        "ethnicity",
        {"id": "Extension.extension", "max": "0"},
        {"id": "Extension.value[x]", "min": 1, "type": [{"code": "CodeableConcept"}]},
    )
    mine = structure(
        "Patient",
        {
            "id": "Patient.extension:ethnicity",
            "min": 1,
            "max": "1",
            "type": [{"code": "Extension", "profile": [f"{MINE}ethnicity"]}],
        },
    )

    def extended(*extensions: dict[str, Any]) -> list[str]:
        return told({**PATIENT, "extension": list(extensions)}, mine, ethnicity)

    good = {"url": f"{MINE}ethnicity", "valueCodeableConcept": {"text": "Kinh"}}
    bad = {"url": f"{MINE}ethnicity", "valueString": "Kinh"}
    other = {"url": "http://example.org/other", "valueBoolean": True}
    assert extended(good, other) == []
    assert extended(other) == ["required Patient.extension"]
    assert extended(other, bad) == ["structure Patient.extension[1].value"]
    assert extended(good, good) == ["structure Patient.extension"]
    assert told({**PATIENT, "extension": [good]}, mine) == ["incomplete Patient?"]


@pytest.mark.proves("validation/profiles")
def test_one_of_several_profiles_on_a_type_is_enough() -> None:
    card = structure("Identifier", {"id": "Identifier.system", "fixedUri": "urn:a"}, name="card")
    book = structure("Identifier", {"id": "Identifier.system", "fixedUri": "urn:b"}, name="book")

    def judged(*names: str) -> list[str]:
        kind = {"code": "Identifier", "profile": [MINE + name for name in names]}
        mine = structure("Patient", {"id": "Patient.identifier", "type": [kind]})
        return told(PATIENT, mine, card, book)

    assert judged("card", "book") == []
    assert judged("card") == ["value Patient.identifier[1].system"]
    card["differential"]["element"][0]["fixedUri"] = "urn:c"
    assert judged("card", "book") == ["structure Patient.identifier[0]"]


def test_a_profile_that_leads_to_itself_ends() -> None:
    kind = {"code": "Extension", "profile": [f"{MINE}nested"]}
    nested = extension("nested", {"id": "Extension.extension", "type": [kind]})
    inner = {"url": f"{MINE}nested", "extension": [{"url": "other", "valueBoolean": True}]}
    outer = {"url": f"{MINE}nested", "extension": [inner]}
    mine = structure("Patient", {"id": "Patient.extension:nested", "type": [kind]})
    found = told({**PATIENT, "extension": [outer]}, mine, nested)
    assert "value Patient.extension[0].extension[0].extension[0].url" in found


def test_a_snapshot_is_read_where_there_is_no_differential() -> None:
    whole = structure("Patient", {"id": "Patient.photo", "min": 1})
    whole["snapshot"] = whole.pop("differential")
    assert told(PATIENT, whole) == ["required Patient.photo"]
