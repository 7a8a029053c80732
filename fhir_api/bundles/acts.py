"""A transaction's steps under way: what their criteria find, the id of each, what they change.

http://hl7.org/fhir/R4/http.html#trules: no resource is changed twice, whether it was named by its
id or found by criteria.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from msgspec.structs import replace

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Gone, Invalid
from ehr.fhir.reference import rewrite
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change, Saved, new_id
from ehr.records import read as records
from ehr.records.stored import Stored
from ehr.turns import InTurns
from fhir_api.bundles.entries import placed
from fhir_api.bundles.plan import Sought, Step, brought, seek
from fhir_api.call import Call
from fhir_api.interactions.conditional_delete import deletions
from fhir_api.interactions.conditional_update import target_of
from fhir_api.interactions.elsewhere import require_unknown_elsewhere
from fhir_api.interactions.patch import change_by, document_of, matching
from fhir_api.interactions.update import change_of
from fhir_api.search.criteria import Criteria, hold, only_match

ORDER = {Verb.DELETE: 0, Verb.CREATE: 1, Verb.UPDATE: 2}
"""Deletions, creates, updates; what is not here reads, after them all."""


@dataclass(slots=True)
class Act:
    """A step under way: the id its resource has, what it changes, and what came of it."""

    step: Step
    call: Call
    verb: Verb | None = None
    """What it comes to: an update that finds nothing is a create."""
    id: str = ""
    found: Stored | None = None
    """What a conditional create found."""
    repeats: "Act | None" = None
    """The entry before with the same criteria, which creates it."""
    patched: Change | None = None
    """Of a patch: what it comes to, before its references are given the ids of entries."""
    deletions: list[Change] = field(default_factory=list)
    """Of a delete: none when it was done before or nothing matches."""
    saved: list[Saved] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Whether it changes a record."""
        if self.verb is Verb.DELETE:
            return bool(self.deletions)
        return self.verb in ORDER and self.found is None and self.repeats is None

    @property
    def resource(self) -> Resource | None:
        """What is to be stored."""
        return self.step.entry.resource if self.patched is None else self.patched.resource

    async def changes(self, tx: Tx, names: dict[str, str]) -> list[Change]:
        """What is to be saved for it, references given the ids that entries now have."""
        if self.verb is Verb.DELETE:
            return self.deletions
        resource = self.resource
        if resource is not None and names:
            resource = rewrite(resource, names)
        if self.patched is not None:
            return [dataclasses.replace(self.patched, resource=resource)]
        with placed(self.step.entry.place):
            call = replace(self.call, id=self.id)
            return [await change_of(call, tx, self.verb or Verb.READ, resource)]


async def settle(tx: Tx, acts: Sequence[Act]) -> None:
    """Give every act its verb, its id and what its criteria find; raises what refuses one."""
    conditions = [act.step.criteria for act in acts if act.step.criteria is not None]
    if conditions:
        await hold(tx, conditions)
    making: dict[str, Act] = {}
    gone: dict[str, set[str]] = defaultdict(set)
    async for act in InTurns(sorted(acts, key=_turn)):
        act.verb, act.id = act.step.verb, act.step.target.id
        with placed(act.step.entry.place):
            if act.verb is Verb.DELETE:
                await _settle_delete(tx, act)
                gone[act.call.resource_type] |= {one.id for one in act.deletions}
            elif act.verb is Verb.CREATE:
                await _settle_create(tx, act, making, gone[act.call.resource_type])
            elif act.step.is_patch and act.step.criteria is not None:
                act.id = await matching(act.call, tx, act.step.criteria)
            elif act.step.criteria is not None and act.resource is not None:
                await _settle_update(tx, act, act.step.criteria, act.resource, making)
    _refuse_twice(acts)


def _turn(act: Act) -> int:
    return ORDER.get(act.step.verb or Verb.READ, len(ORDER))


async def carry_out_patches(tx: Tx, acts: Sequence[Act]) -> dict[str, Sought]:
    """Apply each patch to its record, which is locked; the conditional references they brought."""
    sought: dict[str, Sought] = {}
    for act in acts:
        if not act.step.is_patch:
            continue
        place = act.step.entry.place
        with placed(place):
            call = replace(act.call, id=act.id)
            act.patched, before = await change_by(call, tx, document_of(call))
        for text in sorted(brought(before, act.patched.resource or {})):
            seek(call, text, f"{place}.resource", sought)
    return sought


async def _settle_delete(tx: Tx, act: Act) -> None:
    if act.step.criteria is not None:
        act.deletions = await deletions(act.call, tx, act.step.criteria)
        act.id = act.deletions[0].id if len(act.deletions) == 1 else ""
        return
    call = act.call
    try:
        await records.read(tx, call.resource_type, call.id, access=call.access)
    except Gone:
        return
    act.deletions = [await change_of(call, tx, Verb.DELETE, None)]


async def _settle_update(
    tx: Tx, act: Act, asked: Criteria, resource: Resource, making: dict[str, Act]
) -> None:
    """Find what is updated; what an entry before makes under the same criteria would be."""
    if asked.text in making:
        raise _changed_twice(act, f"What matches {asked.text[:200]}")
    act.verb, act.id = await target_of(tx, asked, resource, access=act.call.access)
    making[asked.text] = act


async def _settle_create(tx: Tx, act: Act, making: dict[str, Act], gone: Set[str]) -> None:
    """Find what is there already; of entries with the same criteria the first one creates."""
    unless = act.step.criteria
    if unless is not None:
        await _find(tx, act, unless, gone)
    if act.found is not None:
        act.id = act.found.id
    elif unless is not None and unless.text in making:
        act.repeats = making[unless.text]
        act.id = act.repeats.id
    else:
        act.id = new_id()
        if unless is not None:
            making[unless.text] = act


async def _find(tx: Tx, act: Act, unless: Criteria, gone: Set[str]) -> None:
    act.found = await only_match(tx, unless, access=act.call.access, without=gone)
    if act.found is None and act.resource is not None:
        await require_unknown_elsewhere(
            tx, unless, act.resource, access=act.call.access, without=gone
        )


def _refuse_twice(acts: Sequence[Act]) -> None:
    seen: set[tuple[str, str]] = set()
    for act in acts:
        if not act.writes or act.verb is Verb.CREATE:
            continue
        kind = act.call.resource_type
        for id in [one.id for one in act.deletions] or [act.id]:
            if (kind, id) in seen:
                raise _changed_twice(act, f"{kind}/{id}")
            seen.add((kind, id))


def _changed_twice(act: Act, what: str) -> Invalid:
    return Invalid(
        f"{what} is changed twice in one transaction.",
        code="value",
        expression=f"{act.step.entry.place}.request.url",
    )
