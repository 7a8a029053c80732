"""The compiled part of FHIRPath, by table: syntax, logic of three values, functions, operators."""

from typing import Any

import pytest

from ehr.fhir import definitions
from ehr.fhir.fhirpath.compiler import compile_select, compile_test, environment
from ehr.fhir.fhirpath.syntax import NotFhirpath, Unsupported, parse
from ehr.fhir.resource import Number, Resource

RESOURCE: Resource = {
    "resourceType": "Observation",
    "id": "o",
    "contained": [{"resourceType": "Patient", "id": "p", "active": True}],
    "code": {"coding": [{"code": "a"}, {"code": "b"}, {"code": "a"}]},
    "subject": {"reference": "#p"},
    "status": "final",
    "issued": "2026-01-01T00:00:00Z",
    "_status": {"id": "s"},
    "effectivePeriod": {"start": "2026-01", "end": "2026-01-15"},
    "valueQuantity": {"value": Number("5.50"), "unit": "mmol/L"},
    "referenceRange": [
        {
            "low": {"value": 1, "unit": "g"},
            "high": {"value": Number("2.5"), "unit": "g"},
        },
        {"low": {"value": 1, "unit": "g"}, "high": {"value": 1, "unit": "kg"}},
    ],
    "_issued": {"extension": [{"url": "urn:x", "valueBoolean": False}]},
    "note": [{"text": "one"}, {"text": "two"}],
}


def holds(expression: str) -> bool | None:
    env = environment(RESOURCE)
    return compile_test(expression)(env, [env.root])


def values(expression: str) -> list[Any]:
    env = environment(RESOURCE)
    return [node[0] for node in compile_select(expression)(env, [env.root])]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and {}", None),
        ("false and {}", False),
        ("{} and false", False),
        ("true or {}", True),
        ("{} or true", True),
        ("false or {}", None),
        ("{} or {}", None),
        ("true xor false", True),
        ("true xor {}", None),
        ("true xor true", False),
        ("false implies {}", True),
        ("true implies false", False),
        ("true implies {}", None),
        ("{} implies true", True),
        ("{} implies false", None),
        ("{}.not()", None),
        ("status", True),
        ("method", None),
        ("status.not()", False),
    ],
)
def test_logic_has_three_values(expression: str, expected: bool | None) -> None:
    assert holds(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("status = 'final'", True),
        ("status != 'final'", False),
        ("status = method", None),
        ("note.text = 'one'", False),
        ("status in ('draft' | 'final')", True),
        ("('draft' | 'final') contains status", True),
        ("method in ('a')", None),
        ("value.value = 5.5", True),
        ("value.value > 5", True),
        ("value.value >= 5.5 and value.value <= 5.5", True),
        ("-1 < 0", True),
        ("1 = true", False),
        ("'b' > 'a'", True),
        ("'1' > 0", None),
        ("effective.start <= effective.end", None),
        ("effective.start <= issued", None),
        ("effective.end >= issued", True),
        ("@2026-01-02 > @2026-01-01", True),
        ("@2026-01 <= @2026-01", True),
        ("referenceRange[0].low <= referenceRange[0].high", True),
        ("referenceRange[1].low <= referenceRange[1].high", None),
        ("value is Quantity", True),
        ("value is Element", True),
        ("value is string", False),
        ("method is CodeableConcept", None),
        ("1 + 1 = 2", True),
        ("'#' + id = '#o'", True),
        ("id & method = 'o'", True),
        ("status = 'final' and id = 'o' or false", True),
    ],
)
def test_operators(expression: str, expected: bool | None) -> None:
    assert holds(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("note.exists()", True),
        ("note.exists(text = 'two')", True),
        ("note.exists(text = 'three')", False),
        ("method.empty()", True),
        ("note.all(text.exists())", True),
        ("note.all(text = 'one')", False),
        ("status.hasValue()", True),
        ("method.hasValue()", False),
        ("status.startsWith('fi') and status.endsWith('al') and status.contains('na')", True),
        ("method.startsWith('a')", None),
        ("status.matches('^f[a-z]+$')", True),
        ("code.coding.code.isDistinct()", False),
        ("note.isDistinct()", True),
        ("subject.resolve() is Patient", True),
        ("subject.resolve().active", True),
        ("issued.hasExtension('urn:x')", True),
        ("issued.extension('urn:x').value", False),
        ("code.coding.intersect(%resource.code.coding).exists()", True),
        ("%resource.id = 'o' and %rootResource.id = 'o' and %context.id = 'o'", True),
        ("%ucum = 'http://unitsofmeasure.org'", True),
        ("iif(status = 'final', note.exists(), false)", True),
        ("Observation.status = 'final'", True),
        ("Patient.status.empty()", True),
    ],
)
def test_functions_that_answer(expression: str, expected: bool | None) -> None:
    assert holds(expression) is expected


@pytest.mark.parametrize(("length", "expected"), [(10_000, True), (10_001, None)])
def test_of_long_text_it_is_not_said_whether_it_matches(length: int, expected: bool | None) -> None:
    patient = {"resourceType": "Patient", "name": [{"text": "a" * length}]}
    env = environment(patient)
    assert compile_test("name.text.matches('^a')")(env, [env.resource]) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("note.text.first()", ["one"]),
        ("note.text.last()", ["two"]),
        ("note.text.tail()", ["two"]),
        ("note[1].text", ["two"]),
        ("note[7].text", []),
        ("note.count()", [2]),
        ("note.select(text & '!')", ["one!", "two!"]),
        ("code.coding.code.distinct()", ["a", "b"]),
        ("code.coding.code | 'c'", ["a", "b", "c"]),
        ("id.combine(id)", ["o", "o"]),
        ("id.union(id)", ["o"]),
        ("note.where(text = 'two').text", ["two"]),
        ("value.ofType(Quantity).unit", ["mmol/L"]),
        ("value.as(string)", []),
        ("value.value.toString()", ["5.50"]),
        ("'12'.toInteger()", [12]),
        ("'x'.toInteger()", []),
        ("'a.b.c'.replaceMatches('\\\\..*', '')", ["a"]),
        ("'#abc'.substring(1)", ["abc"]),
        ("status.id", ["s"]),
        ("contained.ofType(Patient).id", ["p"]),
        ("note.trace('x').text", ["one", "two"]),
        ("note.children()", ["one", "two"]),
        ("effective.descendants()", ["2026-01", "2026-01-15"]),
        ("`status`", ["final"]),
        ("'it\\'s \\u0110'", ["it's Đ"]),
    ],
)
def test_functions_that_select(expression: str, expected: list[Any]) -> None:
    assert values(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "%unknown",
        "a.unknownFunction()",
        "a.is(Nothing)",
        "a as Nothing",
        "2 * 3",
        "where()",
        "extension(a)",
        "5 'mg'",
        "2 years",
        "$index",
        "$total + 1",
        "1 div 2",
        "a !~ b",
    ],
)
def test_what_is_not_supported_is_said_when_compiled(expression: str) -> None:
    parse(expression)
    with pytest.raises(Unsupported):
        compile_test(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "a b",
        "a.",
        "a..b",
        "a(",
        "(a",
        "a[",
        "'a",
        "a = ",
        "%",
        "a ; b",
        "{1}",
        "a.(b)",
        "(" * 3000 + "a" + ")" * 3000,
        "-" * 3000 + "1",
        "a" + ".a" * 3000,
        "a" + "|a" * 3000,
    ],
)
def test_what_is_no_fhirpath_is_refused(expression: str) -> None:
    with pytest.raises(NotFhirpath):
        parse(expression)


def test_every_expression_of_the_specification_compiles() -> None:
    rules = {
        rule[2]
        for name in definitions.type_names()
        for part in definitions.structure(name).parts.values()
        for rule in [*part.rules, *(rule for one in part.elements.values() for rule in one.rules)]
    }
    assert len(rules) > 150
    for expression in rules:
        compile_test(expression)
    for parameter in definitions.search_parameter_definitions():
        compile_select(parameter.expression or "{}")
        for component in parameter.component:
            compile_select(component.expression)
