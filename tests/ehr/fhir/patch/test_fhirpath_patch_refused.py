"""FHIRPath Patch: what cannot be done, and what is none."""

from typing import Any

import pytest
from fixtures.patch_operations import BARE, DATE, THREE, add, at, operation, text

from ehr.errors import EhrError, Invalid, Unprocessable
from ehr.fhir.patch.fhirpath_patch import MAX_OPERATIONS, apply
from ehr.fhir.patch.places import MOST_LOOKED_AT


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


DOUBLED = "select($this.combine($this))"


@pytest.mark.parametrize(
    "path",
    [
        "Patient.name.where(family.matches('^(a+)+$'))",
        "Patient.name.where(family.replaceMatches('(a+)+$', '') = '')",
        f"Patient.name.where({'.'.join([DOUBLED] * 30)}.empty())",
        "Patient.where(descendants().descendants().descendants().exists())",
        "Patient.name.where(%resource.identifier.where(%resource.identifier.exists()).exists())",
        "Patient" + ".name" * 400,
    ],
    ids=["pattern", "replacement", "doubled", "descendants", "variables", "long"],
)
def test_a_path_without_a_bound_is_refused_at_once(path: str) -> None:
    old = {"resourceType": "Patient", "name": [{"family": "a" * 60 + "!"}]}
    with pytest.raises(Invalid):
        apply(old, {"resourceType": "Parameters", "parameter": [operation("delete", path)]})


@pytest.mark.parametrize(
    "path",
    [
        "Patient.identifier.where(value = 'x')",
        "Patient.where(identifier.where(value = 'x').exists()).birthDate",
        "Patient.identifier.extension('x')",
        "Patient.identifier[0].period",
    ],
)
def test_a_patch_looks_at_so_much_and_no_more(path: str) -> None:
    old = {"resourceType": "Patient", "identifier": [{"value": str(n)} for n in range(4_000)]}
    many = [operation("delete", path)] * min(MAX_OPERATIONS, MOST_LOOKED_AT // 4_000 + 1)
    with pytest.raises(Unprocessable, match="looks at too many"):
        apply(old, {"resourceType": "Parameters", "parameter": many})
