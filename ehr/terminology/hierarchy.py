"""Up and down in a CodeSystem resource (http://hl7.org/fhir/R4/codesystem.html#hierarchy).

A concept lies below those it is nested in, and below those that a `parent` or `subsumedBy` property
of it names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_PARENTS = frozenset({"parent", "subsumedBy"})


def below(code_system: Mapping[str, Any], code: str) -> frozenset[str] | None:
    """`code` and all codes below it; None when the system has no such code."""
    parents = _parents(code_system)
    children: dict[str, set[str]] = {}
    for one, above_it in parents.items():
        for parent in above_it:
            children.setdefault(parent, set()).add(one)
    return _reached(code, children) if code in parents else None


def above(code_system: Mapping[str, Any], code: str) -> frozenset[str] | None:
    """`code` and all codes above it; None when the system has no such code."""
    parents = _parents(code_system)
    return _reached(code, parents) if code in parents else None


def _parents(code_system: Mapping[str, Any]) -> dict[str, set[str]]:
    """Code → the codes right above it."""
    found: dict[str, set[str]] = {}
    pending: list[tuple[Mapping[str, Any], set[str]]]
    pending = [(concept, set()) for concept in code_system.get("concept", ())]
    while pending:
        concept, parents = pending.pop()
        code = concept["code"]
        found.setdefault(code, set()).update(_named(concept), parents)
        pending += [(child, {code}) for child in concept.get("concept", ())]
    return found


def _named(concept: Mapping[str, Any]) -> Iterable[str]:
    for one in concept.get("property", ()):
        if one.get("code") in _PARENTS:
            yield from (str(value) for key, value in one.items() if key.startswith("value"))


def _reached(start: str, steps: Mapping[str, Iterable[str]]) -> frozenset[str]:
    found, pending = {start}, [start]
    while pending:
        new = set(steps.get(pending.pop(), ())) - found
        found |= new
        pending += new
    return frozenset(found)
