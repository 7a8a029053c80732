"""The in-parameters of an operation, held to its OperationDefinition.

http://hl7.org/fhir/R4/operationdefinition.html: names, how often, and of what type. What fits none
is refused by its name, before anything is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ehr import clock
from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.dates import bounds
from ehr.fhir.definitions import is_resource_type, operations
from ehr.fhir.validate import require_valid
from fhir_api.call import Call
from fhir_api.operations.parameters import Given, Parameters, read

_TEXTS = frozenset({"string", "code", "uri", "canonical", "dateTime"})
"""Types whose values are texts; any of them may be sent for another, as clients do."""
_SENT_AS_TEXT = frozenset(
    {"text", "String", "Code", "Uri", "Url", "Canonical", "Id", "Oid", "Uuid", "Markdown"}
    | {"Date", "DateTime", "Instant"}
)
_NUMBERS = frozenset({"Integer", "PositiveInt", "UnsignedInt"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One in-parameter; without `type` it has parts."""

    type: str | None
    repeats: bool = False


@cache
def signature(definition: str) -> dict[str, Parameter]:
    """Name → in-parameter of an operation that the specification defines, by its url."""
    (found,) = (one for one in operations() if one.url == definition)
    return {
        one["name"]: Parameter(one.get("type"), one["max"] != "1")
        for one in found.parameter
        if one["use"] == "in"
    }


def given_to(
    call: Call,
    definition: str,
    *,
    more: Mapping[str, Parameter] | None = None,
    unsupported: frozenset[str] = frozenset(),
) -> Parameters:
    """The in-parameters of a call, each as it is defined.

    `more` are parameters beyond the definition; those `unsupported` are refused by their name, as
    are unknown ones. An empty value in the URL is as good as none. Raises NotSupported,
    InvalidQuery, Invalid.
    """
    known = {**signature(definition), **(more or {})}
    given = Parameters(
        tuple(
            _named(one, known) for one in read(call).given if (one.kind, one.value) != ("text", "")
        )
    )
    given.require_known(name for name in known if name not in unsupported)
    for name, parameter in known.items():
        found = [one for one in given.given if one.name == name]
        if len(found) > 1 and not parameter.repeats:
            raise InvalidQuery(f"The parameter {name} is given twice.")
        for one in found:
            _require_type(one, parameter)
    return given


def _named(one: Given, known: Mapping[str, Parameter]) -> Given:
    """A bare resource as body is the one parameter that is a resource."""
    if one.kind != "resource" or one.name != "resource" or "resource" in known:
        return one
    resources = [name for name, each in known.items() if is_resource_type(each.type or "")]
    return Given(resources[0], one.kind, one.value) if len(resources) == 1 else one


def _require_type(one: Given, parameter: Parameter) -> None:
    """Raises InvalidQuery for a value of another type, Invalid for one that is malformed."""
    if not _is_of_type(one, parameter.type):
        raise InvalidQuery(
            f"The parameter {one.name} is {_described(parameter.type)}.",
            expression=f"Parameters.parameter.where(name='{one.name}')",
        )
    if parameter.type in ("Coding", "CodeableConcept"):
        require_element(one.name, parameter.type, one.value)


def require_element(name: str, type: str, value: Any) -> None:
    """Raises Invalid for a Coding or CodeableConcept that is none."""
    part = {"name": name, f"value{type}": value}
    require_valid({"resourceType": "Parameters", "parameter": [part]})


def _is_of_type(one: Given, type: str | None) -> bool:
    if type is None:
        return one.kind == "part"
    if is_resource_type(type):
        return isinstance(one.value, dict) and one.value.get("resourceType") == type
    if type in _TEXTS:
        return (
            one.kind in _SENT_AS_TEXT
            and isinstance(one.value, str)
            and one.value.strip() != ""
            and (type != "dateTime" or _is_date(one.value))
        )
    if type == "boolean":
        return one.kind in ("text", "Boolean") and one.value in (
            ("true", "false") if one.kind == "text" else (True, False)
        )
    if type == "integer":
        return one.kind == "text" or one.kind in _NUMBERS
    return one.kind == type


def _is_date(text: str) -> bool:
    try:
        bounds(text)
    except ValueError:
        return False
    return True


def _described(type: str | None) -> str:
    if type is None:
        return "a list of parts"
    return f"a {type}" if type[0] not in "aeiou" else f"an {type}"


def require_now(given: Parameters) -> None:
    """Raises NotSupported for a `date` in the past: what was known then is not kept."""
    date = given.text("date")
    if date is not None and bounds(date)[1] <= bounds(str(clock.today()))[0]:
        raise NotSupported("Definitions are known as they are now: a date in the past is refused.")


def exclusive(given: Parameters, *names: str, at_id: bool = False) -> str | None:
    """The one of `names` that is given; raises InvalidQuery for two that say the same.

    With `at_id` the path says it already, and none of them may be given.
    """
    found = [name for name in names if given.all(name)]
    if len(found) > 1 or (found and at_id):
        named = " and ".join(["the id in the path", *found] if at_id else found)
        raise InvalidQuery(f"Only one of {named} can be given.")
    return found[0] if found else None
