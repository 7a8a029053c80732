"""One parameter of a query string as a condition: a filter, a chain or `_has`.

http://hl7.org/fhir/R4/search.html#chaining and #has. `subject:Patient.name` follows a reference,
`_has:Observation:patient:code` a reference back; what follows is again any of the three.
"""

from ehr.errors import EhrError, InvalidQuery, NotSupported, TooCostly
from ehr.fhir.definitions import is_resource_type, resource_types
from ehr.search.filters import filter_of, parameter_of
from ehr.search.parameter import Parameter
from ehr.search.query import MAX_LINKS, Chained, Condition, Has, UnknownParameter
from ehr.search.registry import parameters

_HAS = "_has:"


def condition_of(resource_type: str, key: str, text: str, links: int = 0) -> Condition:
    """The condition `key=text` on a type, after `links` references.

    Raises as `filter_of`, and TooCostly for more references than are followed.
    """
    if key.startswith(_HAS) or key == "_has":
        return _has(resource_type, key, text, _further(links))
    first, dot, rest = key.partition(".")
    if not dot:
        return filter_of(resource_type, key, text)
    return _chained(resource_type, first, rest, text, _further(links))


def _further(links: int) -> int:
    if links >= MAX_LINKS:
        raise TooCostly(f"A criterion follows at most {MAX_LINKS} references.")
    return links + 1


def _chained(resource_type: str, first: str, rest: str, text: str, links: int) -> Chained:
    code, colon, named = first.partition(":")
    parameter = parameter_of(resource_type, code)
    if parameter.kind != "reference":
        raise InvalidQuery(f"{code[:64]} is no reference, so nothing can follow its dot.")
    if not rest:
        raise InvalidQuery(f"{first[:64]}. needs a search parameter after its dot.")
    types = (_named(parameter, named),) if colon else _targets(parameter)
    found = _of_each(types, rest, text, links)
    return Chained(parameter, found, f"{first}.{rest}", text)


def _named(parameter: Parameter, name: str) -> str:
    """The type after the colon; raises InvalidQuery when the reference cannot lead to it."""
    if name not in _targets(parameter):
        raise InvalidQuery(f"{parameter.code} does not lead to {name[:64]!r}.")
    return name


def _targets(parameter: Parameter) -> tuple[str, ...]:
    anything = not parameter.targets or "Resource" in parameter.targets
    return resource_types() if anything else parameter.targets


def _of_each(
    types: tuple[str, ...], rest: str, text: str, links: int
) -> tuple[tuple[str, Condition], ...]:
    """The condition on every type that can be asked so; raises what the last one said if none."""
    found: list[tuple[str, Condition]] = []
    refusal: EhrError | None = None
    for one in types:
        try:
            found.append((one, condition_of(one, rest, text, links)))
        except UnknownParameter as error:
            refusal = refusal or error
        except (InvalidQuery, NotSupported) as error:
            refusal = error if isinstance(refusal, UnknownParameter | None) else refusal
    if not found:
        raise refusal or UnknownParameter(f"{rest[:64]!r} is asked of no type.")
    return tuple(found)


def _has(resource_type: str, key: str, text: str, links: int) -> Has:
    _, *parts = key.split(":", 3)
    if len(parts) < 3 or not all(parts):
        raise InvalidQuery(f"{key[:64]!r} is not _has:Type:reference:parameter.")
    source, code, rest = parts
    if not is_resource_type(source):
        raise InvalidQuery(f"_has: {source[:64]!r} is not a resource type of FHIR R4.")
    if code not in parameters(source):
        raise InvalidQuery(f"_has: {source} has no search parameter {code[:64]!r}.")
    parameter = parameter_of(source, code)
    if parameter.kind != "reference" or resource_type not in _targets(parameter):
        raise InvalidQuery(f"_has: {source}.{code} does not lead to {resource_type}.")
    return Has(source, parameter, condition_of(source, rest, text, links), key, text)
