"""What `diff` says makes the one of the other: by table, and between all official examples."""

from itertools import pairwise
from typing import Any

import pytest
from fixtures.patching import applied

from ehr.fhir.diff import diff
from ehr.fhir.patch_value import same
from ehr.fhir.resource import Number, Resource, parse
from ehr.fhir.validate import check


def told(operations: list[Resource]) -> list[tuple[Any, ...]]:
    """(type, path, name or index, value) of each operation."""
    found = []
    for one in operations:
        parts = {part["name"]: part for part in one["part"]}
        value = parts.get("value", {})
        found.append(
            (
                parts["type"]["valueCode"],
                parts["path"]["valueString"],
                *(
                    parts[n].get("valueString", parts[n].get("valueInteger"))
                    for n in ("name", "index")
                    if n in parts
                ),
                *(v for k, v in value.items() if k != "name"),
            )
        )
    return found


def patient(**more: Any) -> Resource:
    return {"resourceType": "Patient", **more}


A, B, C = {"family": "A"}, {"family": "B"}, {"family": "C"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({}, {"gender": "male"}, [("add", "Patient", "gender", "male")]),
        ({"gender": "male"}, {}, [("delete", "Patient.gender")]),
        ({"gender": "male"}, {"gender": "female"}, [("replace", "Patient.gender", "female")]),
        ({}, {"name": [A]}, [("add", "Patient", "name", A)]),
        ({"name": [A]}, {"name": [A, B]}, [("add", "Patient", "name", B)]),
        ({"name": [B]}, {"name": [A, B]}, [("insert", "Patient.name", 0, A)]),
        ({"name": [A, C]}, {"name": [A, B, C]}, [("insert", "Patient.name", 1, B)]),
        ({"name": [A, B, C]}, {"name": [C]},
         [("delete", "Patient.name[1]"), ("delete", "Patient.name[0]")]),
        ({"name": [A]}, {"name": [B]}, [("replace", "Patient.name[0].family", "B")]),
        ({"name": [{"given": ["x", "y"]}]}, {"name": [{"given": ["x", "z"]}]},
         [("replace", "Patient.name[0].given[1]", "z")]),
        ({"deceasedBoolean": True}, {"deceasedDateTime": "2026"},
         [("delete", "Patient.deceased"), ("add", "Patient", "deceased", "2026")]),
        ({"birthDate": "2026"}, {"birthDate": "2026", "_birthDate": {"id": "a"}},
         [("replace", "Patient.birthDate", "2026", {"id": "a"})]),
        ({}, {"contact": [{"gender": "male", "name": A}]},
         [("add", "Patient", "contact",
           [{"name": "gender", "valueCode": "male"}, {"name": "name", "valueHumanName": A}])]),
        ({}, {"extension": [{"url": "urn:x", "valueString": "y"}]},
         [("add", "Patient", "extension",
           [{"name": "url", "valueUri": "urn:x"}, {"name": "value", "valueString": "y"}])]),
        ({"id": "1", "meta": {"versionId": "1", "lastUpdated": "x"}},
         {"id": "2", "meta": {"versionId": "2"}}, []),
        ({"meta": {"versionId": "1"}}, {"meta": {"tag": [{"code": "a"}]}},
         [("add", "Patient", "meta", {"tag": [{"code": "a"}]})]),
    ],
)  # fmt: skip
def test_each_difference(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[Any, ...]]
) -> None:
    assert told(diff(patient(**old), patient(**new))) == expected


def test_digits_of_a_number_count() -> None:
    one, other = ({"resourceType": "Observation", "valueQuantity": {"value": Number(v)}}
                  for v in ("1.0", "1.00"))  # fmt: skip
    (operation,) = diff(one, other)
    assert operation["part"][2]["valueDecimal"].literal == "1.00"
    assert operation["part"][1]["valueString"] == "Observation.value.value"


def compared(resource: Resource) -> Resource:
    found = {key: value for key, value in resource.items() if key != "id"}
    meta = {k: v for k, v in found.pop("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
    return found | ({"meta": meta} if meta else {})


def test_applied_it_makes_the_one_of_the_other(examples: dict[str, Resource]) -> None:
    of_type: dict[str, list[Resource]] = {}
    for one in examples.values():
        of_type.setdefault(one["resourceType"], []).append(one)
    pairs = 0
    for of in of_type.values():
        for one, other in [*pairwise(of), *pairwise(reversed(of))]:
            operations = diff(one, other)
            assert same(compared(applied(one, operations)), compared(other)), one["id"]
            assert bool(operations) == (not same(compared(one), compared(other)))
            pairs += 1
    assert pairs > 1000


def test_it_is_a_valid_resource() -> None:
    old = parse(b'{"resourceType":"Patient","name":[{"family":"A"}],"active":true}')
    new = parse(
        b'{"resourceType":"Patient","contact":[{"gender":"male","name":{"text":"x"}}],'
        b'"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"}}'
    )
    body = {"resourceType": "Parameters", "parameter": diff(old, new)}
    assert check(body) == []
