"""The generator: what it makes of definitions, on the sample of them among the fixtures."""

import json
from pathlib import Path

import pytest

from ehr.fhir import definitions
from ehr.fhir.definitions.expansion import Expansion, NotEnumerable
from ehr.fhir.definitions.generate import numbered, profiles
from ehr.fhir.definitions.structures import structures
from ehr.fhir.resource import Resource

FOLDER = Path(definitions.__file__).parent


def test_the_committed_structures_are_what_the_generator_makes(
    examples: dict[str, Resource],
) -> None:
    sample = [one for name, one in examples.items() if name.startswith("StructureDefinition-")]
    made = structures(sample)
    committed = json.loads((FOLDER / "structures.json").read_text(encoding="utf-8"))
    assert len(made) >= 5
    for name, shape in made.items():
        assert json.loads(json.dumps(shape)) == committed[name]


def test_the_committed_profiles_are_what_the_generator_makes(
    example_bodies: dict[str, bytes],
) -> None:
    names = [name for name in example_bodies if name.startswith("StructureDefinition-")]
    made = dict(profiles(json.loads(example_bodies[name]) for name in names))
    committed = json.loads((FOLDER / "profiles.json").read_text(encoding="utf-8"))
    assert len(made) >= 15
    for url, entry in made.items():
        assert json.loads(json.dumps(entry)) == committed[url]


def test_every_file_holds_one_entry_a_line() -> None:
    for path in FOLDER.glob("*.json"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) - 2 == len(json.loads(path.read_bytes()))


def test_types_keep_their_numbers_and_new_ones_are_appended() -> None:
    shapes = {"B": {"kind": "resource"}, "A": {"kind": "resource"}, "C": {"kind": "abstract"}}
    assert numbered(shapes, {}) == {"A": 1, "B": 2}
    assert numbered(shapes, {"B": 1, "Old": 7}) == {"B": 1, "Old": 7, "A": 8}


SYSTEM = {
    "url": "urn:s",
    "content": "complete",
    "concept": [
        {"code": "a", "concept": [{"code": "b", "concept": [{"code": "c"}]}]},
        {"code": "d", "property": [{"code": "subsumedBy", "valueCode": "b"}]},
        {"code": "e", "property": [{"code": "abstract", "valueBoolean": True}]},
    ],
}


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"system": "urn:s"}, {"a", "b", "c", "d", "e"}),
        ({"system": "urn:s", "concept": [{"code": "a"}]}, {"a"}),
        (
            {"system": "urn:s", "filter": [{"property": "concept", "op": "is-a", "value": "b"}]},
            {"b", "c", "d"},
        ),
        (
            {
                "system": "urn:s",
                "filter": [{"property": "concept", "op": "descendent-of", "value": "a"}],
            },
            {"b", "c"},
        ),
        (
            {
                "system": "urn:s",
                "filter": [{"property": "concept", "op": "is-not-a", "value": "b"}],
            },
            {"a", "e"},
        ),
        (
            {"system": "urn:s", "filter": [{"property": "abstract", "op": "=", "value": "true"}]},
            {"e"},
        ),
        ({"system": "urn:s", "valueSet": ["urn:small"]}, {"a", "b"}),
        ({"valueSet": ["urn:small"]}, {"a", "b"}),
    ],
)
def test_value_sets_are_expanded(include: Resource, expected: set[str]) -> None:
    small = {"system": "urn:s", "concept": [{"code": "a"}, {"code": "b"}]}
    sets = [
        {"url": "urn:v", "compose": {"include": [include]}},
        {"url": "urn:small", "compose": {"include": [small]}},
        {
            "url": "urn:less",
            "compose": {
                "include": [include],
                "exclude": [{"system": "urn:s", "concept": [{"code": "a"}]}],
            },
        },
    ]
    expansion = Expansion(sets, [SYSTEM])
    assert expansion.codes("urn:v|4.0.1") == {"urn:s": expected}
    assert expansion.codes("urn:less") == {"urn:s": expected - {"a"}}


@pytest.mark.parametrize(
    "include",
    [
        {"system": "urn:elsewhere"},
        {"valueSet": ["urn:unknown"]},
        {"system": "urn:s", "filter": [{"property": "x", "op": "regex", "value": "."}]},
    ],
)
def test_what_cannot_be_listed_is_said(include: Resource) -> None:
    with pytest.raises(NotEnumerable):
        Expansion([{"url": "urn:v", "compose": {"include": [include]}}], [SYSTEM]).codes("urn:v")
