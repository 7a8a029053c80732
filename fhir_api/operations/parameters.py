"""What an operation is given and what it answers (http://hl7.org/fhir/R4/operations.html#request).

In-parameters come in the URL, in a Parameters resource, or as a bare resource, which is then the
parameter `resource`. Values are read where they are used, so that an error names its parameter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ehr.errors import Invalid, InvalidQuery, Issue, NotSupported
from ehr.fhir.resource import Number, Resource, dump, parse
from fhir_api.call import Call
from fhir_api.search.parse import FORMAT, pairs_of, whole_number
from fhir_api.wire import content
from fhir_api.wire.responses import Reply

MAX_PARAMETERS = 1_000
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class Given:
    """One in-parameter: `kind` is a FHIR type as `value[x]` spells it, or `resource` or `part`.

    What stands in the URL has the kind `text`.
    """

    name: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Parameters:
    """The in-parameters of one call, in their order."""

    given: tuple[Given, ...]

    def all(self, name: str) -> list[Any]:
        """Every value of a parameter."""
        return [one.value for one in self.given if one.name == name]

    def one(self, name: str) -> Any:
        """The value of a parameter, None without it; raises InvalidQuery when it is given twice."""
        found = self.all(name)
        if len(found) > 1:
            raise InvalidQuery(f"The parameter {name} is given twice.")
        return found[0] if found else None

    def text(self, name: str) -> str | None:
        """A string, code, uri or date."""
        value = self.one(name)
        if value is not None and not isinstance(value, str):
            raise InvalidQuery(f"The parameter {name} is a text.")
        return value

    def texts(self, name: str) -> list[str]:
        """The texts of a parameter that may be given several times."""
        found = self.all(name)
        if not all(isinstance(one, str) for one in found):
            raise InvalidQuery(f"The parameter {name} is a text.")
        return found

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.one(name)
        if value is None or isinstance(value, bool):
            return value
        if value not in ("true", "false"):
            raise InvalidQuery(f"The parameter {name} is true or false.")
        return bool(value == "true")

    def whole(self, name: str) -> int | None:
        """A whole number, 0 or more."""
        value = self.one(name)
        if value is None:
            return None
        text = value.literal if isinstance(value, Number) else str(value)
        return whole_number(name, text)

    def resource(self, name: str = "resource") -> Resource | None:
        """A resource."""
        return self._object(name, "resource")

    def element(self, name: str) -> dict[str, Any] | None:
        """A complex value: Coding, CodeableConcept, Identifier, Reference, Period …"""
        return self._object(name, "complex value")

    def _object(self, name: str, what: str) -> dict[str, Any] | None:
        value = self.one(name)
        if value is not None and not isinstance(value, dict):
            raise InvalidQuery(f"The parameter {name} is a {what}.")
        return value

    def parts(self, name: str) -> list["Parameters"]:
        """The groups of a parameter that has parts."""
        groups = [one.value for one in self.given if one.name == name and one.kind == "part"]
        return [Parameters(group) for group in groups]

    def require_known(self, names: Iterable[str]) -> None:
        """Raises NotSupported for a parameter that is none of `names`."""
        known = set(names)
        for one in self.given:
            if one.name not in known:
                raise NotSupported(f"There is no parameter {ascii(one.name[:64])[1:-1]} here.")


def ignored(given: Parameters, known: Iterable[str], *, strict: bool) -> tuple[Issue, ...]:
    """A warning for each parameter that is none of `known`; strict: raises NotSupported."""
    names = {one.name for one in given.given} - set(known)
    issues = tuple(
        Issue("not-supported", f"There is no parameter {ascii(name[:64])[1:-1]} here.")
        for name in sorted(names)
    )
    if issues and strict:
        raise NotSupported(issues=issues)
    return tuple(replace(one, severity="warning") for one in issues)


def read(call: Call) -> Parameters:
    """The in-parameters; raises InvalidQuery, Invalid, InvalidJson or UnsupportedMediaType."""
    pairs = pairs_of(call.request.query)
    given = [Given(name, "text", value) for name, value in pairs if name not in FORMAT]
    body = _body(call)
    if body is None:
        return Parameters(tuple(given))
    if body.get("resourceType") == "Parameters" and not _is_bare(call, body):
        given += _given(body.get("parameter", []), "Parameters.parameter")
    else:
        given.append(Given("resource", "resource", body))
    return Parameters(tuple(given))


def _is_bare(call: Call, body: Resource) -> bool:
    """Whether Parameters are what an operation on that type is asked about."""
    entries = body.get("parameter")
    if call.resource_type != "Parameters" or not isinstance(entries, list):
        return call.resource_type == "Parameters"
    return not any(isinstance(one, dict) and one.get("name") == "resource" for one in entries)


def _body(call: Call) -> Resource | None:
    if call.request.resource is not None:
        return call.request.resource
    if call.request.method != "POST" or not call.request.body:
        return None
    content.check_body(call.header(b"content-type"), call.header(b"content-encoding"))
    body = parse(call.request.body)
    if not isinstance(body.get("resourceType"), str):
        raise Invalid("The body is Parameters or a resource.", code="structure")
    return body


def _given(entries: Any, place: str) -> list[Given]:
    if not isinstance(entries, list):
        raise Invalid("Parameters hold a list.", code="structure", expression=place)
    if len(entries) > MAX_PARAMETERS:
        raise Invalid(f"At most {MAX_PARAMETERS} parameters are read.", code="too-long")
    return [_one(entry, f"{place}[{number}]") for number, entry in enumerate(entries)]


def _one(entry: Any, place: str) -> Given:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise Invalid("A parameter has a name.", code="required", expression=f"{place}.name")
    values = [key for key in entry if key in ("resource", "part") or _is_value(key)]
    if len(values) != 1:
        raise Invalid(
            f"The parameter {name[:64]!r} has one value, resource or list of parts.",
            code="value",
            expression=place,
        )
    key = values[0]
    if key == "part":
        return Given(name, "part", tuple(_given(entry[key], f"{place}.part")))
    return Given(name, key.removeprefix(_VALUE), entry[key])


def _is_value(key: str) -> bool:
    return key.startswith(_VALUE) and key[len(_VALUE) : len(_VALUE) + 1].isupper()


def part(name: str, kind: str, value: Any) -> dict[str, Any]:
    """An out-parameter: `part("result", "Boolean", True)` has `valueBoolean`."""
    return {"name": name, f"{_VALUE}{kind}": value}


def with_resource(name: str, resource: Resource | orjson.Fragment) -> dict[str, Any]:
    """An out-parameter that is a resource, or the stored bytes of one."""
    return {"name": name, "resource": resource}


def with_parts(name: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """An out-parameter made of parts."""
    return {"name": name, "part": list(parts)}


def answer(*parts: dict[str, Any]) -> Reply:
    """200 with a Parameters resource."""
    body = {"resourceType": "Parameters", "parameter": list(parts)}
    return Reply(200, dump(body if parts else {"resourceType": "Parameters"}))
