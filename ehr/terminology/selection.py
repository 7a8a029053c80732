"""Which concepts of a code system an include or exclude selects: lists and filters.

http://hl7.org/fhir/R4/valueset-filter-operator.html.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ehr.errors import NotSupported
from ehr.terminology.concepts import CodeSystem, Concept, designations_of
from ehr.terminology.cost import Budget
from ehr.terminology.pattern import Pattern

Test = Callable[[Concept], bool]


def selected(system: CodeSystem, part: Mapping[str, Any], budget: Budget) -> Iterable[Concept]:
    """The concepts that a part of a ValueSet selects by its list or filters, in their order.

    Raises NotSupported for a filter that is not known here, TooCostly.
    """
    if "concept" in part:
        budget.spend(len(part["concept"]))
        return [_listed(system, one) for one in part["concept"]]
    filters = part.get("filter", ())
    budget.spend(len(system.concepts) * (1 + len(filters)))
    tests = [_test(system, one, budget) for one in filters]
    return [one for one in system.concepts.values() if all(test(one) for test in tests)]


def selects(system: CodeSystem, part: Mapping[str, Any], code: str, budget: Budget) -> bool:
    """Whether a part selects one code, without listing the others."""
    if "concept" in part:
        budget.spend(len(part["concept"]))
        return any(_same(system, one["code"], code) for one in part["concept"])
    concept = system.find(code)
    filters = part.get("filter", ())
    budget.spend(1 + len(system.concepts) * len(filters))
    if concept is None:
        return False
    return all(_test(system, one, budget)(concept) for one in filters)


def _same(system: CodeSystem, one: str, other: str) -> bool:
    return one == other if system.case_sensitive else one.lower() == other.lower()


def _listed(system: CodeSystem, entry: Mapping[str, Any]) -> Concept:
    """The concept as the value set shows it: its own display counts first."""
    known = system.find(entry["code"])
    designations = designations_of(entry)
    if known is None:
        return Concept(entry["code"], entry.get("display"), designations=designations)
    return Concept(
        known.code,
        entry.get("display") or known.display,
        known.definition,
        known.parents,
        known.is_abstract,
        known.is_inactive,
        (*designations, *known.designations),
        known.properties,
    )


def _test(system: CodeSystem, one: Mapping[str, Any], budget: Budget) -> Test:
    operator, name, value = one.get("op", ""), one.get("property", ""), one.get("value", "")
    test = _HIERARCHY.get(operator)
    if test is not None:
        return test(system, value)
    values = _values(system, name)
    if operator == "=":
        return lambda concept: value in values(concept)
    if operator in ("in", "not-in"):
        listed = {part.strip() for part in value.split(",")}
        return lambda concept: bool(listed & values(concept)) == (operator == "in")
    if operator == "exists":
        return lambda concept: bool(values(concept)) == (value == "true")
    if operator == "regex":
        pattern = Pattern(value, budget)
        return lambda concept: any(map(pattern.matches, values(concept)))
    raise NotSupported(f"The filter operator {operator[:40]!r} is not supported.")


def _values(system: CodeSystem, name: str) -> Callable[[Concept], set[str]]:
    if name in ("code", "concept"):
        return lambda concept: {concept.code}
    if name == "display":
        return lambda concept: {concept.display or ""}
    if name == "parent":
        return lambda concept: set(concept.parents)
    if name == "child":
        return lambda concept: set(system.children.get(concept.code, ()))
    return lambda concept: {_text(value) for code, _, value in concept.properties if code == name}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.get("code", "")) if isinstance(value, dict) else str(value)


def _is_a(system: CodeSystem, code: str) -> Test:
    below = system.descendants(code)
    return lambda concept: concept.code in below


def _below(system: CodeSystem, code: str) -> Test:
    below = system.descendants(code) - {code}
    return lambda concept: concept.code in below


def _is_not_a(system: CodeSystem, code: str) -> Test:
    below = system.descendants(code)
    return lambda concept: concept.code not in below


def _generalizes(system: CodeSystem, code: str) -> Test:
    above = system.ancestors(code)
    return lambda concept: concept.code in above


_HIERARCHY: Mapping[str, Callable[[CodeSystem, str], Test]] = {
    "is-a": _is_a,
    "descendent-of": _below,
    "is-not-a": _is_not_a,
    "generalizes": _generalizes,
}
