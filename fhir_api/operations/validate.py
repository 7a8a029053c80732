"""$validate: whether a resource is valid, and whether a write of it would be accepted.

http://hl7.org/fhir/R4/resource-operation-validate.html. The answer is 200 with an
OperationOutcome of all that was found; another status says that it could not be judged. It
stores nothing.
"""

from collections.abc import Sequence

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Forbidden, Gone, Invalid, InvalidQuery, Issue, NotFound
from ehr.fhir.outcome import ALL_OK, operation_outcome
from ehr.fhir.profiles.judge import Claim, claims
from ehr.fhir.profiles.known import known
from ehr.fhir.profiles.types import core_type
from ehr.fhir.reference import walk
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check
from ehr.ingest.change import Change, new_id
from ehr.ingest.profiles import judged
from ehr.ingest.save import save
from ehr.ingest.targets import find, local_key, require_found
from ehr.records import read as records
from ehr.records.lock import Key
from ehr.records.stored import Stored
from fhir_api.call import Call
from fhir_api.interactions.update import require_id, versions_to_match
from fhir_api.operations.attempt import refusals
from fhir_api.operations.parameters import Parameters, ignored, read
from fhir_api.wire.responses import Reply
from fhir_api.writing import writer

_MODES = ("create", "update", "delete", "profile")
_OF_ONE = frozenset({"update", "delete", "profile"})
_ALSO_BY: dict[str | None, Verb] = {"update": Verb.UPDATE, "delete": Verb.DELETE}
"""Rights by which one record is asked about without the right to read it."""


async def validate(call: Call) -> Reply:
    """200 with an OperationOutcome; raises Forbidden, NotFound, Gone, InvalidQuery, Invalid."""
    given = read(call)
    warnings = ignored(given, ("resource", "mode", "profile"), strict=call.prefer.strict)
    mode = _mode(call, given)
    _require_right(call, mode)
    about = await _about(call, mode)
    if mode == "delete":
        issues: Sequence[Issue] = await refusals(call, lambda tx: _write(call, tx, mode, None))
    else:
        issues = await _judged(call, given, mode)
    return _answer([*warnings, *issues], about)


def _mode(call: Call, given: Parameters) -> str | None:
    mode = given.text("mode")
    if mode is None:
        return None
    if mode not in _MODES:
        raise InvalidQuery(f"The mode is one of {', '.join(_MODES)}.", code="value")
    if (mode in _OF_ONE) is not bool(call.id):
        where = "one record" if mode in _OF_ONE else "a type"
        raise InvalidQuery(f"The mode {mode} is asked of {where}.", code="value")
    return mode


def _require_right(call: Call, mode: str | None) -> None:
    """A type is validated by whoever may do anything with it; one record by whoever may see it."""
    verbs = {Verb.READ, _ALSO_BY.get(mode, Verb.READ)} if call.id else set(Verb)
    if not any(call.access.may(call.resource_type, verb) for verb in verbs):
        raise Forbidden


async def _about(call: Call, mode: str | None) -> list[Stored]:
    """The record that is asked about, if it is one.

    Raises NotFound and Gone, but for what an update may create.
    """
    if not call.id:
        return []
    try:
        stored = await records.read(call.source, call.resource_type, call.id, access=call.access)
    except (NotFound, Gone):
        if mode != "update":
            raise
        return []
    return [stored]


async def _judged(call: Call, given: Parameters, mode: str | None) -> Sequence[Issue]:
    resource = await _resource(call, given, mode)
    asked = given.texts("profile")
    issues = check(resource)
    if issues:
        return issues
    issues = await judged(call.source, _claims(resource, asked))
    _require_known(asked)
    if any(one.severity == "error" for one in issues):
        return issues
    if mode in {"create", "update"}:
        return [*issues, *await refusals(call, lambda tx: _write(call, tx, mode, resource))]
    return [*issues, *await refusals(call, lambda tx: _refer(call, tx, resource))]


def _claims(resource: Resource, asked: Sequence[str]) -> list[Claim]:
    """The profiles that the resource claims, and those asked for, each once."""
    found = claims(resource)
    place = resource["resourceType"]
    claimed = {one.canonical for one in found if one.place == place}
    new = dict.fromkeys(one for one in asked if one not in claimed)
    return [*found, *(Claim(one, place, resource, resource, 0) for one in new)]


async def _resource(call: Call, given: Parameters, mode: str | None) -> Resource:
    """What was sent, else the record in the path; raises InvalidQuery without either."""
    resource = given.resource()
    if resource is not None:
        if mode == "profile":
            raise InvalidQuery("The mode profile is of the stored record alone.", code="value")
        _require_type(call, resource)
        return resource
    if not call.id or mode == "update":
        raise InvalidQuery("The resource to validate is missing.", code="required")
    stored = await records.read(call.source, call.resource_type, call.id, access=call.access)
    return parse(stored.content)


def _require_type(call: Call, resource: Resource) -> None:
    if resource.get("resourceType") != call.resource_type:
        raise Invalid(
            f"The resource must be a {call.resource_type}, as the path says.",
            code="value",
            expression=f"{call.resource_type}.resourceType",
        )


def _require_known(asked: Sequence[str]) -> None:
    for one in asked:
        if core_type(one) is None and known().find(one) is None:
            raise InvalidQuery(f"The profile {one[:300]!r} is not known here.", code="not-found")


async def _write(call: Call, tx: Tx, mode: str | None, resource: Resource | None) -> object:
    """What the interaction of this name would do."""
    if mode == "create" or mode is None:
        change = Change(Verb.CREATE, call.resource_type, new_id(), resource)
    else:
        verb = Verb.UPDATE if resource is not None else Verb.DELETE
        if resource is not None:
            require_id(resource, call.resource_type, call.id)
        versions = await versions_to_match(call, tx)
        change = Change(verb, call.resource_type, call.id, resource, versions)
    return await save(tx, [change], access=writer(call), bases=(call.service.base,))


async def _refer(call: Call, tx: Tx, resource: Resource) -> None:
    """Raise Unprocessable for references to what is not here; those the caller may read count."""
    bases = (call.service.base,)
    own = [(call.resource_type, call.id)] if call.id else []
    known: dict[Key, object] = dict(await find(tx, [resource], own, bases))
    for _, holder, name in walk(resource):
        key = local_key(holder[name], bases)
        if key in own or (key is not None and not call.access.may(key[0], Verb.READ)):
            known[key] = None
    require_found(resource, known, bases, call.access)


def _answer(issues: Sequence[Issue], about: Sequence[Stored]) -> Reply:
    valid = all(one.severity in {"warning", "information"} for one in issues)
    told = [*issues, ALL_OK] if valid else issues
    return Reply(200, dump(operation_outcome(told))).showing(about)
