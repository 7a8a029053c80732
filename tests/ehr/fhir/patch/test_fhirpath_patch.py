"""FHIRPath Patch: the kinds of case of HL7's own list (fhirpatch.html), in our words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehr.errors import EhrError, Invalid, Unprocessable
from ehr.fhir.diff import diff
from ehr.fhir.patch.fhirpath_patch import MAX_OPERATIONS, apply
from ehr.fhir.resource import Resource

DATE = {"resourceType": "Patient", "birthDate": "1920-01-01"}
BARE = {"resourceType": "Patient"}
THREE = {"resourceType": "Patient", "identifier": [{"value": "1"}, {"value": "2"}, {"value": "3"}]}
MARRIED = {"resourceType": "Patient", "maritalStatus": {"coding": [{"code": "S"}], "text": "x"}}
CONTACT = {"resourceType": "Patient", "contact": [{"name": {"text": "A"}, "gender": "male"}]}
NAMED = {"resourceType": "Patient", "name": [{"given": ["a", "b"], "_given": [None, {"id": "g"}]}]}


def operation(kind: str, path: str, **parts: Any) -> Resource:
    told = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    return {"name": "operation", "part": told + [{"name": k, **v} for k, v in parts.items()]}


def text(value: str) -> dict[str, str]:
    return {"valueString": value}


def at(value: int) -> dict[str, int]:
    return {"valueInteger": value}


def add(path: str, name: str, **value: Any) -> Resource:
    return operation("add", path, name=text(name), value=value)


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
]  # fmt: skip


@pytest.mark.proves("interactions/fhirpath-patch")
@pytest.mark.parametrize(("_name", "old", "operations", "new"), CASES, ids=[c[0] for c in CASES])
def test_a_case(_name: str, old: Resource, operations: list[Resource], new: dict[str, Any]) -> None:
    before = repr(old)
    document = {"resourceType": "Parameters", "parameter": operations}
    assert apply(old, document) == {"resourceType": "Patient", **new}
    assert repr(old) == before


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (add("Patient", "birthDate", valueDate="1930"), Unprocessable),
        (add("Patient", "nothing", valueDate="1930"), Invalid),
        (add("Patient", "deceased", valueString="x"), Invalid),
        (add("Patient.photo", "title", valueString="x"), Unprocessable),
        (add("Patient.birthDate", "title", valueString="x"), Invalid),
        (add("Patient.identifier", "use", valueCode="x"), Unprocessable),
        (operation("add", "Patient", value={"valueDate": "1930"}), Invalid),
        (operation("add", "Patient", name=text("gender")), Invalid),
        (operation("add", "Patient", name=text("gender"), value={}), Invalid),
        (operation("replace", "Patient.photo", value={"valueString": "x"}), Unprocessable),
        (operation("replace", "Patient.identifier", value={"valueString": "x"}), Unprocessable),
        (operation("replace", "Patient", value={"valueString": "x"}), Unprocessable),
        (operation("delete", "Patient"), Unprocessable),
        (operation("delete", "Patient.identifier"), Unprocessable),
        (operation("insert", "Patient.identifier", value={"valueId": "x"}), Invalid),
        (operation("insert", "Patient.identifier", index=at(9), value={"valueId": "x"}),
         Unprocessable),
        (operation("insert", "Patient.birthDate", index=at(0), value={"valueId": "x"}),
         Unprocessable),
        (operation("move", "Patient.identifier", source=at(0), destination=at(3)), Unprocessable),
        (operation("move", "Patient.identifier", source=at(0)), Invalid),
        (operation("turn", "Patient.identifier"), Invalid),
        (operation("delete", "Patient.identifier ("), Invalid),
        (operation("delete", "Patient.identifier.count()"), Invalid),
        (operation("delete", "%resource"), Invalid),
        (operation("delete", "'x'"), Invalid),
        (operation("delete", ""), Invalid),
        ({"name": "operation"}, Invalid),
        ({"name": "other", "part": []}, Invalid),
        ({"name": "operation", "part": [{}]}, Invalid),
        ("x", Invalid),
    ],
)  # fmt: skip
def test_what_cannot_be_done(one: Any, error: type[EhrError]) -> None:
    old = {**THREE, **DATE}
    with pytest.raises(error):
        apply(old, {"resourceType": "Parameters", "parameter": [one]})


@pytest.mark.parametrize("document", [None, [], {}, {"resourceType": "Parameters"}])
def test_what_is_none(document: Any) -> None:
    with pytest.raises(Invalid):
        apply(BARE, document)


def test_it_is_not_too_long() -> None:
    one = operation("delete", "Patient.birthDate")
    with pytest.raises(Invalid):
        apply(BARE, {"resourceType": "Parameters", "parameter": [one] * (MAX_OPERATIONS + 1)})


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
