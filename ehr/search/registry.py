"""The search parameters of each type: R4's own definitions, with a number and a place each.

http://hl7.org/fhir/R4/searchparameter-registry.html. A type's parameters are made when they are
first asked for. Those that clients define are added by `install`: the registry is one immutable
value, swapped whole, so that a look-up costs what a look-up in a dict does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import ParamSpec, TypeVar

from ehr.errors import InvalidQuery
from ehr.fhir.definitions import (
    SearchParameterDefinition,
    is_resource_type,
    search_parameter_definitions,
)
from ehr.search.components import composed
from ehr.search.main_columns import ENCOUNTER, MAIN_CODE, MAIN_DATE, PATIENT
from ehr.search.numbers import OWN, numbers
from ehr.search.parameter import Kind, Parameter, Storage
from ehr.search.patients import leading
from ehr.search.shape import Shape, alternatives, shape

_COMMON = ("Resource", "DomainResource")
_COMMON_STORAGE: Mapping[str, Storage] = {
    "_id": "id",
    "_lastUpdated": "lu",
    "_source": "key",
    "_text": "text",
    "_content": "text",
    "_profile": "tok",
    "_security": "tok",
    "_tag": "tok",
}
_COMMON_TYPES: Mapping[str, frozenset[str]] = {
    "_source": frozenset({"uri"}),
    "_profile": frozenset({"canonical"}),
    "_security": frozenset({"Coding"}),
    "_tag": frozenset({"Coding"}),
}
_SIDE_TABLE: Mapping[Kind, Storage] = {
    "string": "string",
    "date": "dates",
    "quantity": "quantity",
    "number": "quantity",
    "uri": "tok",
    "reference": "reference",
}
_NEARLY_UNIQUE = frozenset({"Identifier", "ContactPoint", "string", "id", "uri"})
"""Token types of high cardinality: inside the GIN they would stall writers."""


Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_installed: tuple[Parameter, ...] = ()
_with_custom: Mapping[str, Mapping[str, Parameter]] = {}
"""The types for which clients have defined parameters, with all that these types have."""
_derived: list[Callable[[], None]] = []


def parameters(resource_type: str) -> Mapping[str, Parameter]:
    """Code → parameter, the common ones (`_id` …) included; raises InvalidQuery for no type."""
    return _with_custom.get(resource_type) or official(resource_type)


def install(custom: tuple[Parameter, ...]) -> None:
    """Make these the parameters that clients have defined; what was derived is forgotten."""
    global _installed, _with_custom
    if custom == _installed:
        return
    merged = {one.resource_type: dict(official(one.resource_type)) for one in custom}
    for one in custom:
        merged[one.resource_type].setdefault(one.code, one)
    _installed, _with_custom = custom, {k: MappingProxyType(of) for k, of in merged.items()}
    forget()


def forget() -> None:
    """Have what was derived made anew by whoever asks next."""
    for clear in _derived:
        clear()


def derived(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """`make`, each of whose results is kept until the registry is another."""
    kept = cache(make)
    _derived.append(kept.cache_clear)
    return kept  # type: ignore[return-value] # a cache takes any hashable


EVERY_TYPE = "Resource"
"""In the place of a type: the parameter is the same in every type."""


@cache
def of_every_type() -> frozenset[str]:
    """The codes of the parameters that every resource has and this server can search by."""
    found = {one.code for one in _definitions()[EVERY_TYPE]}
    return frozenset(code for code in found if _COMMON_STORAGE.get(code, "none") != "none")


@cache
def official(resource_type: str) -> Mapping[str, Parameter]:
    """The parameters of this release: R4's and our own; raises InvalidQuery for no type."""
    if not is_resource_type(resource_type):
        raise InvalidQuery(f"{resource_type} is not a resource type of FHIR R4.")
    found = [_common(one, resource_type) for kind in _COMMON for one in _definitions()[kind]]
    found += [_own(one, resource_type) for one in _definitions().get(resource_type, ())]
    found += [_tail(resource_type, code) for code in OWN.get(resource_type, ())]
    parted = _with_parts({one.code: one for one in found}, resource_type)
    return MappingProxyType(_with_places(parted, resource_type))


@cache
def _definitions() -> Mapping[str, tuple[SearchParameterDefinition, ...]]:
    """Type → its definitions, by code."""
    by_type: dict[str, list[SearchParameterDefinition]] = {}
    for one in search_parameter_definitions():
        for kind in one.base:
            by_type.setdefault(kind, []).append(one)
    return {kind: tuple(sorted(of, key=lambda one: one.code)) for kind, of in by_type.items()}


def _common(definition: SearchParameterDefinition, resource_type: str) -> Parameter:
    return Parameter(
        code=definition.code,
        kind=_kind(definition),
        resource_type=resource_type,
        number=numbers()[definition.base[0]][definition.code],
        storage=_COMMON_STORAGE.get(definition.code, "none"),
        expression=definition.expression,
        types=_COMMON_TYPES.get(definition.code, frozenset()),
        definition=definition.url,
        required=definition.code in {"_id", "_lastUpdated"},
    )


def _own(definition: SearchParameterDefinition, resource_type: str) -> Parameter:
    found = alternatives(definition.expression or "", resource_type)
    shapes = [shape(one, resource_type) for one in found]
    return Parameter(
        code=definition.code,
        kind=_kind(definition),
        resource_type=resource_type,
        number=numbers()[resource_type][definition.code],
        storage=_storage(definition, resource_type, shapes),
        expression=" | ".join(found) or None,
        types=frozenset[str]().union(*(one.types for one in shapes)) or _computed(definition),
        targets=_targets(definition, shapes),
        definition=definition.url,
        value_sets=frozenset().union(*(one.value_sets for one in shapes)),
        required=len(shapes) == 1 and shapes[0].required,
    )


def _computed(definition: SearchParameterDefinition) -> frozenset[str]:
    """The type of what an expression computes: of R4's one such, whether a patient is dead."""
    is_test = " and " in (definition.expression or "") and definition.type == "token"
    return frozenset({"boolean"}) if is_test else frozenset()


def _tail(resource_type: str, code: str) -> Parameter:
    """A parameter of our own: the last four digits of what `code` names."""
    return Parameter(
        code=code,
        kind="token",
        resource_type=resource_type,
        number=numbers()[resource_type][code],
        storage="key",
        expression=_TAIL_OF[code],
        types=frozenset({"Tail"}),
    )


_TAIL_OF = {
    "identifier-tail": "Patient.identifier",
    "phone-tail": "Patient.telecom.where(system = 'phone')",
}


def _kind(definition: SearchParameterDefinition) -> Kind:
    return definition.type  # type: ignore[return-value] # one of the nine of search-param-type


def _targets(definition: SearchParameterDefinition, shapes: Iterable[Shape]) -> tuple[str, ...]:
    """The types it may lead to: those of the definition, narrowed by `resolve() is X`."""
    reachable = frozenset[str]().union(*(one.targets for one in shapes))
    return tuple(sorted(reachable & {*definition.target} or definition.target))


def _storage(
    definition: SearchParameterDefinition, resource_type: str, shapes: list[Shape]
) -> Storage:
    if not shapes or definition.type in ("composite", "special"):
        return "quantity" if definition.code == "near" else "none"
    if definition.type == "token":
        return _token_storage(definition.code, resource_type, shapes)
    single = len(shapes) == 1 and shapes[0].single
    if definition.type == "date" and single:
        is_main = definition.code == MAIN_DATE.get(resource_type, "date")
        return "date" if is_main else "dates"
    if definition.type == "reference" and single:
        leads = _targets(definition, shapes)
        if "Patient" in leads and shapes[0].path == _patient_path(resource_type):
            return "pat"
        if definition.code in ENCOUNTER and "Encounter" in definition.target:
            return "enc"
    return _SIDE_TABLE[_kind(definition)]


def _token_storage(code: str, resource_type: str, shapes: list[Shape]) -> Storage:
    types = frozenset[str]().union(*(one.types for one in shapes))
    if types & _NEARLY_UNIQUE:
        return "key"
    is_main = code == MAIN_CODE.get(resource_type, "code") and types == {"CodeableConcept"}
    return "code" if is_main else "tok"


@cache
def _patient_path(resource_type: str) -> str | None:
    """The element that names the patient, if it is one."""
    if not leading(resource_type):
        return None
    by_code = {one.code: one for one in _definitions().get(resource_type, ())}
    for code in PATIENT:
        if code in by_code:
            found = alternatives(by_code[code].expression or "", resource_type)
            shapes = [shape(one, resource_type) for one in found]
            return shapes[0].path if len(shapes) == 1 and shapes[0].single else None
    return None


def _with_parts(found: dict[str, Parameter], resource_type: str) -> dict[str, Parameter]:
    """A parameter that is the union of others, or equal to one, holds no rows of its own."""
    looks = {
        code: frozenset(alternatives(one.expression or "", resource_type))
        for code, one in found.items()
        if one.storage in _SHARED_ROWS and "Tail" not in one.types
    }
    return {code: _with_its_parts(one, found, looks) for code, one in found.items()}


def _with_places(found: dict[str, Parameter], resource_type: str) -> dict[str, Parameter]:
    ties = {one.code: one.component for one in _definitions().get(resource_type, ())}
    return {
        code: composed(one, ties.get(code, ()), found) if one.kind == "composite" else one
        for code, one in found.items()
    }


_SHARED_ROWS = frozenset({"code", "tok", "key", "reference", "string", "dates", "quantity"})


def _with_its_parts(
    one: Parameter, found: Mapping[str, Parameter], looks: Mapping[str, frozenset[str]]
) -> Parameter:
    own = looks.get(one.code)
    if not own or one.storage == "code":
        return one
    inside = [
        other
        for code, other in found.items()
        if code in looks
        and other.kind == one.kind
        and (looks[code] < own or (looks[code] == own and code < one.code))
    ]
    maximal = [p for p in inside if not any(looks[p.code] < looks[q.code] for q in inside)]
    distinct = {looks[p.code]: p for p in reversed(maximal)}
    covered = frozenset[str]().union(*distinct)
    return replace(one, parts=tuple(distinct.values())) if covered == own else one
