"""The types of an item, the profiles on them, and what a Reference may name.

A target is followed only into the contained resources: of others the type is known, not the
content (http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.targetProfile).
"""

from collections.abc import Iterable
from typing import Any

from ehr.fhir import definitions
from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.fhirpath.nodes import is_a
from ehr.fhir.fhirpath.resolving import target_type
from ehr.fhir.profiles.definition import Allowed
from ehr.fhir.profiles.state import State

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_PROFILES = frozenset({"SimpleQuantity", "MoneyQuantity"})


def core_type(canonical: str) -> str | None:
    """The type that a canonical URL of the specification names, None for a profile."""
    name = canonical.partition("|")[0].removeprefix(_CORE)
    if name == canonical or name in _PROFILES or name not in definitions.type_names():
        return None
    return name


def check_types(item: Item, place: str, allowed: tuple[Allowed, ...], state: State) -> None:
    """Tell of an item that no allowed type fits, with its profiles and targets."""
    kind = item[1]
    fitting = [one for one in allowed if is_a(kind, one.code)]
    if not fitting:
        wanted = _any_of(dict.fromkeys(one.code for one in allowed))
        state.tell(place, "structure", f"must be of type {wanted}, not {kind}")
        return
    if all(one.profiles for one in fitting):
        _check_profiles(item, place, [p for one in fitting for p in one.profiles], state)
    if kind == "Reference" and all(one.targets for one in fitting):
        _check_target(item, place, [t for one in fitting for t in one.targets], state)


def _check_profiles(item: Item, place: str, profiles: list[str], state: State) -> None:
    if len(profiles) == 1:
        require(item, place, profiles[0], state)
    elif all(conforms(item, one, state) is False for one in profiles):
        state.tell(place, "structure", f"keeps to none of the profiles {', '.join(profiles)}")


def require(item: Item, place: str, canonical: str, state: State) -> None:
    """Tell of all in which an item breaks a profile."""
    name = core_type(canonical)
    if name is not None:
        if not is_a(item[1], name):
            state.tell(place, "structure", f"must be of type {name}, not {item[1]}")
        return
    tree = state.trees.tree(canonical)
    if tree is None:
        state.unknown.add(canonical)
        return
    state.unknown.update(tree.unjudged)
    if not is_a(item[1], tree.type):
        state.tell(place, "structure", f"must be of type {tree.type}, not {item[1]}")
        return
    inside = state.entering(item, tree.url)
    if inside is not None:
        inside.visit(item, place, tree.root, inside)


def conforms(item: Item, canonical: str, state: State) -> bool | None:
    """Whether an item keeps to a profile, None when that is not known here."""
    if core_type(canonical) is None and state.trees.tree(canonical) is None:
        state.unknown.add(canonical)
        return None
    trial = state.trial()
    require(item, "", canonical, trial)
    return all(one.severity != "error" for one in trial.found)


def _check_target(item: Item, place: str, targets: list[str], state: State) -> None:
    name = target_type(item[0], state.root)
    if name is None:
        return
    if not any(_is_target(item, name, one, state) for one in targets):
        wanted = _any_of(dict.fromkeys(one.removeprefix(_CORE) for one in targets))
        state.tell(place, "value", f"must refer to {wanted}, not to this {name}")


def _is_target(item: Item, name: str, canonical: str, state: State) -> bool:
    wanted = core_type(canonical)
    if wanted is not None:
        return is_a(name, wanted)
    tree = state.trees.tree(canonical)
    if tree is None:
        state.unknown.add(canonical)
        return True
    inner = contained(item[0], state.root)
    if inner is None:
        return is_a(name, tree.type)
    return conforms((inner, name, None), canonical, state) is not False


def contained(reference: dict[str, Any], root: dict[str, Any]) -> dict[str, Any] | None:
    """The contained resource that a reference names."""
    text = reference.get("reference")
    if type(text) is not str or not text.startswith("#"):
        return None
    inner: list[dict[str, Any]] = root.get("contained", [])
    return next((one for one in inner if f"#{one.get('id')}" == text), None)


def _any_of(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
