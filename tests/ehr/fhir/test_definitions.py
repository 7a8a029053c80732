"""The committed definitions hold what R4 defines."""

import json
from collections import Counter
from pathlib import Path

import pytest

from ehr.fhir import definitions
from ehr.fhir.grammars import GRAMMARS

FOLDER = Path(definitions.__file__).parent


def test_146_resource_types_have_numbers_of_their_own() -> None:
    types = definitions.resource_types()
    assert len(types) == 146
    numbers = {definitions.type_number(name) for name in types}
    assert numbers == set(range(1, 147))
    assert all(definitions.type_name(definitions.type_number(name)) == name for name in types)


def test_numbers_are_never_given_anew() -> None:
    numbers = json.loads((FOLDER / "resource_types.json").read_text())
    assert (numbers["Account"], numbers["Patient"], numbers["VisionPrescription"]) == (1, 103, 146)


def test_abstract_types_and_others_have_no_number() -> None:
    for name in ("Resource", "DomainResource", "HumanName", "patient", ""):
        assert not definitions.is_resource_type(name)
        with pytest.raises(KeyError):
            definitions.type_number(name)


def test_every_type_has_a_structure() -> None:
    kinds = Counter(definitions.structure(name).kind for name in definitions.type_names())
    assert kinds == {"resource": 146, "complex-type": 41, "primitive-type": 20, "abstract": 4}


def test_an_element_says_what_the_specification_says() -> None:
    patient = definitions.structure("Patient")
    assert patient.base == "DomainResource"
    own = patient.parts[""].elements
    assert own["name"].many
    assert own["gender"].codes == "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert own["deceased"].names("deceased") == {
        "deceasedBoolean": "boolean",
        "deceasedDateTime": "dateTime",
    }
    assert own["generalPractitioner"].targets == (
        "Organization",
        "Practitioner",
        "PractitionerRole",
    )
    assert own["id"].types == ("id",)
    assert own["active"].summary
    assert patient.parts["link"].elements["other"].min == 1
    assert [rule[0] for rule in patient.parts["contact"].rules] == ["pat-1"]
    observation = definitions.structure("Observation").parts
    assert observation["component"].elements["referenceRange"].same == "referenceRange"
    assert definitions.structure("Dosage").parts["doseAndRate"].elements["dose"].names("dose") == {
        "doseQuantity": "SimpleQuantity",
        "doseRange": "Range",
    }


def bound(strictness: str) -> set[str]:
    """Every value set that some element, or a type itself, is bound to so strictly."""
    return {
        value_set
        for name in definitions.type_names()
        for part in definitions.structure(name).parts.values()
        for held in (part, *part.elements.values())
        if (value_set := getattr(held, strictness, None))
    }


def test_codes_of_required_bindings() -> None:
    gender = definitions.codes("http://hl7.org/fhir/ValueSet/administrative-gender")
    assert gender == {
        "http://hl7.org/fhir/administrative-gender": {"male", "female", "other", "unknown"}
    }
    urls = bound("codes")
    unlisted = {url for url in urls if definitions.codes(url) is None}
    assert len(urls) == 224
    assert unlisted == {
        "http://hl7.org/fhir/ValueSet/mimetypes",
        "http://hl7.org/fhir/ValueSet/ucum-units",
    }
    assert all(
        codes for url in urls if (listed := definitions.codes(url)) for codes in listed.values()
    )


def test_what_a_weaker_binding_must_not_leave() -> None:
    assert bound("within") == {
        "http://hl7.org/fhir/ValueSet/all-distance-units",
        "http://hl7.org/fhir/ValueSet/all-languages",
        "http://hl7.org/fhir/ValueSet/all-time-units",
        "http://www.rfc-editor.org/bcp/bcp13.txt",
    }
    patient = definitions.structure("Patient").parts
    assert patient[""].elements["language"].within == "http://hl7.org/fhir/ValueSet/all-languages"
    assert definitions.structure("Age").parts[""].within is not None
    assert definitions.structure("Count").parts[""].within is None


def test_a_value_set_without_a_list_has_a_grammar() -> None:
    unlisted = {url for url in bound("codes") | bound("within") if definitions.codes(url) is None}
    assert unlisted == set(GRAMMARS)


def test_every_search_parameter_that_is_no_example() -> None:
    found = definitions.search_parameter_definitions()
    assert len(found) == 1376
    without = {one.code for one in found if one.expression is None}
    assert without == {"_text", "_content", "_query", "_filter"}
    assert len({one.url for one in found}) == 1376
    types = Counter(one.type for one in found)
    assert types["composite"] == 46
    bases = {base for one in found for base in one.base}
    assert bases - {"Resource", "DomainResource"} <= set(definitions.resource_types())


def test_compartments_name_parameters_that_exist() -> None:
    compartments = definitions.compartments()
    assert set(compartments) == {"Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"}
    assert compartments["Patient"]["Observation"] == ("subject", "performer")
    known = {
        (base, one.code) for one in definitions.search_parameter_definitions() for base in one.base
    }
    for members in compartments.values():
        for resource_type, codes in members.items():
            assert all(code == "{def}" or (resource_type, code) in known for code in codes)


def test_operations() -> None:
    by_code = {one.code: one for one in definitions.operations()}
    assert len(definitions.operations()) == 46
    assert by_code["validate"].instance
    assert not by_code["validate"].affects_state
    assert by_code["everything"].type


def test_uri_names_leave_strings_alone() -> None:
    names = definitions.uri_element_names()
    assert {"valueUri", "url", "system", "instantiatesCanonical", "fullUrl"} <= names
    assert not names & {"value", "div", "display", "text", "valueString"}
