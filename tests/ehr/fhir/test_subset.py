"""Parts of a resource: what stays, what goes, and the tag."""

import pytest

from ehr.errors import InvalidQuery
from ehr.fhir.definitions import resource_types
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.subset import SUBSETTED, Subset, is_subset, require_elements, subset
from ehr.fhir.validate import require_valid

PATIENT = parse(
    b"""{"resourceType":"Patient","id":"a","meta":{"versionId":"1","tag":[{"code":"x"}]},
    "implicitRules":"http://rules","text":{"status":"empty","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a</div>"},
    "contained":[{"resourceType":"Organization","id":"x","name":"x"}],
    "extension":[{"url":"http://e","valueDecimal":1.10}],
    "modifierExtension":[{"url":"http://m","valueDecimal":1.10}],
    "active":false,"name":[{"family":"Hoa","extension":[{"url":"http://e","valueCode":"a"}]}],
    "_birthDate":{"extension":[{"url":"http://e","valueCode":"unknown"}]},
    "multipleBirthInteger":0,"maritalStatus":{"text":"x"},
    "address":[{"extension":[{"url":"http://e","valueCode":"a"}]},{"city":"Hanoi"}],
    "contact":[{"name":{"text":"x"}}],
    "communication":[{"language":{"text":"vi"}}],"managingOrganization":{"reference":"#x"},
    "link":[{"other":{"reference":"Patient/b"},"type":"refer","id":"l"}]}"""
)
FINDING: Resource = {
    "resourceType": "Observation",
    "status": "final",
    "category": [{"text": "c"}],
    "code": {"text": "weight"},
    "valueQuantity": {"value": 58},
    "note": [{"text": "n"}],
    "referenceRange": [{"text": "r"}],
    "component": [{"code": {"text": "a"}, "valueString": "b", "referenceRange": [{"text": "r"}]}],
}
INSIDE = {"resourceType": "Organization", "id": "x", "name": "x"}
KEPT = ["resourceType", "id", "meta", "implicitRules"]


def left(resource: Resource, asked: Subset) -> set[str]:
    return set(subset(resource, asked))


@pytest.mark.proves("results/_summary")
@pytest.mark.parametrize(
    ("summary", "gone"),
    [
        (
            "true",
            {"text", "extension", "multipleBirthInteger", "maritalStatus", "contact",
             "communication"},
        ),
        (
            "text",
            {"contained", "extension", "active", "name", "_birthDate", "multipleBirthInteger",
             "maritalStatus", "address", "contact", "communication", "link",
             "managingOrganization"},
        ),
        ("data", {"text"}),
    ],
)  # fmt: skip
def test_a_summary_leaves_out(summary: str, gone: set[str]) -> None:
    assert left(PATIENT, Subset(summary)) == set(PATIENT) - gone  # type: ignore[arg-type] # of the table


def test_a_summary_goes_into_elements() -> None:
    kept = subset(PATIENT, Subset("true"))
    assert kept["name"] == [{"family": "Hoa"}]
    assert kept["address"] == [{"city": "Hanoi"}]
    assert kept["link"] == [{"other": {"reference": "Patient/b"}, "type": "refer", "id": "l"}]
    finding = subset(FINDING, Subset("true"))
    assert "note" not in finding
    assert finding["component"] == [{"code": {"text": "a"}, "valueString": "b"}]


@pytest.mark.proves("results/_elements")
@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ("name", {"name"}),
        ("birthDate", {"_birthDate"}),
        ("name active", {"name", "active"}),
        ("multipleBirth", {"multipleBirthInteger"}),
        ("multipleBirth[x]", {"multipleBirthInteger"}),
        ("multipleBirthInteger", {"multipleBirthInteger"}),
        ("multipleBirthBoolean", set()),
        ("id", set()),
        ("text contained", {"text", "contained"}),
        ("gender", set()),
    ],
)
def test_elements_are_kept_with_what_is_mandatory(names: str, kept: set[str]) -> None:
    asked = tuple(names.split())
    require_elements(("Patient",), asked)
    assert left(PATIENT, Subset(elements=asked)) == {*KEPT, "modifierExtension", *kept}
    always = {"resourceType", "meta", "status", "code"}
    assert left(FINDING, Subset(elements=("value",))) == {*always, "valueQuantity"}


def test_contained_resources_stay_with_what_refers_to_them() -> None:
    assert subset(PATIENT, Subset("true"))["contained"] == [INSIDE]
    asked = Subset(elements=("managingOrganization",))
    assert list(subset(PATIENT, asked))[4:] == [
        "contained", "modifierExtension", "managingOrganization",
    ]  # fmt: skip
    assert "contained" not in subset(PATIENT, Subset("text"))


@pytest.mark.parametrize("name", ["*", "", "name.family", "value[x]", "Name", "--", "a" * 9000])
def test_a_name_that_is_no_element_is_refused(name: str) -> None:
    with pytest.raises(InvalidQuery):
        require_elements(("Patient",), (name,))


def test_elements_have_an_end() -> None:
    with pytest.raises(InvalidQuery):
        require_elements(("Patient",), ("name",) * 101)


def test_both_are_both() -> None:
    assert left(PATIENT, Subset("data", ("name", "text"))) == {*KEPT, "modifierExtension", "name"}


@pytest.mark.parametrize("asked", [Subset("true"), Subset("data"), Subset(elements=("active",))])
def test_a_part_is_tagged_once_and_keeps_its_tags_and_literals(asked: Subset) -> None:
    content = dump(PATIENT)
    part = parse(asked.of(content))
    assert part["meta"] == {"versionId": "1", "tag": [{"code": "x"}, SUBSETTED]}
    assert is_subset(part)
    assert not is_subset(PATIENT)
    assert b'"valueDecimal":1.10' in asked.of(content)
    assert subset(part, asked) == part
    assert subset({"resourceType": "Patient", "id": "a"}, asked)["meta"] == {"tag": [SUBSETTED]}


def test_what_is_whole_is_not_touched() -> None:
    assert Subset().of(b"not even JSON") == b"not even JSON"


def test_a_part_is_valid() -> None:
    for asked in (Subset("true"), Subset("text"), Subset("data"), Subset(elements=("link",))):
        require_valid(subset(PATIENT, asked))
        require_valid(subset(FINDING, asked) if not asked.elements else FINDING)


def test_every_type_has_a_summary() -> None:
    for name in resource_types():
        assert left({"resourceType": name, "id": "a", "language": "vi"}, Subset("true")) == {
            "resourceType", "id", "meta",
        }  # fmt: skip
