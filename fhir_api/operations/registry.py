"""The one table of operations: name → what carries it out, where it is called, what it needs.

http://hl7.org/fhir/R4/operations.html. `routes` serves what stands here and `capabilities` tells
of it. An operation that changes nothing is also called by GET.
"""

from dataclasses import dataclass
from typing import Literal

from ehr.access import Verb
from ehr.errors import NotFound
from ehr.fhir.identifiers import CANONICAL
from ehr.ingest.save import IMMUTABLE
from fhir_api.call import Interaction, Route
from fhir_api.operations.diff import diff
from fhir_api.operations.everything import everything
from fhir_api.operations.expand import expand_value_set
from fhir_api.operations.lastn import lastn
from fhir_api.operations.look_up import look_up
from fhir_api.operations.match import match
from fhir_api.operations.merge import merge_patients, unmerge_patients
from fhir_api.operations.meta import meta, meta_add, meta_delete
from fhir_api.operations.reindex import reindex
from fhir_api.operations.stats import stats
from fhir_api.operations.subsumes import subsumes
from fhir_api.operations.translate import translate
from fhir_api.operations.validate import validate
from fhir_api.operations.validate_code import validate_code
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
        """Whether the type has this operation: what is never changed has none that changes it."""
        if self.changes and resource_type in IMMUTABLE:
            return False
        return self.types is None or resource_type in self.types

    def routes(self, level: Level) -> dict[str, Route]:
        """Method → route at one level."""
        shape = _SHAPES[level].format(name=self.name)
        methods = ("POST",) if self.changes else ("GET", "POST")
        verb = None if level == "system" else self.verb
        found = {
            method: Route(
                method,
                shape,
                f"${self.name}",
                self.interaction,
                verb,
                self.public,
                reads=not (self.changes or self.public),
            )
            for method in methods
        }
        return found if self.changes else found | {"HEAD": found["GET"]}


OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            "everything",
            everything,
            Verb.READ,
            frozenset({"instance"}),
            f"{_CORE}{kind}-everything",
            frozenset({kind}),
        )
        for kind in ("Patient", "Encounter")
    ),
    *(
        Operation(
            name,
            carried_out,
            Verb.SEARCH,
            frozenset({"type"}),
            f"{_CORE}Observation-{name}",
            frozenset({"Observation"}),
        )
        for name, carried_out in (("lastn", lastn), ("stats", stats))
    ),
    Operation(
        "diff",
        diff,
        Verb.READ,
        frozenset({"system", "instance"}),
        f"{CANONICAL}/OperationDefinition/Resource-diff",
    ),
    Operation(
        "match",
        match,
        Verb.SEARCH,
        frozenset({"type"}),
        f"{_CORE}Patient-match",
        frozenset({"Patient"}),
    ),
    Operation(
        "merge",
        merge_patients,
        Verb.UPDATE,
        frozenset({"type"}),
        f"{_CORE}Patient-merge",
        frozenset({"Patient"}),
        changes=True,
    ),
    Operation(
        "merge-undo",
        unmerge_patients,
        Verb.UPDATE,
        frozenset({"type"}),
        f"{CANONICAL}/OperationDefinition/Patient-merge-undo",
        frozenset({"Patient"}),
        changes=True,
    ),
    Operation(
        "meta",
        meta,
        Verb.READ,
        frozenset({"system", "type", "instance"}),
        f"{_CORE}Resource-meta",
    ),
    *(
        Operation(
            name,
            carried_out,
            Verb.UPDATE,
            frozenset({"instance"}),
            f"{_CORE}Resource-{name}",
            changes=True,
        )
        for name, carried_out in (("meta-add", meta_add), ("meta-delete", meta_delete))
    ),
    *(
        Operation(
            name,
            carried_out,
            Verb.READ,
            frozenset({"type", "instance"}) if name != "lookup" else frozenset({"type"}),
            f"{_CORE}{kind}-{name}",
            frozenset({kind}),
        )
        for name, kind, carried_out in (
            ("expand", "ValueSet", expand_value_set),
            ("validate-code", "ValueSet", validate_code),
            ("validate-code", "CodeSystem", validate_code),
            ("lookup", "CodeSystem", look_up),
            ("subsumes", "CodeSystem", subsumes),
            ("translate", "ConceptMap", translate),
        )
    ),
    Operation(
        "reindex",
        reindex,
        None,
        frozenset({"system"}),
        f"{CANONICAL}/OperationDefinition/reindex",
    ),
    Operation(
        "validate",
        validate,
        None,
        frozenset({"type", "instance"}),
        f"{_CORE}Resource-validate",
    ),
    Operation(
        "versions",
        versions,
        None,
        frozenset({"system"}),
        f"{_CORE}CapabilityStatement-versions",
        public=True,
    ),
)

_ROUTES: dict[tuple[str, Level], list[tuple[Operation, dict[str, Route]]]] = {}
for _one in OPERATIONS:
    for _level in sorted(_one.levels):
        _ROUTES.setdefault((_one.name, _level), []).append((_one, _one.routes(_level)))


def routes_of(name: str, level: Level, resource_type: str = "") -> dict[str, Route]:
    """Method → route of `$name` at a level; raises NotFound where there is no such operation.

    Types that FHIR defines an operation for one by one have a row each in the table.
    """
    for operation, routes in _ROUTES.get((name, level), ()):
        if not resource_type or operation.has(resource_type):
            return routes
    raise NotFound(f"There is no operation ${ascii(name[:40])[1:-1]} here.", code="not-supported")
