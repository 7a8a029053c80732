"""Search-parameter expressions: what they find, and that three ways of asking agree."""

import json
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from ehr.fhir import definitions
from ehr.fhir.fhirpath import compiler
from ehr.fhir.fhirpath.fallback import compile_with_fhirpathpy
from ehr.fhir.fhirpath.getters import getter
from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.fhirpath.syntax import NotFhirpath, parse
from ehr.fhir.path import _branches, compile_path
from ehr.fhir.resource import Resource

PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "a",
    "contained": [{"resourceType": "Practitioner", "id": "p"}],
    "name": [{"family": "Nguyễn", "given": ["Văn", "An"]}, {"given": ["Tí"]}],
    "birthDate": "1990-05",
    "_birthDate": {"extension": [{"url": "urn:x", "valueString": "y"}]},
    "deceasedDateTime": "2026-01-02",
    "telecom": [{"system": "phone", "value": "0912"}, {"system": "email", "value": "a@b.vn"}],
    "generalPractitioner": [
        {"reference": "Practitioner/1"},
        {"reference": "Organization/2"},
        {"reference": "#p"},
        {"type": "Practitioner", "identifier": {"value": "x"}},
        {"reference": "urn:uuid:0"},
    ],
    "extension": [{"url": "urn:e", "valueCodeableConcept": {"text": "Kinh"}}],
}
OBSERVATION: Resource = {
    "resourceType": "Observation",
    "valueQuantity": {"value": 5, "unit": "mmol/L"},
    "component": [{"code": {"text": "s"}, "valueString": "x"}, {"valueQuantity": {"value": 1}}],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Patient.name.given", [("Văn", "string"), ("An", "string"), ("Tí", "string")]),
        ("Practitioner.name.given | Patient.birthDate", [("1990-05", "date")]),
        ("Practitioner.name", []),
        ("Resource.id", [("a", "id")]),
        ("(Patient.deceased as dateTime)", [("2026-01-02", "dateTime")]),
        ("Patient.deceased.as(boolean)", []),
        ("Patient.deceased.exists() and Patient.deceased != false", [(True, "boolean")]),
        ("Patient.telecom.where(system='phone').value", [("0912", "string")]),
        ("Patient.telecom[1].value", [("a@b.vn", "string")]),
        (
            "Patient.generalPractitioner.where(resolve() is Practitioner).reference",
            [("Practitioner/1", "string"), ("#p", "string")],
        ),
        ("Patient.extension('urn:e').value.as(CodeableConcept).text", [("Kinh", "string")]),
        ("Patient.birthDate.extension('urn:x').value", [("y", "string")]),
        ("Patient.name.where(family.exists()).given.first()", [("Văn", "string")]),
        ("Patient.contact", []),
    ],
)
def test_what_expressions_find(expression: str, expected: list[tuple[Any, str]]) -> None:
    assert compile_path(expression, "Patient")(PATIENT) == expected


def test_a_logical_reference_is_of_the_type_it_names() -> None:
    expression = "Patient.generalPractitioner.where(resolve() is Practitioner).identifier.value"
    assert compile_path(expression, "Patient")(PATIENT) == [("x", "string")]


def test_components_are_asked_from_their_own_object() -> None:
    (first, kind), second = compile_path("Observation.component", "Observation")(OBSERVATION)
    assert kind == "Observation.component"
    assert compile_path("value.as(Quantity)", kind)(first) == []
    assert compile_path("value.as(Quantity)", kind)(second[0]) == [({"value": 1}, "Quantity")]
    assert compile_path("$this", "Quantity")({"value": 1}) == [({"value": 1}, "Quantity")]


def test_what_is_not_compiled_here_goes_to_fhirpathpy() -> None:
    found = compile_path("Patient.name.given.aggregate($total + 1, 0)", "Patient")(PATIENT)
    assert [int(value) for value, _ in found] == [3]
    upper = compile_path("Patient.name.family.upper() | Patient.name.family", "Patient")(PATIENT)
    assert upper == [("NGUYỄN", "string"), ("Nguyễn", "string")]


@pytest.mark.parametrize("expression", ["Patient..name", "Patient.name.where(", "", "'", "a b"])
def test_what_is_not_fhirpath_is_refused(expression: str) -> None:
    with pytest.raises(NotFhirpath):
        compile_path(expression, "Patient")


def _parameters() -> dict[str, set[str]]:
    """Resource type → the expressions of its official parameters."""
    found = [
        (base, parameter.expression)
        for parameter in definitions.search_parameter_definitions()
        for base in parameter.base
        if parameter.expression
    ]
    return {
        name: {expression for base, expression in found if is_a(name, base)}
        for name in definitions.resource_types()
    }


def test_nearly_every_official_expression_is_a_direct_getter() -> None:
    how = Counter(
        getter(branch, name) is not None
        for name, expressions in _parameters().items()
        for expression in expressions
        for branch in _branches(parse(expression), name)
    )
    assert how[True] > 2500
    assert how[False] == 2


def _content(nodes: list[Any]) -> set[str]:
    return {json.dumps(node[0], default=str, sort_keys=True) for node in nodes}


def test_getters_find_what_the_compiled_expression_finds(examples: dict[str, Resource]) -> None:
    asked = _parameters()
    for name, resource in examples.items():
        env = compiler.environment(resource)
        for expression in asked[resource["resourceType"]]:
            found = compile_path(expression, resource["resourceType"])(resource)
            evaluated = compiler.compile_select(expression)(env, [env.root])
            assert _content(found) == _content([n for n in evaluated if n[0] is not None]), (
                name,
                expression,
            )


def _for_fhirpathpy(expression: str, name: str) -> str:
    """fhirpathpy knows no abstract types, and refuses `as` where R4 uses it on several items."""
    text = re.sub(r"\b(?:Domain)?Resource\.", f"{name}.", expression)
    text = re.sub(r"\.as\((?!DateTime)", ".ofType(", text)
    return re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", text)


@pytest.mark.slow
def test_fhirpathpy_finds_the_same(examples: dict[str, Resource]) -> None:
    asked = _parameters()
    seen: Counter[str] = Counter()
    for name, resource in examples.items():
        kind = resource["resourceType"]
        seen[kind] += 1
        if seen[kind] > 2 or len(json.dumps(resource, default=str)) > 20_000:
            continue
        for expression in asked[kind]:
            found = compile_path(expression, kind)(resource)
            others = compile_with_fhirpathpy(_for_fhirpathpy(expression, kind), kind)(resource)
            assert _content(found) == _content(others), (name, expression)


def test_fhirpathpy_is_not_loaded_until_it_is_needed() -> None:
    program = (
        "import sys; from ehr.fhir.path import compile_path; "
        "compile_path('Patient.name', 'Patient'); print('fhirpathpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
