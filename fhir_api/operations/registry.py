"""The one table of operations: name → what carries it out, where it is called, what it needs.

http://hl7.org/fhir/R4/operations.html. `routes` serves what stands here and `capabilities` tells
of it. An operation that changes nothing is also called by GET.
"""

from dataclasses import dataclass
from typing import Literal

from ehr.access import Verb
from ehr.errors import NotFound
from fhir_api.call import Interaction, Route
from fhir_api.operations.versions import versions

Level = Literal["system", "type", "instance", "version"]

_SHAPES: dict[Level, str] = {
    "system": "${name}",
    "type": "{{type}}/${name}",
    "instance": "{{type}}/{{id}}/${name}",
    "version": "{{type}}/{{id}}/_history/{{version}}/${name}",
}
_CORE = "http://hl7.org/fhir/OperationDefinition/"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `verb` is the right on the type in the path that it needs.

    Without `verb` (at system level there is no type) the operation asks for rights itself.
    """

    name: str
    """Without the dollar sign."""
    interaction: Interaction
    verb: Verb | None
    levels: frozenset[Level]
    definition: str
    """Canonical URL of the OperationDefinition."""
    types: frozenset[str] | None = None
    """The types that have it; None: all."""
    changes: bool = False
    """Whether it changes what is stored: then by POST alone."""
    public: bool = False

    def has(self, resource_type: str) -> bool:
        """Whether the type has this operation."""
        return self.types is None or resource_type in self.types

    def routes(self, level: Level) -> dict[str, Route]:
        """Method → route at one level."""
        shape = _SHAPES[level].format(name=self.name)
        methods = ("POST",) if self.changes else ("GET", "POST")
        verb = None if level == "system" else self.verb
        found = {
            method: Route(method, shape, f"${self.name}", self.interaction, verb, self.public)
            for method in methods
        }
        return found if self.changes else found | {"HEAD": found["GET"]}


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "versions",
        versions,
        None,
        frozenset({"system"}),
        f"{_CORE}CapabilityStatement-versions",
        public=True,
    ),
)

_BY_NAME = {one.name: one for one in OPERATIONS}
_ROUTES = {
    (one.name, level): one.routes(level) for one in OPERATIONS for level in sorted(one.levels)
}


def routes_of(name: str, level: Level, resource_type: str = "") -> dict[str, Route]:
    """Method → route of `$name` at a level; raises NotFound where there is no such operation."""
    operation, routes = _BY_NAME.get(name), _ROUTES.get((name, level))
    if operation is None or routes is None or (resource_type and not operation.has(resource_type)):
        raise NotFound(
            f"There is no operation ${ascii(name[:40])[1:-1]} here.", code="not-supported"
        )
    return routes
