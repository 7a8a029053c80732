"""A resource as index rows: what `ehr.records.write` puts into the index tables.

A type's plan is made at the first resource of that type: which parameters can have a value below
which JSON property, with their compiled paths. Of a resource only the properties that it has are
looked at, so an Observation costs some tens of microseconds (docs/decisions/search-plans.md).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ehr.fhir.path import Node, compile_path
from ehr.fhir.resource import Resource
from ehr.search import custom, full_text
from ehr.search.hashing import installed
from ehr.search.kind import KINDS
from ehr.search.numbers import NO_PATIENT
from ehr.search.parameter import Parameter, Place
from ehr.search.registry import derived, parameters
from ehr.search.rows import IndexRows, Rows, StringRow
from ehr.search.shape import alternatives, shape

__all__ = ["IndexRows", "extract", "extract_beside"]

_DECEASED = frozenset(
    {"deceasedBoolean", "deceasedDateTime", "_deceasedBoolean", "_deceasedDateTime"}
)
_NOT_INDEXED = {"none", "id", "lu", "text"}


@dataclass(frozen=True, slots=True)
class _Step:
    """One parameter of a type and how its values are found."""

    parameter: Parameter
    look: Callable[[Resource], list[Node]]
    index: Callable[[Parameter, list[Node], Rows], None]
    is_one_of: bool
    """Whether several properties lead to it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    by_property: dict[str, tuple[_Step, ...]]
    always: tuple[_Step, ...]
    names_patient: bool
    """Whether the type has a main patient parameter, whose lack is marked."""
    canonical: Parameter | None
    """The URL of a definition, which is asked for with its version too."""


def extract(resource: Resource) -> IndexRows:
    """The index rows of a valid resource; values that cannot be compared are left out."""
    return _rows_of(resource, _plan(resource["resourceType"]))


async def extract_beside(resource: Resource) -> IndexRows:
    """The same in a thread, while the loop goes on: for a resource of very many values.

    The plan is made here: what is derived of the parameters is forgotten in the loop alone.
    """
    return await asyncio.to_thread(_rows_of, resource, _plan(resource["resourceType"]))


def _rows_of(resource: Resource, plan: _Plan) -> IndexRows:
    rows = Rows()
    own = installed().hasher.own(f"{resource['resourceType']}/{resource.get('id', '')}")
    done: set[int] = set()
    for name in resource:
        for step in plan.by_property.get(name, ()):
            if step.is_one_of:
                if step.parameter.number in done:
                    continue
                done.add(step.parameter.number)
            nodes = step.look(resource)
            if nodes:
                step.index(step.parameter, nodes, rows)
    for step in plan.always:
        nodes = step.look(resource)
        if nodes:
            step.index(step.parameter, nodes, rows)
    if plan.canonical is not None and "version" in resource and "url" in resource:
        versioned = f"{resource['url']}|{resource['version']}"
        rows.tok.add(installed().hasher.token(plan.canonical.number, None, versioned))
    full_text.index(resource, rows)
    if plan.names_patient and not rows.subjects:
        rows.tok.add(installed().hasher.token(NO_PATIENT, None, None))
    return IndexRows(
        dlo=rows.dlo,
        dhi=rows.dhi,
        code=rows.code,
        enc=own if resource["resourceType"] == "Encounter" else rows.enc,
        tok=sorted(rows.tok),
        keys=sorted(rows.keys),
        strings=_without_twice(rows.strings),
        dates=_tied(rows.dates),
        quantities=_tied(rows.quantities),
        words=full_text.lexemes(rows),
        phrases=sorted(rows.phrases.items()),
        subjects=sorted(rows.subjects),
        own=own,
    )


def _without_twice(strings: set[StringRow]) -> set[StringRow]:
    """A word that is also a whole value has one row."""
    if len(strings) < 2:
        return strings
    whole = {(number, text) for number, exact, text in strings if exact is not None}
    return {row for row in strings if row[1] is not None or (row[0], row[2]) not in whole}


def _tied(found: set[Any]) -> set[Any]:
    """Rows (param, comp, …): a value that a composite ties to a sibling has no row without."""
    if not found:
        return found
    tied = {(row[0], *row[2:]) for row in found if row[1] is not None}
    if not tied:
        return found
    return {row for row in found if row[1] is not None or (row[0], *row[2:]) not in tied}


@derived
def _plan(resource_type: str) -> _Plan:
    by_property: dict[str, list[_Step]] = {}
    always = []
    for one in _indexed(parameters(resource_type).values()):
        names = _properties(one)
        step = _Step(one, _getter(one), KINDS[one.kind].index, len(names) > 1)
        if not names:
            always.append(step)
        for name in names:
            by_property.setdefault(name, []).append(step)
    return _Plan(
        {name: tuple(steps) for name, steps in by_property.items()},
        tuple(always),
        any(one.storage == "pat" for one in parameters(resource_type).values()),
        parameters(resource_type).get("url") if "version" in parameters(resource_type) else None,
    )


def _indexed(found: Iterable[Parameter]) -> Iterator[Parameter]:
    """Those that hold rows of their own; of two composites over one place the first."""
    places: set[Place] = set()
    for one in found:
        if one.kind == "composite":
            tied = [place for place in one.places if not place.single and place not in places]
            places.update(tied)
            if tied:
                yield replace(one, places=tuple(tied))
        elif one.storage not in _NOT_INDEXED and not one.parts:
            yield one


def _getter(parameter: Parameter) -> Callable[[Resource], list[Node]]:
    if custom.is_custom(parameter):
        return custom.getter(parameter)
    if parameter.kind == "composite":
        return lambda resource: [(resource, parameter.resource_type)]
    expression = parameter.expression or ""
    if expression == "Patient.deceased.exists() and Patient.deceased != false":
        return _deceased
    return compile_path(expression, parameter.resource_type)


def _deceased(patient: Resource) -> list[Node]:
    """What `Patient-deceased` says, without an evaluation for every resident who is alive."""
    return [(patient.get("deceasedBoolean") is not False and _says_deceased(patient), "boolean")]


def _says_deceased(patient: Resource) -> bool:
    """With a date, or with an extension in its place: a date that is not known is of a death."""
    return not _DECEASED.isdisjoint(patient)


def _properties(parameter: Parameter) -> frozenset[str]:
    """JSON properties below which values can lie; none when that is not known."""
    expression = " | ".join(place.path for place in parameter.places) or parameter.expression
    found = alternatives(expression or "", parameter.resource_type)
    shapes = [shape(one, parameter.resource_type) for one in found]
    names = frozenset[str]().union(*(one.properties for one in shapes))
    return names if shapes and all(one.properties for one in shapes) else frozenset()
