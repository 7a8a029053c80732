"""The one table of operations: name → what carries it out, where it is called, what it needs.

http://hl7.org/fhir/R4/operations.html. `routes` serves what stands here and `capabilities` tells
of it. An operation that changes nothing is also called by GET.
"""

from dataclasses import KW_ONLY, dataclass
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
_OWN = f"{CANONICAL}/OperationDefinition/"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `verb` is the right on the type in the path that it needs.

    Without `verb` (at system level there is no type) the operation asks for rights itself.
    """

    name: str
    """Without the dollar sign."""
    interaction: Interaction
    _: KW_ONLY
    levels: tuple[Level, ...]
    resource_type: str | None = None
    """The type that has it; None: every one."""
    verb: Verb | None
    definition: str
    """Canonical URL of the OperationDefinition."""
    changes: bool = False
    """Whether it changes what is stored: then by POST alone."""
    public: bool = False

    def has(self, resource_type: str) -> bool:
        """Whether the type has this operation: what is never changed has none that changes it."""
        if self.changes and resource_type in IMMUTABLE:
            return False
        return self.resource_type in (None, resource_type)

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
    Operation(
        "diff",
        diff,
        levels=("system", "instance"),
        verb=Verb.READ,
        definition=f"{_OWN}Resource-diff",
    ),
    Operation(
        "everything",
        everything,
        levels=("instance",),
        resource_type="Patient",
        verb=Verb.READ,
        definition=f"{_CORE}Patient-everything",
    ),
    Operation(
        "everything",
        everything,
        levels=("instance",),
        resource_type="Encounter",
        verb=Verb.READ,
        definition=f"{_CORE}Encounter-everything",
    ),
    Operation(
        "expand",
        expand_value_set,
        levels=("type", "instance"),
        resource_type="ValueSet",
        verb=Verb.READ,
        definition=f"{_CORE}ValueSet-expand",
    ),
    Operation(
        "lastn",
        lastn,
        levels=("type",),
        resource_type="Observation",
        verb=Verb.SEARCH,
        definition=f"{_CORE}Observation-lastn",
    ),
    Operation(
        "lookup",
        look_up,
        levels=("type",),
        resource_type="CodeSystem",
        verb=Verb.READ,
        definition=f"{_CORE}CodeSystem-lookup",
    ),
    Operation(
        "match",
        match,
        levels=("type",),
        resource_type="Patient",
        verb=Verb.SEARCH,
        definition=f"{_CORE}Patient-match",
    ),
    Operation(
        "merge",
        merge_patients,
        levels=("type",),
        resource_type="Patient",
        verb=Verb.UPDATE,
        definition=f"{_CORE}Patient-merge",
        changes=True,
    ),
    Operation(
        "merge-undo",
        unmerge_patients,
        levels=("type",),
        resource_type="Patient",
        verb=Verb.UPDATE,
        definition=f"{_OWN}Patient-merge-undo",
        changes=True,
    ),
    Operation(
        "meta",
        meta,
        levels=("system", "type", "instance"),
        verb=Verb.READ,
        definition=f"{_CORE}Resource-meta",
    ),
    Operation(
        "meta-add",
        meta_add,
        levels=("instance",),
        verb=Verb.UPDATE,
        definition=f"{_CORE}Resource-meta-add",
        changes=True,
    ),
    Operation(
        "meta-delete",
        meta_delete,
        levels=("instance",),
        verb=Verb.UPDATE,
        definition=f"{_CORE}Resource-meta-delete",
        changes=True,
    ),
    Operation(
        "reindex",
        reindex,
        levels=("system",),
        verb=None,
        definition=f"{_OWN}reindex",
    ),
    Operation(
        "stats",
        stats,
        levels=("type",),
        resource_type="Observation",
        verb=Verb.SEARCH,
        definition=f"{_CORE}Observation-stats",
    ),
    Operation(
        "subsumes",
        subsumes,
        levels=("type", "instance"),
        resource_type="CodeSystem",
        verb=Verb.READ,
        definition=f"{_CORE}CodeSystem-subsumes",
    ),
    Operation(
        "translate",
        translate,
        levels=("type", "instance"),
        resource_type="ConceptMap",
        verb=Verb.READ,
        definition=f"{_CORE}ConceptMap-translate",
    ),
    Operation(
        "validate",
        validate,
        levels=("type", "instance"),
        verb=None,
        definition=f"{_CORE}Resource-validate",
    ),
    Operation(
        "validate-code",
        validate_code,
        levels=("type", "instance"),
        resource_type="ValueSet",
        verb=Verb.READ,
        definition=f"{_CORE}ValueSet-validate-code",
    ),
    Operation(
        "validate-code",
        validate_code,
        levels=("type", "instance"),
        resource_type="CodeSystem",
        verb=Verb.READ,
        definition=f"{_CORE}CodeSystem-validate-code",
    ),
    Operation(
        "versions",
        versions,
        levels=("system",),
        verb=None,
        definition=f"{_CORE}CapabilityStatement-versions",
        public=True,
    ),
)

_ROUTES: dict[tuple[str, Level], list[tuple[Operation, dict[str, Route]]]] = {}
for _one in OPERATIONS:
    for _level in _one.levels:
        _ROUTES.setdefault((_one.name, _level), []).append((_one, _one.routes(_level)))


def routes_of(name: str, level: Level, resource_type: str = "") -> dict[str, Route]:
    """Method → route of `$name` at a level; raises NotFound where there is no such operation.

    Types that FHIR defines an operation for one by one have a row each in the table.
    """
    for operation, routes in _ROUTES.get((name, level), ()):
        if not resource_type or operation.has(resource_type):
            return routes
    raise NotFound(f"There is no operation ${ascii(name[:40])[1:-1]} here.", code="not-supported")
