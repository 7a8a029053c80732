"""FHIRPath Patch: every kind of case of HL7's own list, in our words.

The list is `r4/patch/fhir-patch-tests.xml` of HL7's public repository fhir-test-cases.
"""

from typing import Any

import pytest
from fixtures.patch_operations import BARE, DATE, THREE, add, at, operation, text
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.fhir.diff import diff
from ehr.fhir.patch.fhirpath_patch import apply
from ehr.fhir.resource import Resource

MARRIED = {"resourceType": "Patient", "maritalStatus": {"coding": [{"code": "S"}], "text": "x"}}
CONTACT = {"resourceType": "Patient", "contact": [{"name": {"text": "A"}, "gender": "male"}]}
NAMED = {"resourceType": "Patient", "name": [{"given": ["a", "b"], "_given": [None, {"id": "g"}]}]}
FOUR = {"resourceType": "Patient", "identifier": [{"value": one} for one in "1234"]}
KEYED = {
    "resourceType": "Patient",
    "identifier": [{"id": "a", "value": "1"}, {"id": "b", "value": "2"}],
}
TOLD = {
    "resourceType": "Patient",
    "name": [{"family": "A"}, {"given": ["B"]}],
    "text": {"status": "generated", "div": "<div>A</div>"},
}
DATED = {"resourceType": "Patient", "birthDate": "1920", "_birthDate": {"extension": [
    {"url": "u", "valueId": "x"}]}}  # fmt: skip
UNSAID = {"resourceType": "Patient", "name": [{"given": ["a", None], "_given": [None, {
    "extension": [{"url": "u", "valueId": "x"}]}]}]}  # fmt: skip


def values(codes: str) -> list[dict[str, str]]:
    return [{"value": one} for one in codes]


CASES: list[tuple[str, Resource, list[Resource], dict[str, Any]]] = [
    ("a primitive", BARE, [add("Patient", "birthDate", valueDate="1930")], {"birthDate": "1930"}),
    ("a primitive with an extension", BARE,
     [add("Patient", "birthDate", valueDate="1930", _valueDate={"id": "x"})],
     {"birthDate": "1930", "_birthDate": {"id": "x"}}),
    ("the extension alone", BARE, [add("Patient", "birthDate", _valueDate={"id": "x"})],
     {"_birthDate": {"id": "x"}}),
    ("replaced", DATE, [operation("replace", "Patient.birthDate", value={"valueDate": "1930"})],
     {"birthDate": "1930"}),
    ("deleted", DATE, [operation("delete", "Patient.birthDate")], {}),
    ("deleted what is not there", BARE, [operation("delete", "Patient.birthDate")], {}),
    ("a complex one", BARE, [add("Patient", "maritalStatus", valueCodeableConcept={"text": "m"})],
     {"maritalStatus": {"text": "m"}}),
    ("inside", MARRIED, [operation("replace", "Patient.maritalStatus.coding[0].code",
                                   value={"valueCode": "M"})],
     {"maritalStatus": {"coding": [{"code": "M"}], "text": "x"}}),
    ("deleted inside", MARRIED, [operation("delete", "Patient.maritalStatus.coding")],
     {"maritalStatus": {"text": "x"}}),
    ("added inside", MARRIED, [add("Patient.maritalStatus", "coding", valueCoding={"code": "X"})],
     {"maritalStatus": {"coding": [{"code": "S"}, {"code": "X"}], "text": "x"}}),
    ("of parts", BARE, [operation("add", "Patient", name=text("contact"), value={"part": [
        {"name": "name", "valueHumanName": {"text": "A"}},
        {"name": "telecom", "valueContactPoint": {"value": "1"}},
        {"name": "gender", "valueCode": "male"}]})],
     {"contact": [{"name": {"text": "A"}, "telecom": [{"value": "1"}], "gender": "male"}]}),
    ("to parts", CONTACT, [add("Patient.contact[0]", "organization", valueReference={"id": "o"})],
     {"contact": [{"name": {"text": "A"}, "gender": "male", "organization": {"id": "o"}}]}),
    ("a choice", BARE, [add("Patient", "deceased", valueBoolean=True)], {"deceasedBoolean": True}),
    ("a choice of another type", {**BARE, "deceasedBoolean": True},
     [operation("replace", "Patient.deceased", value={"valueDateTime": "2020"})],
     {"deceasedDateTime": "2020"}),
    ("an extension", DATE,
     [add("Patient", "extension", valueExtension={"url": "u", "valueId": "x"})],
     {"birthDate": "1920-01-01", "extension": [{"url": "u", "valueId": "x"}]}),
    ("a resource inside", BARE, [operation("add", "Patient", name=text("contained"),
                                           value={"resource": {"resourceType": "Basic"}})],
     {"contained": [{"resourceType": "Basic"}]}),
    ("appended", THREE, [add("Patient", "identifier", valueIdentifier={"value": "4"})],
     {"identifier": values("1234")}),
    ("inserted first", THREE, [operation("insert", "Patient.identifier", index=at(0),
                                         value={"valueIdentifier": {"value": "0"}})],
     {"identifier": values("0123")}),
    ("inserted last", THREE, [operation("insert", "Patient.identifier", index=at(3),
                                        value={"valueIdentifier": {"value": "4"}})],
     {"identifier": values("1234")}),
    ("one deleted", THREE, [operation("delete", "Patient.identifier[1]")],
     {"identifier": values("13")}),
    ("one chosen by where", THREE, [operation("delete", "Patient.identifier.where(value = '3')")],
     {"identifier": values("12")}),
    ("the last", THREE, [operation("delete", "Patient.identifier.last()")],
     {"identifier": values("12")}),
    ("one replaced", THREE, [operation("replace", "Patient.identifier[0]",
                                       value={"valueIdentifier": {"value": "9"}})],
     {"identifier": values("923")}),
    ("moved down", THREE,
     [operation("move", "Patient.identifier", source=at(0), destination=at(2))],
     {"identifier": values("231")}),
    ("moved up", THREE, [operation("move", "Patient.identifier", source=at(2), destination=at(0))],
     {"identifier": values("312")}),
    ("all deleted, one by one", THREE, [operation("delete", "Patient.identifier[0]")] * 3, {}),
    ("extensions keep in step", NAMED, [operation("delete", "Patient.name[0].given[0]")],
     {"name": [{"given": ["b"], "_given": [{"id": "g"}]}]}),
    ("a primitive is appended", NAMED, [add("Patient.name[0]", "given", valueString="c")],
     {"name": [{"given": ["a", "b", "c"], "_given": [None, {"id": "g"}, None]}]}),
    ("without the type", DATE, [operation("delete", "birthDate")], {}),
    ("no operation", DATE, [], {"birthDate": "1920-01-01"}),
    ("a text inside, replaced", CONTACT,
     [operation("replace", "Patient.contact[0].name.text", value=text("B"))],
     {"contact": [{"name": {"text": "B"}, "gender": "male"}]}),
    ("a code inside, deleted", CONTACT, [operation("delete", "Patient.contact[0].gender")],
     {"contact": [{"name": {"text": "A"}}]}),
    ("the only element inside, and so what it was in", CONTACT,
     [operation("delete", "Patient.contact[0].name.text")], {"contact": [{"gender": "male"}]}),
    ("the last elements of an item, and so the item", CONTACT,
     [operation("delete", "Patient.contact[0].gender"),
      operation("delete", "Patient.contact[0].name.text")], {}),
    ("one of parts, deleted", CONTACT, [operation("delete", "Patient.contact[0]")], {}),
    ("a complex one with an id", MARRIED,
     [operation("replace", "Patient.maritalStatus",
                value={"valueCodeableConcept": {"id": "2", "text": "m"}})],
     {"maritalStatus": {"id": "2", "text": "m"}}),
    ("a complex one, deleted", MARRIED, [operation("delete", "Patient.maritalStatus")], {}),
    ("items that keep their ids", KEYED,
     [operation("replace", "Patient.identifier[0].value", value=text("2")),
      operation("replace", "Patient.identifier[1].value", value=text("1"))],
     {"identifier": [{"id": "a", "value": "2"}, {"id": "b", "value": "1"}]}),
    ("inserted between", THREE, [operation("insert", "Patient.identifier", index=at(1),
                                           value={"valueIdentifier": {"value": "4"}})],
     {"identifier": values("1423")}),
    ("moved into the middle", FOUR,
     [operation("move", "Patient.identifier", source=at(3), destination=at(1))],
     {"identifier": values("1423")}),
    ("moved one up", FOUR,
     [operation("move", "Patient.identifier", source=at(3), destination=at(2))],
     {"identifier": values("1243")}),
    ("moved to the end", FOUR,
     [operation("move", "Patient.identifier", source=at(0), destination=at(3))],
     {"identifier": values("2341")}),
    ("moved one after the other", FOUR,
     [operation("move", "Patient.identifier", source=at(1), destination=at(0)),
      operation("move", "Patient.identifier", source=at(2), destination=at(1))],
     {"identifier": values("2314")}),
    ("turned around", FOUR,
     [operation("move", "Patient.identifier", source=at(3), destination=at(n)) for n in range(3)],
     {"identifier": values("4321")}),
    ("the first of a list", BARE, [add("Patient", "identifier", valueIdentifier={"value": "1"})],
     {"identifier": values("1")}),
    ("narrative as a string", TOLD,
     [operation("replace", "Patient.text.div", value=text("<div>B</div>")),
      operation("replace", "Patient.name[0].family", value=text("B"))],
     {"name": [{"family": "B"}, {"given": ["B"]}],
      "text": {"status": "generated", "div": "<div>B</div>"}}),
    ("one after the other", CONTACT,
     [add("Patient.contact[0].name", "family", valueString="F"),
      operation("add", "Patient", name=text("contact"),
                value={"part": [{"name": "gender", "valueCode": "female"}]})],
     {"contact": [{"name": {"text": "A", "family": "F"}, "gender": "male"},
                  {"gender": "female"}]}),
    ("inserted into a list without items", BARE,
     [operation("insert", "Patient.identifier", index=at(0),
                value={"valueIdentifier": {"value": "1"}})], {"identifier": values("1")}),
    ("inserted into a list of primitives without items", MARRIED,
     [add("Patient", "name", valueHumanName={"family": "F"}),
      operation("insert", "Patient.name[0].given", index=at(0), value=text("g"))],
     {"maritalStatus": MARRIED["maritalStatus"], "name": [{"family": "F", "given": ["g"]}]}),
    ("parts inserted into a list without items", BARE,
     [operation("insert", "contact", index=at(0),
                value={"part": [{"name": "gender", "valueCode": "male"}]})],
     {"contact": [{"gender": "male"}]}),
    ("an extension of a primitive", DATE,
     [add("Patient.birthDate", "extension", valueExtension={"url": "u", "valueId": "x"})],
     {"birthDate": "1920-01-01",
      "_birthDate": {"extension": [{"url": "u", "valueId": "x"}]}}),
    ("one more extension of a primitive", DATED,
     [add("Patient.birthDate", "extension", valueExtension={"url": "v", "valueId": "y"})],
     {"birthDate": "1920", "_birthDate": {"extension": [
         {"url": "u", "valueId": "x"}, {"url": "v", "valueId": "y"}]}}),
    ("an extension of a primitive, inserted", DATED,
     [operation("insert", "Patient.birthDate.extension", index=at(0),
                value={"valueExtension": {"url": "v", "valueId": "y"}})],
     {"birthDate": "1920", "_birthDate": {"extension": [
         {"url": "v", "valueId": "y"}, {"url": "u", "valueId": "x"}]}}),
    ("an extension of a primitive in a list", NAMED,
     [add("Patient.name[0].given[0]", "extension", valueExtension={"url": "u", "valueId": "x"})],
     {"name": [{"given": ["a", "b"],
                "_given": [{"extension": [{"url": "u", "valueId": "x"}]}, {"id": "g"}]}]}),
    ("an id of a primitive", DATE, [add("Patient.birthDate", "id", valueString="x")],
     {"birthDate": "1920-01-01", "_birthDate": {"id": "x"}}),
    ("within an extension of a primitive", DATED,
     [operation("replace", "Patient.birthDate.extension('u').value", value={"valueId": "y"})],
     {"birthDate": "1920", "_birthDate": {"extension": [{"url": "u", "valueId": "y"}]}}),
    ("an extension of a primitive, deleted", DATED,
     [operation("delete", "Patient.birthDate.extension('u')")], {"birthDate": "1920"}),
    ("what had an extension alone", UNSAID,
     [operation("delete", "Patient.name[0].given[1].extension[0]")],
     {"name": [{"given": ["a"]}]}),
]  # fmt: skip


@pytest.mark.proves("interactions/fhirpath-patch")
@pytest.mark.parametrize(("_name", "old", "operations", "new"), CASES, ids=[c[0] for c in CASES])
def test_a_case(_name: str, old: Resource, operations: list[Resource], new: dict[str, Any]) -> None:
    before = repr(old)
    document = {"resourceType": "Parameters", "parameter": operations}
    assert apply(old, document) == {"resourceType": "Patient", **new}
    assert repr(old) == before


_texts = st.sampled_from(["a", "b", "c"])
_names = st.fixed_dictionaries(
    {"family": _texts}, optional={"given": st.lists(_texts, min_size=1, max_size=3)}
)
_patients = st.fixed_dictionaries(
    {"resourceType": st.just("Patient")},
    optional={
        "birthDate": st.sampled_from(["1920", "1930"]),
        "deceasedBoolean": st.booleans(),
        "name": st.lists(_names, min_size=1, max_size=3),
        "contact": st.lists(
            st.fixed_dictionaries({"gender": _texts}, optional={"name": _names}),
            min_size=1,
            max_size=2,
        ),
        "extension": st.lists(
            st.fixed_dictionaries({"url": _texts, "valueString": _texts}), min_size=1, max_size=2
        ),
    },
)


@given(_patients, _patients)
@settings(max_examples=200, deadline=None)
def test_what_diff_tells_leads_there(old: Resource, new: Resource) -> None:
    assert apply(old, {"resourceType": "Parameters", "parameter": diff(old, new)}) == new
