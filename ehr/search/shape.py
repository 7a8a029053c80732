"""What an expression of a search parameter can meet, read off the definitions without data.

`Observation.subject.where(resolve() is Patient)` meets a single Reference below the JSON
property `subject`. From this the registry decides where values are indexed, and `extract` which
parameters a given resource can have at all. Only the forms that R4's own parameters use are
understood; of others nothing is assumed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ehr.fhir.definitions import Element, capital, fhir_type, structure
from ehr.fhir.fhirpath.nodes import is_a

_CAST = re.compile(r"\((?P<path>[\w.]+) as (?P<type>\w+)\)(?P<rest>.*)", re.DOTALL)
_CALL = re.compile(r"(as|ofType|where)\((.*)\)", re.DOTALL)
_RESOLVED = re.compile(r"resolve\(\) is (\w+)")
_ROOTS = ("Resource", "DomainResource")


@dataclass(frozen=True, slots=True)
class Shape:
    """The possible types of the values, and the way to them."""

    types: frozenset[str]
    """FHIR types of the values; empty when not known."""
    single: bool
    """Whether a resource has at most one."""
    properties: frozenset[str]
    """JSON properties of the resource below which values lie; empty when not known."""
    path: str
    """The path without casts and conditions: `Observation.subject`."""
    targets: frozenset[str] = frozenset()
    """Types that a Reference may name; empty: any."""
    value_sets: frozenset[str] = frozenset()
    required: bool = False


UNKNOWN = Shape(frozenset(), False, frozenset(), "")


@lru_cache(maxsize=4096)
def alternatives(expression: str, resource_type: str) -> tuple[str, ...]:
    """The parts of a union that are about `resource_type`, in their order.

    One definition (InsurancePlan-name) leaves the type out.
    """
    roots = {resource_type, *_ROOTS}
    parts = [part.strip() for part in _split(expression, "|")]
    parts = [
        f"{resource_type}.{part}" if part.isalpha() and part.islower() else part for part in parts
    ]
    return tuple(
        part for part in parts if re.split(r"\W", part.lstrip("("), maxsplit=1)[0] in roots
    )


@lru_cache(maxsize=4096)
def shape(alternative: str, resource_type: str) -> Shape:
    """What one alternative can meet in a resource of `resource_type`."""
    steps = _steps(alternative)
    if steps is None or len(steps) < 2:
        return UNKNOWN
    return _follow(resource_type, steps[1:])


def _split(text: str, sign: str) -> list[str]:
    """`text` at each `sign` outside parentheses."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _steps(alternative: str) -> list[tuple[str, str]] | None:
    """(name, "") an element, (as, type) and (where, condition) a call; None: not understood."""
    cast = _CAST.fullmatch(alternative)
    if cast:
        alternative = f"{cast['path']}.as({cast['type']}){cast['rest']}"
    steps = []
    for part in _split(alternative, "."):
        call = _CALL.fullmatch(part)
        if call:
            steps.append(("where" if call[1] == "where" else "as", call[2]))
        elif re.fullmatch(r"\w+", part):
            steps.append((part, ""))
        else:
            return None
    return steps


def _follow(resource_type: str, steps: list[tuple[str, str]]) -> Shape:
    owner, part = resource_type, ""
    single, required, names = True, True, [resource_type]
    properties: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    value_sets: frozenset[str] = frozenset()
    for name, argument in steps:
        if name == "as":
            # A canonical is a uri too, and an Age a Quantity.
            types = frozenset(kind for kind in types if is_a(kind, argument))
            types = types or frozenset({argument})
            owner, part, required = argument, "", False
            if len(names) == 2:
                spelled = frozenset(names[1] + capital(kind) for kind in types)
                properties = spelled & properties or properties
            continue
        if name == "where":
            required = False
            resolved = _RESOLVED.fullmatch(argument)
            targets = frozenset({resolved[1]}) if resolved else targets
            continue
        found = _element(owner, part, name)
        if found is None:
            return UNKNOWN
        single, required = single and not found.many, required and found.min > 0
        types = frozenset(map(fhir_type, found.types))
        targets = frozenset(found.targets)
        value_sets = frozenset({found.codes} if found.codes else ())
        names.append(name)
        properties = properties or frozenset(found.names(name))
        owner, part = (owner, found.same) if found.same is not None else (min(types), "")
    return Shape(types, single, properties, ".".join(names), targets, value_sets, required)


def _element(owner: str, part: str, name: str) -> Element | None:
    try:
        return structure(owner).parts[part].elements.get(name)
    except KeyError:
        return None
