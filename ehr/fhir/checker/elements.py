"""The check of each property of a shape, made from the definition of its element."""

from typing import Any

from ehr.fhir import definitions
from ehr.fhir.checker import bindings, contained, extensions, references, resources
from ehr.fhir.checker.narrative import narrative
from ehr.fhir.checker.primitives import FORMATS, Format
from ehr.fhir.checker.shapes import (
    Check,
    Fault,
    Rule,
    Shape,
    State,
    add,
    check_object,
    shape,
)
from ehr.fhir.definitions import Element
from ehr.fhir.fhirpath.compiler import compile_test
from ehr.fhir.fhirpath.nodes import is_primitive
from ehr.fhir.json_fault import kind as json_kind

RuleTexts = tuple[tuple[str, str, str], ...]


def compile_shape(of: Shape) -> None:
    """Fill in a shape: its checks, names, choices, invariants and what it requires."""
    type_name, _, path = of.name.partition(".")
    part = definitions.structure(type_name).parts[path]
    checks: dict[str, Check] = {}
    for name, element in part.elements.items():
        spelled = element.names(name)
        keys = (*spelled, *(f"_{key}" for key in spelled))
        for key, kind in spelled.items():
            _add(of, checks, key, (kind, name), element)
        of.names |= dict.fromkeys(keys, name)
        if element.choice:
            of.choices |= set(keys)
        if element.min:
            of.required += ((name, keys[0], keys[1:]),)
    of.rules = _compiled(part.rules)
    if of.is_resource:
        checks["resourceType"] = lambda _value, _holder, _state: None
        of.also = contained.check if "contained" in checks else None
    elif of.name == "Extension":
        of.also = extensions.check
    elif part.within is not None:
        of.also = bindings.measured(part.within)
    of.checks = checks  # last, for a shape with checks is taken to be complete


def _compiled(rules: RuleTexts) -> tuple[Rule, ...]:
    return tuple((key, sentence, compile_test(text)) for key, sentence, text in rules)


def _add(
    of: Shape, checks: dict[str, Check], key: str, what: tuple[str, str], element: Element
) -> None:
    """The check of a property, `what` its type and element, and of the one beside a primitive."""
    kind, name = what
    if not is_primitive(kind):
        checks[key] = _objects(kind, element, of.name.partition(".")[0], name)
        return
    form = _format(kind, element)
    checks[f"_{key}"] = _beside_many(key) if element.many else _beside(key)
    if element.many:
        checks[key] = _primitives(form, key)
    elif element.rules:
        checks[key] = _ruled(_primitive(form), element.rules, name, kind)
    else:
        of.formats[key] = form


def _objects(kind: str, element: Element, type_name: str, name: str) -> Check:
    item = _item(kind, element, type_name, name)
    if element.rules:
        item = _ruled(item, element.rules, name, kind)
    return _many(item, element.min) if element.many else _one(item)


def _format(kind: str, element: Element) -> Format:
    if kind == "xhtml":
        return narrative
    value_set = element.codes or element.within
    return bindings.coded(FORMATS[kind], value_set) if value_set else FORMATS[kind]


def _item(kind: str, element: Element, type_name: str, name: str) -> Check:
    """The check of one object."""
    if kind == "Resource":
        return resources.contained if name == "contained" else resources.independent
    of = shape(kind if element.same is None else f"{type_name}.{element.same}")
    if kind == "Reference":
        return references.referring(element.targets)
    value_set = element.codes or element.within
    if kind == "CodeableConcept" and value_set:
        return bindings.coded_concept(of, value_set, is_required=element.codes is not None)
    return lambda value, _holder, state: check_object(value, of, state)


def _ruled(check: Check, rules: RuleTexts, name: str, kind: str) -> Check:
    """`check`, and the invariants that stand at the element itself rather than at its type."""
    compiled = _compiled(rules)

    def ruled(value: Any, holder: dict[str, Any], state: State) -> list[Fault] | None:
        node = (value, definitions.fhir_type(kind), None)
        state.asked.append((compiled, node, holder, f".{name}", state))
        return check(value, holder, state)

    return ruled


def _one(item: Check) -> Check:
    def check(value: Any, holder: dict[str, Any], state: State) -> list[Fault] | None:
        if type(value) is list:
            return [("", "structure", "must be one object, not an array")]
        return item(value, holder, state)

    return check


def _many(item: Check, least: int) -> Check:
    def check(values: Any, holder: dict[str, Any], state: State) -> list[Fault] | None:
        if type(values) is not list or len(values) < max(least, 1):
            return [_no_array(values, least)]
        found: list[Fault] = []
        for index, value in enumerate(values):
            faults = item(value, holder, state)
            if faults is not None:
                add(found, f"[{index}]", faults)
        return found or None

    return check


def _no_array(value: Any, least: int) -> Fault:
    if type(value) is not list:
        return "", "structure", f"must be an array, not {json_kind(value)}"
    if not value:
        return "", "structure", "must not be an empty array"
    return "", "required", f"must have at least {least} items"


def _primitive(form: Format) -> Check:
    def check(value: Any, _holder: dict[str, Any], _state: State) -> list[Fault] | None:
        wrong = form(value)
        return None if wrong is None else [("", *wrong)]

    return check


def _primitives(form: Format, key: str) -> Check:
    """An array of primitives: null stands where only the array beside it has something."""

    def check(values: Any, holder: dict[str, Any], _state: State) -> list[Fault] | None:
        if type(values) is not list or not values:
            return [_no_array(values, 1)]
        found: list[Fault] = []
        for index, value in enumerate(values):
            if value is None and _at(holder.get(f"_{key}"), index) is not None:
                continue
            wrong = form(value)
            if wrong is not None:
                found.append((f"[{index}]", *wrong))
        return found or None

    return check


def _at(values: Any, index: int) -> Any:
    return values[index] if type(values) is list and index < len(values) else None


def _beside(key: str) -> Check:
    """What lies beside one primitive: its id and extensions."""

    def check(value: Any, holder: dict[str, Any], state: State) -> list[Fault] | None:
        if type(value) is list:
            return [("", "structure", "must be one object, not an array")]
        return _check_beside(value, holder.get(key), state)

    return check


def _check_beside(value: Any, primitive: Any, state: State) -> list[Fault] | None:
    if type(value) is dict and "id" in value and len(value) == 1 and primitive is not None:
        return check_object({**value, "extension": _SOME}, shape("Element"), state)
    return check_object(value, shape("Element"), state)


_SOME = [{"url": "urn:any", "valueBoolean": True}]
"""An extension that stands for the value which makes an element with an id not empty (ele-1)."""


def _beside_many(key: str) -> Check:
    def check(values: Any, holder: dict[str, Any], state: State) -> list[Fault] | None:
        if type(values) is not list or not values:
            return [_no_array(values, 1)]
        if all(value is None for value in values):
            return [("", "structure", "must have something beside null")]
        found: list[Fault] = []
        for index, value in enumerate(values):
            primitive = _at(holder.get(key), index)
            if value is not None:
                add(found, f"[{index}]", _check_beside(value, primitive, state) or ())
            elif primitive is None:
                found.append((f"[{index}]", "structure", "has neither a value nor an extension"))
        return found or None

    return check
