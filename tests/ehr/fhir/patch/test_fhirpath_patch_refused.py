"""FHIRPath Patch: what cannot be done, and what is none."""

from typing import Any

import pytest
from fixtures.patch_operations import BARE, DATE, THREE, add, at, operation, text

from ehr.errors import EhrError, Invalid, Unprocessable
from ehr.fhir.patch.fhirpath_patch import MAX_OPERATIONS, apply


@pytest.mark.parametrize(
    ("one", "error"),
    [
        (add("Patient", "birthDate", valueDate="1930"), Unprocessable),
        (add("Patient", "nothing", valueDate="1930"), Invalid),
        (add("Patient", "deceased", valueString="x"), Invalid),
        (add("Patient.photo", "title", valueString="x"), Unprocessable),
        (add("Patient.identifier.where(value = '1').period", "end", valueDate="2021"),
         Unprocessable),
        (add("Patient.identifier[0].value.extension", "url", valueUri="x"), Unprocessable),
        (operation("insert", "Patient.photo", index=at(1), value={"valueAttachment": {}}),
         Unprocessable),
        (operation("insert", "Patient.gender", index=at(0), value={"valueCode": "x"}),
         Unprocessable),
        (operation("insert", "Patient.nothing", index=at(0), value={"valueCode": "x"}), Invalid),
        (operation("insert", "Patient.photo.first()", index=at(0), value={"valueAttachment": {}}),
         Unprocessable),
        (operation("insert", "Patient.photo.title", index=at(0), value=text("x")), Unprocessable),
        (operation("insert", "Patient.identifier.period.extension", index=at(0),
                   value={"valueExtension": {"url": "u"}}), Unprocessable),
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


@pytest.mark.parametrize("document", [None, [], {}, {"resourceType": "Parameters", "parameter": 1}])
def test_what_is_none(document: Any) -> None:
    with pytest.raises(Invalid):
        apply(BARE, document)


def test_it_is_not_too_long() -> None:
    one = operation("delete", "Patient.birthDate")
    with pytest.raises(Invalid):
        apply(BARE, {"resourceType": "Parameters", "parameter": [one] * (MAX_OPERATIONS + 1)})
