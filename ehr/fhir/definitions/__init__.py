"""R4 (4.0.1) as the specification defines it: types, search parameters, codes, compartments.

The JSON files beside this one are made by `generate.py` and committed; each is read when it is
first asked for, and a type's structure or a value set's codes are decoded one by one, so that a
process holds what it uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_FOLDER = Path(__file__).parent


class Element(msgspec.Struct, frozen=True, gc=False):
    """One element of a type; `structures.py` tells what each field means."""

    types: tuple[str, ...]
    min: int = 0
    many: bool = False
    choice: bool = False
    targets: tuple[str, ...] = ()
    codes: str | None = None
    within: str | None = None
    same: str | None = None
    summary: bool = False
    rules: tuple[tuple[str, str, str], ...] = ()

    def names(self, name: str) -> dict[str, str]:
        """JSON property → type: one, or for a choice such as `value` one for each type."""
        if not self.choice:
            return {name: self.types[0]}
        return {name + capital(fhir_type(kind)): kind for kind in self.types}


class Part(msgspec.Struct, frozen=True):
    """One kind of object: its elements by name (`value` for `value[x]`) and its invariants."""

    elements: dict[str, Element]
    rules: tuple[tuple[str, str, str], ...] = ()
    within: str | None = None
    """The value set that the unit of an Age, Duration or Distance must come from."""


class Structure(msgspec.Struct, frozen=True):
    """A type: `kind` is resource, complex-type, primitive-type or abstract."""

    kind: str
    base: str
    parts: dict[str, Part] = {}
    """By path below the type: `""` its own, `contact` that of `Patient.contact`."""


class Component(msgspec.Struct, frozen=True):
    """One component of a composite parameter: the definition's URL, and where it looks."""

    definition: str
    expression: str


class SearchParameterDefinition(msgspec.Struct, frozen=True):
    """A SearchParameter of the specification."""

    url: str
    code: str
    type: str
    base: tuple[str, ...]
    expression: str | None = None
    """None for the four that are no expression: _text, _content, _query, _filter."""
    target: tuple[str, ...] = ()
    component: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An OperationDefinition of the specification: `$code` and where it may be called."""

    url: str
    code: str
    resource: tuple[str, ...]
    system: bool
    type: bool
    instance: bool
    affects_state: bool
    parameter: tuple[dict[str, Any], ...]


def capital(name: str) -> str:
    """`name` with its first letter capital, as choices are spelled: `valueString`."""
    return name[0].upper() + name[1:]


def fhir_type(name: str) -> str:
    """The type in FHIRPath and JSON names: a profile on Quantity is `Quantity`."""
    return "Quantity" if name in {"SimpleQuantity", "MoneyQuantity"} else name


@cache
def _raw(file: str) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode((_FOLDER / file).read_bytes(), type=dict[str, msgspec.Raw])


@cache
def type_numbers() -> dict[str, int]:
    """Resource type → the smallint it has in the database, for ever."""
    return msgspec.json.decode((_FOLDER / "resource_types.json").read_bytes(), type=dict[str, int])


@cache
def resource_types() -> tuple[str, ...]:
    """The 146 concrete resource types, by name."""
    return tuple(sorted(type_numbers()))


def is_resource_type(name: str) -> bool:
    """Whether `name` is a concrete resource type of R4."""
    return name in type_numbers()


def type_number(name: str) -> int:
    """The number of a resource type; KeyError for what is none."""
    return type_numbers()[name]


@cache
def _names_by_number() -> dict[int, str]:
    return {number: name for name, number in type_numbers().items()}


def type_name(number: int) -> str:
    """The resource type with this number; KeyError for what is none."""
    return _names_by_number()[number]


def type_names() -> frozenset[str]:
    """Every type: resources, complex and primitive types, the abstract ones and profiles."""
    return frozenset(_raw("structures.json"))


def _structure(name: str) -> Structure:
    return msgspec.json.decode(_raw("structures.json")[name], type=Structure)


@cache
def structure(name: str) -> Structure:
    """The definition of a type; KeyError for what is none."""
    return _structure(name)


@cache
def codes(value_set: str) -> dict[str, frozenset[str]] | None:
    """System → codes of a value set some element is bound to; None for what has a grammar."""
    raw = _raw("codes.json")[value_set]
    return msgspec.json.decode(raw, type=dict[str, frozenset[str]] | None)


def profile_entries() -> Mapping[str, msgspec.Raw]:
    """URL → entry of every profile of the specification, as `ehr.fhir.profiles` reads them."""
    return _raw("profiles.json")


@cache
def search_parameter_definitions() -> tuple[SearchParameterDefinition, ...]:
    """Every SearchParameter of the specification, by its id."""
    raw = _raw("search_parameters.json").values()
    return tuple(msgspec.json.decode(one, type=SearchParameterDefinition) for one in raw)


@cache
def compartments() -> dict[str, dict[str, tuple[str, ...]]]:
    """Compartment (Patient …) → resource type → codes of the parameters that lead into it.

    The parameter `{def}` is the resource itself.
    """
    content = (_FOLDER / "compartments.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, dict[str, tuple[str, ...]]])


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation that the specification defines, by the id of its definition."""
    return tuple(_operation(msgspec.json.decode(raw)) for raw in _raw("operations.json").values())


def _operation(entry: dict[str, Any]) -> Operation:
    return Operation(
        url=entry["url"],
        code=entry["code"],
        resource=tuple(entry.get("resource", ())),
        system=entry["system"],
        type=entry["type"],
        instance=entry["instance"],
        affects_state=entry.get("affectsState", False),
        parameter=tuple(entry["parameter"]),
    )


_URI_TYPES = {"uri", "url", "canonical", "oid", "uuid"}


@cache
def uri_element_names() -> frozenset[str]:
    """JSON properties that hold a uri, url, canonical, oid or uuid in some type.

    `Identifier.value` is a string under a name that is never one of these.
    """
    found: set[str] = set()
    for name in type_names():  # read all types, and keep none of them for this
        for part in _structure(name).parts.values():
            for element_name, element in part.elements.items():
                spelled = element.names(element_name).items()
                found.update(json_name for json_name, kind in spelled if kind in _URI_TYPES)
    return frozenset(found)
