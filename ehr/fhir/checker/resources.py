"""Resources: the whole, those it contains, and those that stand in a Bundle or Parameters."""

from typing import Any

from ehr.fhir.checker.shapes import Asked, Fault, State, check_object, shape
from ehr.fhir.definitions import is_resource_type
from ehr.fhir.json_fault import kind as json_kind


def independent(
    value: Any, _holder: dict[str, Any] | None = None, outer: State | None = None
) -> list[Fault] | None:
    """The faults of a resource that stands by itself, also in an entry of a Bundle."""
    return _check(value, value, _contained_types(value), [] if outer is None else outer.asked)


def contained(value: Any, _holder: dict[str, Any], outer: State) -> list[Fault] | None:
    """The faults of a contained resource, which may refer to its container and siblings."""
    return _check(value, outer.root, outer.contained, outer.asked)


def check_with_invariants_to_ask(value: Any) -> tuple[list[Fault], list[Asked]]:
    """The faults of structure, and the invariants to ask when there are none."""
    asked: list[Asked] = []
    return _check(value, value, _contained_types(value), asked) or [], asked


def _check(value: Any, root: Any, types: dict[str, str], asked: list[Asked]) -> list[Fault] | None:
    if type(value) is not dict:
        return [("", "structure", f"must be an object, not {json_kind(value)}")]
    name = value.get("resourceType")
    if name is None:
        return [(".resourceType", "required", "is required in a resource")]
    if type(name) is not str or not is_resource_type(name):
        return [(".resourceType", "value", f"names no resource type of FHIR R4: {name!r:.80}")]
    return check_object(value, shape(name), State(value, root, types, asked))


def _contained_types(resource: Any) -> dict[str, str]:
    """Id → type of the resources that `resource` contains, sound or not."""
    found = resource.get("contained") if type(resource) is dict else None
    if type(found) is not list:
        return {}
    sound = (one for one in found if type(one) is dict and type(one.get("id")) is str)
    return {one["id"]: str(one.get("resourceType")) for one in sound}
