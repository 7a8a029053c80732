"""A StructureDefinition of derivation `constraint`, without what is only said to people.

http://hl7.org/fhir/R4/elementdefinition.html. `Profile.elements` are those of the differential
(of the snapshot, where there is no other) that demand something.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from ehr.errors import Unprocessable
from ehr.fhir.json_fault import MAX_DEPTH

_SYSTEM_TYPES = "http://hl7.org/fhirpath/"
_SEVERITIES = ("error", "warning")


class Allowed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One type that an element may have."""

    code: str
    profiles: tuple[str, ...] = ()
    """Of which one must hold; none: any."""
    targets: tuple[str, ...] = ()
    """Types or profiles of what a Reference may name, by URL; none: any."""


class Slicing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the items of an element are told apart."""

    by: tuple[tuple[str, str], ...] = ()
    """(value, exists, pattern, type or profile; restricted FHIRPath)."""
    rules: str = "open"
    ordered: bool = False


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a profile demands of one element."""

    at: str
    """Path below the type, with slices: `component:Systolic.value`; empty for the type itself."""
    min: int = 0
    max: int | None = None
    types: tuple[Allowed, ...] = ()
    fixed: Any = None
    pattern: Any = None
    codes: str | None = None
    """Value set of a required binding."""
    length: int | None = None
    least: Any = None
    most: Any = None
    rules: tuple[tuple[str, str, str, str], ...] = ()
    """(key, error or warning, sentence, FHIRPath)."""
    slicing: Slicing | None = None


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One profile; `base` is what it is derived from."""

    url: str
    type: str
    base: str
    elements: tuple[Limits, ...] = ()
    version: str | None = None


def is_profile(resource: Mapping[str, Any]) -> bool:
    """Whether a StructureDefinition narrows a type, and is not retired."""
    return (
        resource.get("derivation") == "constraint"
        and resource.get("kind") in {"resource", "complex-type"}
        and resource.get("status") != "retired"
    )


def of_structure(resource: Mapping[str, Any]) -> Profile:
    """The profile in a StructureDefinition that the checker found sound.

    Raises Unprocessable for an element deeper than any resource may be.
    """
    part = "differential" if "differential" in resource else "snapshot"
    own = resource["url"] if part == "snapshot" else None
    placed = _placed(resource[part]["element"])
    found = [_limits(_bounded(at), element, own) for at, element in placed]
    return Profile(
        url=resource["url"],
        type=resource["type"],
        base=resource.get("baseDefinition", ""),
        elements=tuple(one for one in found if one != Limits(one.at) or _is_slice(one.at)),
        version=resource.get("version"),
    )


def _bounded(at: str) -> str:
    if at.count(".") + at.count("/") > MAX_DEPTH:
        raise Unprocessable(
            f"An element of a profile lies at most {MAX_DEPTH} deep.",
            expression="StructureDefinition.differential.element",
        )
    return at


def _is_slice(at: str) -> bool:
    return ":" in at.rpartition(".")[2]


def _placed(elements: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, element): by its id where that agrees with the path, else by what stands above."""
    slices: dict[str, str] = {}
    for element in elements:
        path = element["path"]
        slices = {at: name for at, name in slices.items() if path.startswith(f"{at}.")}
        if "sliceName" in element:
            slices[path] = element["sliceName"]
        yield _by_id(element) or _by_order(path, slices), element


def _by_id(element: Mapping[str, Any]) -> str | None:
    names, path = str(element.get("id", "")).split("."), element["path"].split(".")
    if len(names) != len(path) or not all(map(_agree, names, path)):
        return None
    return ".".join(name.replace("[x]", "", 1) for name in names[1:])


def _agree(name: str, step: str) -> bool:
    """Of `value[x]:valueQuantity` the path may say `value[x]` or `valueQuantity`."""
    element, _, part = name.partition(":")
    return step == element or (element.endswith("[x]") and step == part)


def _by_order(path: str, slices: Mapping[str, str]) -> str:
    names = path.split(".")
    placed = []
    for end in range(2, len(names) + 1):
        name = slices.get(".".join(names[:end]))
        placed.append(names[end - 1].replace("[x]", "") + (f":{name}" if name else ""))
    return ".".join(placed)


def _limits(at: str, element: Mapping[str, Any], own: str | None) -> Limits:
    binding = element.get("binding", {})
    is_required = binding.get("strength") == "required"
    most = element.get("max", "*")
    return Limits(
        at=at,
        min=element.get("min", 0),
        max=int(most) if most.isdecimal() and len(most) < 10 else None,
        types=tuple(_allowed(element)) if at else (),
        fixed=_chosen(element, "fixed"),
        pattern=_chosen(element, "pattern"),
        codes=binding.get("valueSet", "").partition("|")[0] or None if is_required else None,
        length=element.get("maxLength"),
        least=_chosen(element, "minValue"),
        most=_chosen(element, "maxValue"),
        rules=tuple(_rules(element, own)),
        slicing=_slicing(element),
    )


def _chosen(element: Mapping[str, Any], name: str) -> Any:
    """The value of a choice such as `fixed[x]`, None without one."""
    for key, value in element.items():
        if key.startswith(name) and key[len(name) : len(name) + 1].isupper():
            return value
    return None


def _allowed(element: Mapping[str, Any]) -> Iterator[Allowed]:
    for one in element.get("type", ()):
        if not one["code"].startswith(_SYSTEM_TYPES):
            profiles, targets = one.get("profile", ()), one.get("targetProfile", ())
            yield Allowed(one["code"], _bare(profiles), _bare(targets))


def _bare(canonicals: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(one) for one in canonicals)


def _rules(element: Mapping[str, Any], own: str | None) -> Iterator[tuple[str, str, str, str]]:
    for one in element.get("constraint", ()):
        inherited = own is not None and one.get("source") not in {None, own}
        if "expression" in one and one["severity"] in _SEVERITIES and not inherited:
            yield one["key"], one["severity"], one["human"], one["expression"]


def _slicing(element: Mapping[str, Any]) -> Slicing | None:
    found = element.get("slicing")
    if found is None:
        return None
    by = tuple((one["type"], one["path"]) for one in found.get("discriminator", ()))
    return Slicing(by, found["rules"], found.get("ordered", False))
