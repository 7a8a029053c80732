"""Reference: the form of its text, and the types it may name (http://hl7.org/fhir/R4/references.html)."""

from typing import Any

from ehr.fhir.checker.primitives import quoted
from ehr.fhir.checker.shapes import Check, Fault, State, check_object, shape
from ehr.fhir.definitions import is_resource_type
from ehr.fhir.reference import parse_reference, type_named


def referring(targets: tuple[str, ...]) -> Check:
    """The check of a Reference that may name one of `targets` (none: any resource)."""
    of = shape("Reference")
    allowed = frozenset(targets)

    def check(value: Any, _holder: dict[str, Any], state: State) -> list[Fault] | None:
        faults = check_object(value, of, state)
        if faults is not None:
            return faults
        text = value.get("reference")
        name = None
        if text is not None:
            name, fault = _type_named(text, state)
            if fault is not None:
                return [(".reference", "value", fault)]
        said = value.get("type")
        if said is not None and name is not None and said != name and is_resource_type(said):
            return [(".type", "value", f"is {said}, but the reference names a {name}")]
        name = name or said
        if allowed and name is not None and name not in allowed and is_resource_type(name):
            return [("", "value", f"must refer to {_any_of(targets)}, not to {name}")]
        return None

    return check


def _type_named(text: str, state: State) -> tuple[str | None, str | None]:
    """(the type that a reference names, what is wrong with it); either may be None."""
    if text.startswith("#"):
        if text == "#":
            return state.root.get("resourceType"), None
        name = state.contained.get(text[1:])
        return name, None if name else f"names no contained resource: {quoted(text)} (ref-1)"
    name = type_named(text)
    if name is None and parse_reference(text).kind == "other":
        return None, (
            f"must be Type/id, an absolute URL, urn:uuid:…, urn:oid:… or #id, which "
            f"{quoted(text)} is not"
        )
    return name, None


def _any_of(targets: tuple[str, ...]) -> str:
    if len(targets) == 1:
        return targets[0]
    return f"{', '.join(targets[:-1])} or {targets[-1]}"
