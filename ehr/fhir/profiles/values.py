"""Fixed values, patterns, required bindings and bounds of one item.

http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_ and pattern_x_.
"""

from collections.abc import Iterator
from typing import Any

from ehr.fhir.checker.primitives import quoted
from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.fhirpath.operators import compare
from ehr.fhir.profiles.state import State
from ehr.fhir.profiles.tree import Node
from ehr.fhir.resource import dump

_LONGEST_SHOWN = 120
Wrong = tuple[str, str]
"""(issue code, end of a sentence)."""


def wrong_values(item: Item, node: Node, state: State) -> Iterator[Wrong]:
    """What is wrong with the value of an item."""
    value = item[0]
    for fixed in node.fixed:
        if not equal(fixed, value):
            yield "value", f"must be {_shown(fixed)}"
    for pattern in node.patterns:
        if not matches(pattern, value):
            yield "value", f"must hold {_shown(pattern)}"
    for value_set in node.codes:
        if in_value_set(item, value_set, state) is False:
            yield "code-invalid", f"must have a code of {value_set}"
    if node.length is not None and type(value) is str and len(value) > node.length:
        yield "too-long", f"must have at most {node.length} characters"
    for bounds, operator, word in ((node.least, "<", "least"), (node.most, ">", "most")):
        for bound in bounds:
            if value is not None and compare(item, operator, (bound, item[1], None)):
                yield "value", f"must be at {word} {_shown(bound)}"


def is_what_is_said(item: Item, node: Node, state: State) -> bool:
    """Whether the item has the fixed values, patterns and codes of the node."""
    return (
        all(equal(fixed, item[0]) for fixed in node.fixed)
        and all(matches(pattern, item[0]) for pattern in node.patterns)
        and all(in_value_set(item, one, state) is not False for one in node.codes)
    )


def equal(fixed: Any, value: Any) -> bool:
    """Whether a value is the fixed one in full; 1.0 and 1.00 are the same number."""
    if type(fixed) is dict:
        return (
            type(value) is dict
            and fixed.keys() == value.keys()
            and all(equal(one, value[key]) for key, one in fixed.items())
        )
    if type(fixed) is list:
        return type(value) is list and len(fixed) == len(value) and all(map(equal, fixed, value))
    return bool(fixed == value) and (type(fixed) is bool) is (type(value) is bool)


def matches(pattern: Any, value: Any) -> bool:
    """Whether a value has all that the pattern has; of an array, each item somewhere."""
    if type(pattern) is dict:
        return type(value) is dict and all(
            key in value and matches(one, value[key]) for key, one in pattern.items()
        )
    if type(pattern) is list:
        return type(value) is list and all(
            any(matches(one, item) for item in value) for one in pattern
        )
    return equal(pattern, value)


def in_value_set(item: Item, value_set: str, state: State) -> bool | None:
    """Whether an item has a code of the set; None where it holds no codes, or none can tell."""
    found = _codes(item)
    if found is None:
        return None
    answers = [state.vocabulary.holds(value_set, *one) for one in found]
    if None in answers and True not in answers:
        state.unknown.add(value_set)
        return None
    return True in answers


def _codes(item: Item) -> list[tuple[str | None, str]] | None:
    """(system, code) of each code in an item; None for a type that has none."""
    value, kind, _ = item
    if is_a(kind, "CodeableConcept"):
        return [one for coding in value.get("coding", ()) for one in _coding(coding)]
    if is_a(kind, "Coding") or is_a(kind, "Quantity"):
        return list(_coding(value))
    if kind == "code" or is_a(kind, "uri"):
        return [(None, value)] if value is not None else []
    return None


def _coding(value: dict[str, Any]) -> Iterator[tuple[str | None, str]]:
    if "code" in value:
        yield value.get("system", ""), value["code"]


def _shown(value: Any) -> str:
    """A value in a sentence."""
    if type(value) is str:
        return quoted(value)
    text = dump(value).decode()
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
