"""The operators of `_filter`: which of them fits which kind, and the criterion that a test is.

http://hl7.org/fhir/R4/search_filter.html#ops, with the table of kinds below it. What the index
cannot tell is refused and not guessed: `co` of a number asks for a precision that is not kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from ehr.errors import EhrError, InvalidQuery
from ehr.search.filter_syntax import Comparison, refused
from ehr.search.filters import value_of
from ehr.search.kind import kind_of
from ehr.search.parameter import Kind, Parameter
from ehr.search.query import Combined, Condition, Filter
from ehr.search.values import DateValue, Missing, Prefix, Relation

_PREFIXES = get_args(Prefix)
_RELATIONS: Mapping[str, Relation] = {"co": "co", "po": "po"}
_ORDER = ("gt", "lt", "ge", "le")
_PARTS = ("co", "sw", "ew")
_OF_CODES: Mapping[str, str] = {"ss": "below", "sb": "above", "in": "in", "ni": "not-in"}
"""Operator → the modifier of a token that asks for the same."""

FITTING: Mapping[Kind, tuple[str, ...]] = {
    "string": ("eq", "ne", *_PARTS, *_ORDER, "pr"),
    "number": (*_PREFIXES, "pr"),
    "quantity": (*_PREFIXES, "pr"),
    "date": (*_PREFIXES, *_RELATIONS, "pr"),
    "token": ("eq", "ne", *_OF_CODES, "pr"),
    "reference": ("re", "pr"),
    "uri": ("eq", "ne", *_PARTS, "pr"),
    "composite": ("eq",),
    "special": ("eq", "pr"),
}
OPERATORS = frozenset(one for several in FITTING.values() for one in several)

_COMPARED: Mapping[tuple[Kind, str], str] = {
    ("string", "co"): "contains",
    **{("string", one): one for one in ("eq", "ne", "sw", "ew", *_ORDER)},
    **{("uri", one): one for one in ("ne", *_PARTS)},
}
"""The modifier of a text that compares so; others take the value as any parameter does."""
_NAMESPACES = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ucum": "http://unitsofmeasure.org",
}
"""Names that stand for a namespace in a filter."""


def fitting(parameter: Parameter) -> tuple[str, ...]:
    """The operators that fit a parameter."""
    if parameter.storage == "text":
        return ("co",)
    if parameter.storage == "id":
        return ("eq", "ne", "pr")
    modifiers = kind_of(parameter).modifiers(parameter)
    return tuple(
        one
        for one in FITTING[parameter.kind]
        if _OF_CODES.get(one) in (None, *modifiers) and (one != "pr" or parameter.can_be_missing)
    )


def criterion_of(parameter: Parameter, asked: Comparison) -> Condition:
    """The criterion of a test; raises as `filter_of`, with the place in the filter."""
    known = fitting(parameter)
    if asked.operator not in known:
        has = f"it has {', '.join(known)}"
        what = "does not fit" if asked.operator in OPERATORS else "is no operator that fits"
        text = f"{asked.operator[:20]} {what} {parameter.code}, a {parameter.kind}; {has}."
        refused(asked.at, text, code="not-supported")
    try:
        return _criterion(parameter, asked)
    except EhrError as error:
        refused(asked.value_at, str(error), type(error), error.issues[0].code)


def _criterion(parameter: Parameter, asked: Comparison) -> Condition:
    operator, text = asked.operator, asked.value
    if operator == "pr":
        return _present(parameter, text)
    if parameter.storage == "text":
        return _with(parameter, None, text, text)
    if parameter.kind == "date":
        return _dated(parameter, operator, text)
    if parameter.kind == "token":
        return _coded(parameter, operator, text)
    if parameter.kind in ("number", "quantity"):
        return _with(parameter, None, f"{operator}{_spelled(text, 1)}", text)
    return _with(parameter, _COMPARED.get((parameter.kind, operator)), text, text)


def _with(parameter: Parameter, modifier: str | None, text: str, asked: str) -> Filter:
    return Filter(parameter, modifier, (value_of(parameter, modifier, text),), asked)


def _present(parameter: Parameter, text: str) -> Filter:
    if text not in ("true", "false"):
        raise InvalidQuery("the value of pr is true or false.")
    return Filter(parameter, "missing", (Missing(text == "false"),), text)


def _dated(parameter: Parameter, operator: str, text: str) -> Filter:
    relation = _RELATIONS.get(operator)
    if relation is None:
        return _with(parameter, None, f"{operator}{text}", text)
    value = value_of(parameter, None, f"eq{text}")
    assert isinstance(value, DateValue)  # noqa: S101 - what a date's `parse` gives
    return Filter(parameter, None, (replace(value, prefix=relation),), text)


def _coded(parameter: Parameter, operator: str, text: str) -> Condition:
    """`ne`: it has a code, and none that is equal; `not` alone would also find what has none."""
    spelled = _spelled(text, 0)
    if operator in _OF_CODES:
        return _with(parameter, _OF_CODES[operator], spelled, text)
    if operator == "eq":
        return _with(parameter, None, spelled, text)
    others = _with(parameter, "not", spelled, text)
    if parameter.storage == "id":
        return others
    return Combined("and", (Filter(parameter, "missing", (Missing(False),), "false"), others))


def _spelled(text: str, place: int) -> str:
    """A token or quantity whose namespace may be one of the short names, at `place` among bars."""
    parts = text.split("|")
    if len(parts) > place + 1 and parts[place] in _NAMESPACES:
        parts[place] = _NAMESPACES[parts[place]]
    return "|".join(parts)
