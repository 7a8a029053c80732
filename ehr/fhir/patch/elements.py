"""Which JSON property a named element of a FHIRPath Patch is, and a value made of its parts."""

from ehr.fhir.definitions import structure
from ehr.fhir.fhirpath.nodes import Step, is_primitive, steps
from ehr.fhir.patch.given import Given, Parts, Value
from ehr.fhir.patch.write import insert, put


def element(kind: str, name: str, value: Value, one: Given) -> tuple[Step, bool]:
    """The property of `name` in an object of `kind` for this value, and whether it repeats.

    Raises Invalid when there is no such element, or none of this type.
    """
    name = name.removesuffix("[x]")
    found = steps(kind).get(name, ())
    if len(found) > 1:
        found = tuple(step for step in found if step[1] == value.kind)
    if not found:
        raise one.invalid(f"{kind} has no element {name[:64]!r} of this type", "value")
    if is_primitive(kind):
        return found[0], name == "extension"
    type_name, _, path = kind.partition(".")
    return found[0], structure(type_name).parts[path].elements[name].many


def shaped(value: Value, kind: str, one: Given) -> Value:
    """The value; when it came as parts, the object of `kind` that they make."""
    if not isinstance(value.content, Parts):
        return value
    holder: dict[str, object] = {}
    for name, part in value.content.elements:
        step, many = element(kind, name, part, one)
        content = shaped(part, step[1], one)
        if many:
            at = holder.get(step[0])
            insert(holder, step, len(at) if isinstance(at, list) else 0, content)
        else:
            put(holder, step, content)
    return Value(holder)
