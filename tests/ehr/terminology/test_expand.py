"""Value sets as lists of codes: what R4 ships, and each way a definition can select."""

from typing import Any

import pytest

from ehr.errors import EhrError, NotFound, NotSupported, TooCostly
from ehr.terminology import shipped
from ehr.terminology.expand import expand
from ehr.terminology.library import Library
from ehr.terminology.validate import in_system, in_value_set

R4 = "http://hl7.org/fhir/ValueSet"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OWN = "http://example.org/cs"
SYSTEM = {
    "resourceType": "CodeSystem", "url": OWN, "status": "active", "content": "complete",
    "caseSensitive": False,
    "concept": [
        {"code": "a", "display": "A", "concept": [
            {"code": "aa", "display": "AA", "concept": [{"code": "aaa"}]},
            {"code": "ab", "property": [{"code": "kind", "valueCode": "x"}]},
        ]},
        {"code": "b", "property": [{"code": "status", "valueCode": "retired"}]},
        {"code": "c", "property": [{"code": "kind", "valueString": "y"}]},
    ],
}  # fmt: skip
IMPORTED = {
    "resourceType": "ValueSet", "url": "http://example.org/aa",
    "compose": {"include": [{"system": OWN, "concept": [{"code": "aa"}, {"code": "b"}]}]},
}  # fmt: skip
LIBRARY = Library({("CodeSystem", OWN): SYSTEM, ("ValueSet", IMPORTED["url"]): IMPORTED})


def value_set(*include: dict[str, Any], **more: Any) -> dict[str, Any]:
    compose = {"include": list(include), **more}
    return {"resourceType": "ValueSet", "url": "http://example.org/vs", "compose": compose}


def filtered(op: str, name: str, value: str) -> dict[str, Any]:
    return {"system": OWN, "filter": [{"property": name, "op": op, "value": value}]}


CASES = [
    (value_set({"system": OWN}), "a aa aaa ab b c"),
    (value_set({"system": OWN, "concept": [{"code": "c"}, {"code": "a"}]}), "c a"),
    (value_set(filtered("is-a", "concept", "a")), "a aa aaa ab"),
    (value_set(filtered("descendent-of", "concept", "a")), "aa aaa ab"),
    (value_set(filtered("is-not-a", "concept", "a")), "b c"),
    (value_set(filtered("generalizes", "concept", "aaa")), "a aa aaa"),
    (value_set(filtered("=", "kind", "x")), "ab"),
    (value_set(filtered("=", "parent", "a")), "aa ab"),
    (value_set(filtered("=", "display", "AA")), "aa"),
    (value_set(filtered("in", "code", "a, c")), "a c"),
    (value_set(filtered("not-in", "code", "a,c")), "aa aaa ab b"),
    (value_set(filtered("exists", "kind", "true")), "ab c"),
    (value_set(filtered("exists", "kind", "false")), "a aa aaa b"),
    (value_set(filtered("regex", "code", "a.*")), "a aa aaa ab"),
    (value_set({"valueSet": [IMPORTED["url"]]}), "aa b"),
    (value_set(filtered("is-a", "concept", "a") | {"valueSet": [IMPORTED["url"]]}), "aa"),
    (value_set({"system": OWN}, exclude=[filtered("is-a", "concept", "a")]), "b c"),
    (value_set({"system": OWN}, exclude=[{"valueSet": [IMPORTED["url"]]}]), "a aaa ab c"),
    (value_set({"valueSet": [f"{OWN}?fhir_vs"]}), "a aa aaa ab b c"),
    (value_set({"valueSet": [f"{OWN}?fhir_vs=isa/aa"]}), "aa aaa"),
    (value_set({"system": OWN}, inactive=False), "a aa aaa ab c"),
    (value_set({"system": "urn:else", "concept": [{"code": "z"}]}, {"system": OWN}),
     "z a aa aaa ab b c"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "codes"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_a_definition_selects(definition: dict[str, Any], codes: str) -> None:
    found = expand(LIBRARY, definition)
    assert [one.concept.code for one in found.members] == codes.split()
    for one in found.members:
        assert in_value_set(LIBRARY, definition, one.system, one.concept.code).result
    for code in {"a", "aa", "aaa", "ab", "b", "c"} - set(codes.split()):
        assert not in_value_set(LIBRARY, definition, OWN, code).result


EXPANSION = {"contains": [
    {"system": OWN, "abstract": True, "code": "a", "contains": [
        {"system": OWN, "code": "aa", "display": "Hai"}]},
    {"display": "A heading", "contains": [{"system": "urn:else", "code": "z"}]},
]}  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        ({"expansion": EXPANSION}, "a aa z"),
        (value_set({"system": "urn:nowhere"}) | {"expansion": EXPANSION}, "a aa z"),
        (value_set({"system": OWN, "concept": [{"code": "b"}]}) | {"expansion": EXPANSION}, "b"),
    ],
)
def test_an_expansion_that_came_with_it_counts_where_the_definition_cannot(
    definition: dict[str, Any], codes: str
) -> None:
    found = expand(LIBRARY, definition).members
    assert [one.concept.code for one in found] == codes.split()
    for one in found:
        assert in_value_set(LIBRARY, definition, None, one.concept.code).result
    assert not in_value_set(LIBRARY, definition, OWN, "c").result


@pytest.mark.parametrize(
    ("system", "error"),
    [("http://snomed.info/sct", NotSupported), ("urn:nowhere", NotFound)],
)
def test_what_cannot_be_told_is_no_false(system: str, error: type[EhrError]) -> None:
    with pytest.raises(error):
        in_value_set(LIBRARY, value_set({"system": system}), system, "x")


def test_a_code_of_a_system_known_in_part_may_be_unknown_here() -> None:
    verdict = in_value_set(LIBRARY, value_set({"system": "http://loinc.org"}), None, "1-8")
    assert verdict.result is False
    assert "known here" in (verdict.message or "")


@pytest.mark.parametrize(
    ("definition", "error"),
    [
        (value_set({"system": "urn:nowhere"}), NotFound),
        (value_set({"valueSet": ["urn:nowhere"]}), NotFound),
        (value_set({"valueSet": ["urn:nowhere?fhir_vs"]}), NotFound),
        (value_set({"valueSet": [f"{OWN}?fhir_vs=refset/x"]}), NotFound),
        (value_set({"valueSet": [f"{OWN}?fhir_vs=isa/"]}), NotFound),
        (value_set({"valueSet": ["http://unitsofmeasure.org?fhir_vs"]}), NotSupported),
        (value_set({"system": "http://snomed.info/sct"}), NotSupported),
        (value_set(filtered("regex", "code", "(a+)+b")), TooCostly),
        (value_set(filtered("regex", "code", "a*a*a*b")), TooCostly),
        (value_set(filtered("regex", "code", "[")), NotSupported),
        (value_set(filtered("near", "code", "x")), NotSupported),
        ({"resourceType": "ValueSet"}, NotSupported),
    ],
)
def test_what_cannot_be_expanded(definition: dict[str, Any], error: type[EhrError]) -> None:
    with pytest.raises(error):
        expand(LIBRARY, definition)


def test_a_circle_of_imports_ends() -> None:
    url = "http://example.org/circle"
    circle = value_set({"valueSet": [url]}) | {"url": url}
    library = Library({("ValueSet", url): circle})
    with pytest.raises(TooCostly):
        expand(library, circle)
    with pytest.raises(TooCostly):
        in_value_set(library, circle, OWN, "a")


def test_every_shipped_value_set_that_expands_agrees_with_validation() -> None:
    library, expanded, refused = Library(), 0, 0
    for url in shipped.urls()[1]:
        try:
            found = expand(library, library.value_set(url))
        except (NotFound, NotSupported):
            refused += 1
            continue
        expanded += 1
        for one in found.members[:20]:
            verdict = in_value_set(library, library.value_set(url), one.system, one.concept.code)
            assert verdict.result, (url, one)
        if found.members and found.members[0].system != "http://unitsofmeasure.org":
            system = found.members[0].system
            none = in_value_set(library, library.value_set(url), system, "no such code")
            assert not none.result, url
    assert expanded > 1200
    assert refused < 100  # SNOMED CT and others that nobody may ship


def test_a_system_known_in_part_is_no_closed_list() -> None:
    assert expand(Library(), Library().value_set(f"{R4}/administrative-gender")).is_closed
    assert not expand(Library(), value_set({"system": "http://loinc.org"})).is_closed


@pytest.mark.parametrize(
    ("system", "code", "held"),
    [
        ("http://hl7.org/fhir/administrative-gender", "male", True),
        ("http://hl7.org/fhir/administrative-gender", "Male", False),
        ("http://hl7.org/fhir/sid/icd-10", "I10", True),
        ("http://unitsofmeasure.org", "mm[Hg]", True),
        ("http://unitsofmeasure.org", "no unit", False),
        ("urn:ietf:bcp:47", "zh-Hant", True),
        ("urn:ietf:bcp:47", "Vietnamese", False),
        ("urn:ietf:bcp:13", "image/png", True),
        ("urn:ietf:bcp:13", "png", False),
        (ACT, "AMB", True),
        ("urn:nowhere", "x", False),
    ],
)
def test_a_code_of_a_system(system: str, code: str, held: bool) -> None:
    verdict = in_system(Library(), system, code)
    assert verdict.result is held
    assert (verdict.message is None) is held


def test_a_display_is_any_of_its_names_without_marks() -> None:
    icd10 = "http://hl7.org/fhir/sid/icd-10"
    for display in ("Essential (primary) hypertension", "tang huyet ap vo can (nguyen phat)"):
        assert in_system(Library(), icd10, "I10", display).result
    wrong = in_system(Library(), icd10, "I10", "Diabetes")
    assert not wrong.result
    assert wrong.concept is not None
    assert wrong.concept.display == "Essential (primary) hypertension"


def test_a_case_that_the_system_does_not_mind() -> None:
    assert in_system(LIBRARY, OWN, "AAA").result
    assert in_value_set(LIBRARY, value_set({"system": OWN}), OWN, "AB").result


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        (value_set({"system": OWN}), "aa aaa ab"),
        (value_set({"system": OWN}, exclude=[filtered("=", "code", "ab")]), "aa aaa"),
        (value_set({"valueSet": [IMPORTED["url"]]}, {"system": OWN}), "aa aaa ab"),
        ({"expansion": EXPANSION}, "aa"),
    ],
)
def test_only_what_is_wanted(definition: dict[str, Any], codes: str) -> None:
    found = expand(
        LIBRARY, definition,
        wanted=lambda one: len(one.concept.code) > 1 and one.concept.code.startswith("a"),
    )  # fmt: skip
    assert [one.concept.code for one in found.members] == codes.split()


def test_of_one_code_twice_the_first_counts_whether_it_is_wanted_or_not() -> None:
    twice = value_set(
        {"system": OWN, "concept": [{"code": "a", "display": "First"}]}, {"system": OWN}
    )
    found = expand(LIBRARY, twice, wanted=lambda one: one.concept.display == "A")
    assert found.members == []
