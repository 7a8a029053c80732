"""The checker keeps every definition: what each element allows passes, what it forbids does not.

Not a sample: every element of every type and part, in each of its choices.
"""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from fixtures import r4

from ehr.fhir import definitions
from ehr.fhir.checker.shapes import State, check_object, shape
from ehr.fhir.definitions import Element
from ehr.fhir.resource import Resource
from ehr.fhir.validate import check

TYPES = sorted(
    name
    for name in definitions.type_names()
    if definitions.structure(name).kind in {"resource", "complex-type"}
)


def faults(name: str, path: str, value: Any) -> list[tuple[str, str, str]]:
    """The faults of structure of one object; contained references have nothing to point to."""
    state = State({}, {}, {}, [])
    return check_object(value, shape(f"{name}.{path}" if path else name), state) or []


def elements(name: str, path: str) -> Iterator[tuple[str, str, str, Element]]:
    """(element, JSON property, type, definition)."""
    for element_name, element in definitions.structure(name).parts[path].elements.items():
        for key, kind in element.names(element_name).items():
            yield element_name, key, kind, element


def without(value: dict[str, Any], name: str, element: Element) -> dict[str, Any]:
    """A copy without the element, in any of its choices."""
    return {key: content for key, content in value.items() if key not in element.names(name)}


BROKEN_WHEN_SMALL = {
    "AllergyIntolerance": {"ait-1"},
    "Appointment": {"app-1", "app-3"},
    "AppointmentResponse": {"apr-1"},
    "CapabilityStatement": {"cpb-1", "cpb-2", "cpb-15"},
    "Consent": {"ppc-1"},
    "EventDefinition": {"trd-3"},
    "ImmunizationRecommendation": {"imr-1"},
    "InsurancePlan": {"ipn-1"},
    "Linkage": {"lnk-1"},
    "Organization": {"org-1"},
    "StructureDefinition": {"sdf-6"},
    "TerminologyCapabilities": {"tcp-2", "tcp-4"},
}
"""Types whose invariants ask for more than their required elements."""


def test_the_smallest_of_each_type_is_valid_but_for_what_its_invariants_ask() -> None:
    for name in definitions.resource_types():
        issues = check(r4.minimal(name))
        keys = {issue.diagnostics.partition(" breaks ")[2].partition(":")[0] for issue in issues}
        assert keys == BROKEN_WHEN_SMALL.get(name, set()), name


def parts(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, smallest object) of a type and of each part of it."""
    for path in definitions.structure(name).parts:
        yield path, r4.minimal(name, path)


@pytest.mark.proves("validation/structure", "validation/primitives")
@pytest.mark.parametrize("name", TYPES)
def test_every_element_may_have_what_it_allows(name: str) -> None:
    for path, base in parts(name):
        for element_name, key, kind, element in elements(name, path):
            sound = {**without(base, element_name, element), key: r4.value(name, element, kind)}
            assert [one for one in faults(name, path, sound) if one[1] != "invariant"] == [], key


@pytest.mark.proves("validation/structure", "validation/primitives")
@pytest.mark.parametrize("name", TYPES)
def test_no_element_may_have_what_it_forbids(name: str) -> None:
    for path, base in parts(name):
        for element_name, key, kind, element in elements(name, path):
            rest = without(base, element_name, element)
            for bad in r4.spoilt(element, kind, r4.value(name, element, kind)):
                found = faults(name, path, {**rest, key: bad})
                assert any(one[0].startswith(f".{element_name}") for one in found), (key, bad)


@pytest.mark.proves("validation/structure")
@pytest.mark.parametrize("name", TYPES)
def test_every_required_element_is_missed(name: str) -> None:
    for path, base in parts(name):
        for element_name, _, _, element in elements(name, path):
            found = faults(name, path, {**without(base, element_name, element), "id": "a"})
            missed = (f".{element_name}", "required") in [one[:2] for one in found]
            assert missed is bool(element.min)


@pytest.mark.proves("validation/structure")
@pytest.mark.parametrize("name", TYPES)
def test_a_choice_is_made_once(name: str) -> None:
    for path, base in parts(name):
        for element_name, element in definitions.structure(name).parts[path].elements.items():
            two = list(element.names(element_name).items())[:2]
            if len(two) == 2:
                both = {key: r4.value(name, element, kind) for key, kind in two}
                found = faults(name, path, {**without(base, element_name, element), **both})
                assert (f".{element_name}", "structure") in [one[:2] for one in found]


@pytest.mark.proves("validation/structure")
@pytest.mark.parametrize("name", TYPES)
def test_unknown_elements_are_refused(name: str) -> None:
    unknown = (
        "noSuchElement",
        "_noSuchElement",
        "value[x]",
        "",
        "fhir_comments",
        "Id",
        "__proto__",
    )
    for path, base in parts(name):
        for key in unknown:
            found = faults(name, path, {**base, key: "x"})
            assert (f".{key}", "structure") in [one[:2] for one in found]


@pytest.mark.proves("validation/primitives")
@pytest.mark.parametrize("name", TYPES)
def test_a_primitive_may_be_replaced_by_an_extension(name: str) -> None:
    beside = {"extension": [r4.minimal("Extension")]}
    wrong = ({}, [], None, "x", {"extension": []}, {"value": "x"}, [None], [beside, None])
    for path, base in parts(name):
        for element_name, key, kind, element in elements(name, path):
            if not r4.is_primitive(kind):
                assert faults(name, path, {**base, f"_{key}": beside})
                continue
            rest = without(base, element_name, element)
            good: Any = [beside] if element.many else beside
            assert faults(name, path, {**rest, f"_{key}": good}) == []
            for bad in wrong:
                assert faults(name, path, {**rest, f"_{key}": bad}), (key, bad)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(holder, key or index) of everything below, but what lies in narratives."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, content in entries:
        yield value, key
        if isinstance(content, (dict, list)):
            yield from _places(content)


_SPOIL: list[Any] = [{}, [], "", None, [None], {"noSuchElement": 1}, [[]], 1.5j]


def test_examples_spoilt_at_random_are_refused(examples: dict[str, Resource]) -> None:
    """480 examples, each spoilt at one place with a value that no element has."""
    chance = random.Random(2026)
    names = [name for name, one in sorted(examples.items()) if not check(one)]
    for _ in range(480):
        name = chance.choice(names)
        spoilt = copy.deepcopy(examples[name])
        holder, key = chance.choice(list(_places(spoilt)))
        holder[key] = chance.choice(_SPOIL)
        assert check(spoilt), (name, key, holder[key])
