"""A transaction's entries, read and allowed, before anything is read or written for them.

http://hl7.org/fhir/R4/http.html#trules. The rights of every entry are checked here, so that a
refused one leaves nothing behind, and no ids are given out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ehr.access import Verb
from ehr.errors import Forbidden, Invalid, InvalidQuery, NotSupported
from ehr.fhir.reference import parse_reference, walk
from ehr.fhir.resource import Resource
from ehr.turns import InTurns
from fhir_api.bundles.entries import Entry, placed, raw_entries, read_entry, within
from fhir_api.call import Call, Target
from fhir_api.interactions.update import require_id
from fhir_api.search.criteria import Criteria, criteria, criteria_of_create

_READING = frozenset({Verb.READ, Verb.SEARCH})


@dataclass(frozen=True, slots=True)
class Step:
    """One entry with its interaction.

    `criteria` are those of a conditional create, and what a conditional update or delete is of.
    """

    entry: Entry
    target: Target
    criteria: Criteria | None = None

    @property
    def verb(self) -> Verb | None:
        """What it does to a record."""
        return self.target.route.verb

    @property
    def is_patch(self) -> bool:
        """Whether its resource is a patch."""
        return self.target.route.name == "patch"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a conditional reference asks for; `place` is where it stands first."""

    criteria: Criteria
    place: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole transaction; `references` are its conditional references by their text."""

    steps: tuple[Step, ...]
    references: dict[str, Sought]


async def plan(call: Call, bundle: Resource) -> Plan:
    """The plan of a transaction; raises what is wrong with an entry, naming it."""
    entries = InTurns(enumerate(raw_entries(bundle)))
    steps = [_step(call, raw, index) async for index, raw in entries]
    references: dict[str, Sought] = {}
    async for step in InTurns(steps):
        if step.entry.resource is not None and not step.is_patch:
            for path, text in _texts(step.entry.resource):
                if "?" in text:
                    seek(call, text, within(step.entry.place, path), references)
    return Plan(tuple(steps), references)


def _step(call: Call, raw: object, index: int) -> Step:
    entry = read_entry(raw, index)
    with placed(entry.place):
        target = call.service.match(entry.method, entry.path)
        _require_right(call, target)
        if target.route.verb in _READING or target.route.verb is None:
            return Step(entry, target)
        if entry.resource is not None and target.route.name != "patch":
            _require_type(entry.resource, target)
            if target.id:
                require_id(entry.resource, target.resource_type, target.id)
        return Step(entry, target, _criteria(call, entry, target))


def _criteria(call: Call, entry: Entry, target: Target) -> Criteria | None:
    """What chooses the record of a conditional entry."""
    if target.id:
        if entry.query:
            raise InvalidQuery(
                "Criteria are for a type, not for a record.",
                expression=f"{entry.place}.request.url",
            )
        return None
    if target.route.verb is Verb.CREATE:
        header = entry.headers.get(b"if-none-exist")
        return criteria_of_create(target.resource_type, header, entry.query, call.service.base)
    return criteria(target.resource_type, entry.query)


def _require_right(call: Call, target: Target) -> None:
    route, verb = target.route, target.route.verb
    if verb is None and route.method == "GET":
        return  # the interaction asks for rights itself: of each type, or of none
    if verb is None or (route.is_operation and verb not in _READING):
        raise NotSupported("This has no place in a transaction.")
    if not call.access.may(target.resource_type, verb):
        raise Forbidden


def _require_type(resource: Resource, target: Target) -> None:
    if resource.get("resourceType") != target.resource_type:
        raise Invalid(
            f"The resource must be a {target.resource_type}, as the url says.",
            code="value",
            expression=f"{target.resource_type}.resourceType",
        )


def _texts(resource: Resource) -> Iterator[tuple[str, str]]:
    """(path, text) of each reference."""
    return ((path, holder[key]) for path, holder, key in walk(resource))


def brought(before: Resource, after: Resource) -> set[str]:
    """The references that a patch brought."""
    return {text for _, text in _texts(after)} - {text for _, text in _texts(before)}


def seek(call: Call, text: str, place: str, into: dict[str, Sought]) -> None:
    """Add a reference if it is a conditional one; raises Forbidden for what may not be searched."""
    if "?" not in text or text in into:
        return
    reference = parse_reference(text)
    if reference.kind != "conditional" or reference.type is None:
        return
    with placed(place):
        if not call.access.may(reference.type, Verb.SEARCH):
            raise Forbidden(f"You may not search for {reference.type}.")
        into[text] = Sought(criteria(reference.type, reference.url or ""), place)
