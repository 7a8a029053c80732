"""Where a chain leads: the types of a reference, and the condition on each that can be asked so."""

from collections.abc import Callable

from ehr.errors import EhrError, InvalidQuery, NotSupported, TooCostly
from ehr.fhir.definitions import resource_types
from ehr.search.filters import parameter_of
from ehr.search.parameter import Parameter
from ehr.search.query import MAX_LINKS, Condition, UnknownParameter

Targets = tuple[tuple[str, Condition], ...]


def further(links: int) -> int:
    """One reference more; raises TooCostly for more than are followed."""
    if links >= MAX_LINKS:
        raise TooCostly(f"A criterion follows at most {MAX_LINKS} references.")
    return links + 1


def reference_of(resource_type: str, code: str) -> Parameter:
    """The reference that a chain begins with; raises as `parameter_of`, and InvalidQuery."""
    parameter = parameter_of(resource_type, code)
    if parameter.kind != "reference":
        raise InvalidQuery(f"{code[:64]} is no reference, so nothing can follow its dot.")
    return parameter


def targets_of(parameter: Parameter) -> tuple[str, ...]:
    """The types that a reference may lead to."""
    anything = not parameter.targets or "Resource" in parameter.targets
    return resource_types() if anything else parameter.targets


def of_each(types: tuple[str, ...], asked: str, condition: Callable[[str], Condition]) -> Targets:
    """The condition on every type that can be asked so; raises what the last one said if none."""
    found: list[tuple[str, Condition]] = []
    refusal: EhrError | None = None
    for one in types:
        try:
            found.append((one, condition(one)))
        except UnknownParameter as error:
            refusal = refusal or error
        except (InvalidQuery, NotSupported) as error:
            refusal = error if isinstance(refusal, UnknownParameter | None) else refusal
    if not found:
        raise refusal or UnknownParameter(f"{asked[:64]!r} is asked of no type.")
    return tuple(found)
