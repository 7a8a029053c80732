"""Composite parameters resolved: which elements they tie, and where their components are indexed.

http://hl7.org/fhir/R4/search.html#composite. `combo-code-value-quantity` ties the code and the
value of an Observation, and those of each of its components: two places. At each, a component is
the parameter that is indexed from exactly there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ehr.fhir.definitions import Component as Definition
from ehr.search.parameter import Component, Parameter, Place
from ehr.search.shape import UNKNOWN, alternatives, shape

_HASHED = frozenset({"token", "reference", "uri"})
_RANGED = frozenset({"number", "quantity", "date"})
_OF_RESOURCE = "%resource."
_EXCHANGED = frozenset({"http://hl7.org/fhir/SearchParameter/DocumentReference-relationship"})
"""R4 gives these the expressions of their two components the wrong way round; R5 corrects it."""


def composed(
    parameter: Parameter, components: tuple[Definition, ...], found: Mapping[str, Parameter]
) -> Parameter:
    """`parameter` with its places; as it was when a component is unknown or cannot be tied."""
    if parameter.definition in _EXCHANGED:
        first, last = components
        components = (
            Definition(first.definition, last.expression),
            Definition(last.definition, first.expression),
        )
    by_url = {one.definition: one for one in found.values()}
    if not components or any(one.definition not in by_url for one in components):
        return parameter
    paths = alternatives(parameter.expression or "", parameter.resource_type)
    places = tuple(_place(path, components, by_url, parameter) for path in paths)
    if not places or not all(map(_can_be_tied, places)):
        return parameter
    return replace(parameter, storage="composite", places=places)


def _place(
    path: str,
    components: Iterable[Definition],
    by_url: Mapping[str | None, Parameter],
    parameter: Parameter,
) -> Place:
    resource_type = parameter.resource_type
    single = path == resource_type or shape(path, resource_type).single
    return Place(
        path,
        tuple(_component(path, one, by_url[one.definition], parameter) for one in components),
        single,
    )


def _component(path: str, one: Definition, indexed: Parameter, parameter: Parameter) -> Component:
    if one.expression.startswith(_OF_RESOURCE):
        rest = one.expression.removeprefix(_OF_RESOURCE)
        return Component(indexed, f"{parameter.resource_type}.{rest}", of_resource=True)
    return Component(_from(path, indexed) or indexed, one.expression)


def _from(path: str, parameter: Parameter) -> Parameter | None:
    """`parameter`, or the part of it, whose values are all one step below `path`."""
    for one in (parameter, *parameter.parts):
        looks = alternatives(one.expression or "", one.resource_type)
        shapes = [shape(look, one.resource_type) for look in looks]
        if all(found is not UNKNOWN and found.path.rpartition(".")[0] == path for found in shapes):
            return one.parts[0] if len(one.parts) == 1 else one
    return None


def _can_be_tied(place: Place) -> bool:
    """One or two names, two numbers, or a name and a number of each element."""
    if place.single:
        return True
    kinds = [one.parameter.kind for one in place.components if not one.of_resource]
    return len(kinds) in (1, 2) and all(kind in _HASHED | _RANGED for kind in kinds)
