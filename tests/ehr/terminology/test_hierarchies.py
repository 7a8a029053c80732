"""Which code stands above which: nested, or told by the properties parent, child and subsumedBy."""

from typing import Any

import pytest

from ehr.fhir.definitions import codes
from ehr.terminology import local, shipped
from ehr.terminology.chapters import chapter_of, chapters
from ehr.terminology.concepts import CodeSystem, code_system_of
from ehr.terminology.expand import expand
from ehr.terminology.library import Library
from ehr.terminology.lookup import diagnoses
from ehr.terminology.membership import related
from ehr.terminology.systems import ICD10

V3 = "http://terminology.hl7.org/CodeSystem/v3"
BY_CHILD = {
    "ActCode": 39, "ActReason": 12, "ActRelationshipType": 30, "CalendarCycle": 8,
    "ContextControl": 4, "EntityCode": 1, "EntityNamePartQualifier": 10, "NullFlavor": 1,
    "ObservationInterpretation": 5, "RoleCode": 55, "RouteOfAdministration": 219, "hl7Realm": 2,
    "orderableDrugForm": 4,
}  # fmt: skip
"""How often HL7's package gives a second parent by a `child` property, 390 times in all."""
NESTED = 5924


def system_of(*concepts: dict[str, Any], **more: Any) -> CodeSystem:
    return code_system_of({"url": "urn:x", "concept": list(concepts), **more})


def says(code: str, name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "property": [{"code": name, "valueCode": value}], **more}


@pytest.mark.parametrize(
    "system",
    [
        system_of({"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]}),
        system_of({"code": "a"}, says("b", "parent", "a"), says("c", "parent", "b")),
        system_of({"code": "a"}, says("b", "subsumedBy", "a"), says("c", "parent", "b")),
        system_of(says("a", "child", "b"), says("b", "child", "c"), {"code": "c"}),
        system_of({"code": "c"}, says("b", "child", "c"), says("a", "child", "b")),
        system_of(says("a", "child", "b", concept=[{"code": "b"}]), says("c", "parent", "b")),
        system_of(
            {"code": "a"}, says("b", "is", "a"), says("c", "is", "b"),
            property=[{"code": "is", "uri": "http://hl7.org/fhir/concept-properties#parent"}],
        ),
    ],
    ids=["nested", "parent", "subsumedBy", "child", "child-first", "mixed", "named-by-uri"],
)  # fmt: skip
def test_each_way_to_say_it(system: CodeSystem) -> None:
    assert dict(system.parents) == {"a": (), "b": ("a",), "c": ("b",)}
    assert system.descendants("a") == {"a", "b", "c"}
    assert system.descendants("c") == {"c"}
    assert system.ancestors("c") == {"a", "b", "c"}


def test_one_nested_twice_is_below_both_and_a_circle_ends() -> None:
    twice = system_of(
        {"code": "a", "concept": [{"code": "c"}]}, {"code": "b", "concept": [{"code": "c"}]}
    )
    assert twice.parents["c"] == ("a", "b")
    circle = system_of(says("a", "child", "b"), says("b", "child", "a"))
    assert circle.descendants("a") == circle.ancestors("a") == {"a", "b"}


def test_a_child_that_is_nowhere_is_no_code() -> None:
    assert system_of(says("a", "child", "zz")).find("zz") is None


def test_case_does_not_matter_where_the_system_does_not_mind() -> None:
    system = system_of({"code": "a", "concept": [{"code": "b"}]}, caseSensitive=False)
    assert system.descendants("A") == {"a", "b"}
    assert system.ancestors("B") == {"a", "b"}


def test_every_parent_of_the_definitions_is_shipped() -> None:
    named = 0
    for url in set(shipped.urls()[0]) - set(local.SYSTEMS):
        system = shipped.code_system(url)
        assert system is not None
        named += sum(len(one.parents) for one in system.concepts.values())
        for one in system.concepts.values():
            assert set(one.parents) <= set(system.concepts), (url, one)
    assert named == NESTED + sum(BY_CHILD.values())


@pytest.mark.parametrize("name", BY_CHILD)
def test_a_code_with_several_parents_is_below_each(name: str) -> None:
    system = shipped.code_system(f"{V3}-{name}")
    assert system is not None
    more = sum(max(0, len(one.parents) - 1) for one in system.concepts.values())
    assert more == BY_CHILD[name]


@pytest.mark.parametrize(
    ("name", "above", "below"),
    [
        ("NullFlavor", "ASKU", "NAV"),
        ("NullFlavor", "NAVU", "NAV"),
        ("RouteOfAdministration", "_OralRoute", "PO"),
        ("ObservationInterpretation", "AA", "HH"),
        ("ObservationInterpretation", "H>", "HH"),
        ("RoleCode", "DAUC", "DAU"),
        ("hl7Realm", "NamespaceRealms", "GB"),
    ],
)
def test_search_knows_them(name: str, above: str, below: str) -> None:
    system = f"{V3}-{name}"
    assert (system, below) in related(Library(), "below", system, above)
    assert (system, above) in related(Library(), "above", system, below)
    below_it = {"resourceType": "ValueSet", "compose": {"include": [{"system": system,
        "filter": [{"property": "concept", "op": "descendent-of", "value": above}]}]}}  # fmt: skip
    assert below in {one.concept.code for one in expand(Library(), below_it).members}


def test_icd_10_stands_below_its_chapters() -> None:
    system = shipped.code_system(ICD10)
    assert system is not None
    for code in diagnoses():
        category, chapter = code[:3], chapters()[chapter_of(code) - 1].roman
        assert {code, category, chapter} == system.ancestors(code)


def test_the_checker_s_required_codes_are_those_of_the_terminology() -> None:
    """Two readers of the same definitions, one for bindings and one for questions."""
    required = {url: systems for url in shipped.urls()[1] if (systems := _required(url))}
    assert len(required) > 200
    for url, systems in required.items():
        members = expand(Library(), Library().value_set(url)).members
        listed = {(system, code) for system, of in systems.items() for code in of}
        assert {one.key for one in members} == listed, url


def _required(url: str) -> dict[str, frozenset[str]] | None:
    try:
        return codes(url)
    except KeyError:
        return None
