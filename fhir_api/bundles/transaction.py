"""A transaction: all entries or none, every write in one `ehr.ingest.save`.

http://hl7.org/fhir/R4/http.html#trules: deletions, creates, updates, then reads, which see what
was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ehr.access import Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction as record_in_transaction
from ehr.db import Tx
from ehr.errors import EhrError, Gone
from ehr.fhir.reference import rewrite
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change, Saved, new_id
from ehr.ingest.save import save
from ehr.records import read as records
from ehr.records.stored import Stored
from fhir_api.audited import event_of
from fhir_api.bundles.batch import MINIMAL
from fhir_api.bundles.entries import placed
from fhir_api.bundles.faults import place_faults
from fhir_api.bundles.plan import Plan, Step, plan
from fhir_api.bundles.references import conditional, names_of
from fhir_api.bundles.replies import Budget, response_entry
from fhir_api.call import Call
from fhir_api.interactions.create import existing_reply
from fhir_api.interactions.delete import deleted_reply
from fhir_api.interactions.elsewhere import require_unknown_elsewhere
from fhir_api.interactions.update import versions_to_match
from fhir_api.search.bundle import bundle
from fhir_api.search.criteria import Criteria, hold, only_match
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, saved_reply, writer

_ORDER = {Verb.DELETE: 0, Verb.CREATE: 1, Verb.UPDATE: 2}


@dataclass(slots=True)
class _Act:
    """A step under way: the id its resource has, and what came of it."""

    step: Step
    call: Call
    id: str = ""
    found: Stored | None = None
    """What a conditional create found."""
    repeats: "_Act | None" = None
    """The entry before with the same criteria, which creates it."""
    gone: bool = False
    """What is to be deleted is deleted already."""
    saved: Saved | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes a record."""
        settled = self.found is not None or self.repeats is not None or self.gone
        return self.step.verb in _ORDER and not settled


async def transaction(call: Call, body: Resource) -> Reply:
    """A transaction-response with one entry for each, in the order they were sent."""
    call = replace(call, access=writer(call))
    made = plan(call, body)
    return await in_transaction(call, lambda tx: _carry_out(call, tx, made))


async def _carry_out(call: Call, tx: Tx, made: Plan) -> Reply:
    """One attempt; after a deadlock there is another, with the same plan."""
    acts = [_Act(step, _call_of(call, step, tx)) for step in made.steps]
    await _find_existing(tx, acts)
    _give_ids(acts)
    names = names_of(made.steps, [act.id for act in acts], call.service.base)
    names |= await conditional(tx, made.references, access=call.access)
    await _save(tx, acts, names)
    replies = await _replies(acts)
    await record_in_transaction(
        tx, [_event(act, reply) for act, reply in zip(acts, replies, strict=True) if not act.writes]
    )
    entries = [_entry(act, reply) for act, reply in zip(acts, replies, strict=True)]
    return Reply(
        200,
        bundle("transaction-response", (), entries),
        patients=tuple({patient for reply in replies for patient in reply.patients}),
        recorded=bool(entries),
    )


def _call_of(call: Call, step: Step, tx: Tx) -> Call:
    """The entry as a call within the transaction."""
    entry, target = step.entry, step.target
    request = replace(
        call.request,
        method=entry.method,
        path=entry.path,
        query=entry.query,
        headers={b"prefer": call.header(b"prefer") or MINIMAL, **entry.headers},
        body=b"",
        resource=entry.resource,
    )
    of = (target.resource_type, target.id, target.version)
    return Call(call.service, request, call.access, tx, *of)


async def _find_existing(tx: Tx, acts: Sequence[_Act]) -> None:
    """Note what conditional creates find, and what is deleted already."""
    conditions = [act.step.unless for act in acts if act.step.unless is not None]
    if conditions:
        await hold(tx, conditions)
    for act in acts:
        with placed(act.step.entry.place):
            if act.step.unless is not None:
                await _find_or_create(tx, act, act.step.unless)
            elif act.step.verb is Verb.DELETE:
                act.gone = await _is_gone(act.call)


async def _find_or_create(tx: Tx, act: _Act, unless: Criteria) -> None:
    act.found = await only_match(tx, unless, access=act.call.access)
    if act.found is None and act.step.entry.resource is not None:
        resource = act.step.entry.resource
        await require_unknown_elsewhere(tx, unless, resource, access=act.call.access)


async def _is_gone(call: Call) -> bool:
    try:
        await records.read(call.source, call.resource_type, call.id, access=call.access)
    except Gone:
        return True
    return False


def _give_ids(acts: Sequence[_Act]) -> None:
    """The id of each step's resource: as found, as named, or new."""
    making: dict[str, _Act] = {}
    for act in acts:
        step = act.step
        if act.found is not None:
            act.id = act.found.id
        elif step.verb is not Verb.CREATE:
            act.id = step.target.id
        elif step.unless is not None and step.unless.text in making:
            act.repeats = making[step.unless.text]
            act.id = act.repeats.id
        else:
            act.id = new_id()
            if step.unless is not None:
                making[step.unless.text] = act


async def _save(tx: Tx, acts: Sequence[_Act], names: dict[str, str]) -> None:
    """Carry out every write at once."""
    writing = sorted(
        (act for act in acts if act.writes), key=lambda act: _ORDER[act.step.verb or Verb.READ]
    )
    if not writing:
        return
    changes = [await _change(tx, act, names) for act in writing]
    first = writing[0].call
    try:
        saved = await save(tx, changes, access=first.access, bases=(first.service.base,))
    except EhrError as error:
        places = [act.step.entry.place for act in writing]
        placed_changes = list(zip(places, changes, strict=True))
        await place_faults(error, tx, placed_changes, access=first.access)
        raise
    for act, one in zip(writing, saved, strict=True):
        act.saved = one


async def _change(tx: Tx, act: _Act, names: dict[str, str]) -> Change:
    resource = act.step.entry.resource
    with placed(act.step.entry.place):
        versions = await versions_to_match(act.call, tx)
    return Change(
        act.step.verb or Verb.READ,
        act.call.resource_type,
        act.id,
        rewrite(resource, names) if resource is not None and names else resource,
        versions,
    )


async def _replies(acts: Sequence[_Act]) -> list[Reply]:
    """The reply of each; raises TooCostly, before anything is committed, when they get too long."""
    budget, replies = Budget(), []
    for act in acts:
        with placed(act.step.entry.place):
            budget.require()
        replies.append(await _reply(act))
        budget.spend(len(replies[-1].body))
    return replies


async def _reply(act: _Act) -> Reply:
    prefer = act.call.prefer
    if act.found is not None:
        return existing_reply(act.found, prefer)
    if act.repeats is not None and act.repeats.saved is not None:
        return replace(saved_reply(act.repeats.saved, prefer), status=200)
    if act.step.verb is Verb.DELETE:
        version = act.saved.version if act.saved is not None else None
        return deleted_reply(prefer, version, recorded=True)
    if act.saved is not None:
        return saved_reply(act.saved, prefer)
    with placed(act.step.entry.place):
        return await act.step.target.route.interaction(act.call)


def _event(act: _Act, reply: Reply) -> Event:
    call = act.call
    return event_of(
        act.step.target.route.name,
        call.resource_type,
        act.id,
        access=call.access,
        request=call.request,
        reply=reply,
    )


def _entry(act: _Act, reply: Reply) -> bytes:
    call = act.call
    is_record = act.id and not act.step.target.route.is_operation
    full_url = f"{call.service.base}/{call.resource_type}/{act.id}" if is_record else None
    return response_entry(reply, call.request.method, call.prefer, full_url)
