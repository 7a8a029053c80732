"""A transaction: all entries or none, every write in one `ehr.ingest.save`.

http://hl7.org/fhir/R4/http.html#trules: deletions, creates, updates, then reads, which see what
was written.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from msgspec.structs import replace

from ehr.access import Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction as record_in_transaction
from ehr.db import Tx
from ehr.errors import EhrError
from ehr.fhir.resource import Resource
from ehr.ingest.save import save
from ehr.turns import InTurns
from fhir_api.audited import event_of
from fhir_api.bundles.acts import ORDER, Act, carry_out_patches, settle
from fhir_api.bundles.batch import MINIMAL
from fhir_api.bundles.entries import placed
from fhir_api.bundles.faults import place_faults
from fhir_api.bundles.plan import Plan, Step, plan
from fhir_api.bundles.references import conditional, names_of
from fhir_api.bundles.replies import Budget, Named, response_entry
from fhir_api.call import Call
from fhir_api.interactions.conditional_delete import several_deleted
from fhir_api.interactions.create import existing_reply
from fhir_api.search.bundle import bundle
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, saved_reply, writer


async def transaction(call: Call, body: Resource) -> Reply:
    """A transaction-response with one entry for each, in the order they were sent."""
    call = replace(call, access=writer(call))
    made = await plan(call, body)
    return await in_transaction(call, lambda tx: _carry_out(call, tx, made))


async def _carry_out(call: Call, tx: Tx, made: Plan) -> Reply:
    """One attempt; after a deadlock there is another, with the same plan."""
    acts = [Act(step, _call_of(call, step, tx)) async for step in InTurns(made.steps)]
    await settle(tx, acts)
    names = names_of(made.steps, [act.id for act in acts], call.service.base)
    sought = await carry_out_patches(tx, acts) | made.references
    names |= await conditional(tx, sought, acts, access=call.access)
    await _save(tx, acts, names)
    replies = await _replies(acts)
    await record_in_transaction(
        tx, [_event(act, reply) for act, reply in zip(acts, replies, strict=True) if not act.writes]
    )
    named, done = Named(), InTurns(zip(acts, replies, strict=True))
    entries = [_entry(act, reply, named) async for act, reply in done]
    return Reply(
        200,
        bundle("transaction-response", (), entries),
        patients=tuple({patient for reply in replies for patient in reply.patients}),
        label=reduce(or_, (reply.label for reply in replies), 0),
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
    of = (target.resource_type, target.id, target.version, target.compartment)
    return Call(call.service, request, call.access, tx, *of)


async def _save(tx: Tx, acts: Sequence[Act], names: dict[str, str]) -> None:
    """Carry out every write at once."""
    writing = sorted(
        (act for act in acts if act.writes), key=lambda act: ORDER[act.verb or Verb.READ]
    )
    if not writing:
        return
    changes = [
        (act, change) async for act in InTurns(writing) for change in await act.changes(tx, names)
    ]
    first = writing[0].call
    try:
        saved = await save(
            tx, [one for _, one in changes], access=first.access, bases=(first.service.base,)
        )
    except EhrError as error:
        at_places = [(act.step.entry.place, one) for act, one in changes]
        await place_faults(error, tx, at_places, access=first.access)
        raise
    for (act, _), one in zip(changes, saved, strict=True):
        act.saved.append(one)


async def _replies(acts: Sequence[Act]) -> list[Reply]:
    """The reply of each; raises TooCostly, before anything is committed, when they get too long."""
    budget, replies = Budget(), []
    async for act in InTurns(acts):
        with placed(act.step.entry.place):
            budget.require()
        replies.append(await _reply(act))
        budget.spend(len(replies[-1].body))
    return replies


async def _reply(act: Act) -> Reply:
    prefer = act.call.prefer
    if act.found is not None:
        return existing_reply(act.found, prefer)
    if act.repeats is not None:
        return replace(saved_reply(act.repeats.saved[0], prefer), status=200)
    if act.verb is Verb.DELETE:
        return several_deleted(act.call, act.saved)
    if act.saved:
        return saved_reply(act.saved[0], prefer)
    with placed(act.step.entry.place):
        return await act.step.target.route.interaction(act.call)


def _event(act: Act, reply: Reply) -> Event:
    call = act.call
    kind, id = act.step.target.audited
    return event_of(
        act.step.target.route.name,
        kind,
        act.id or id,
        access=call.access,
        request=call.request,
        reply=reply,
    )


def _entry(act: Act, reply: Reply, named: Named) -> bytes:
    call, target = act.call, act.step.target
    is_record = act.id and (target.shows_record or target.route.verb in ORDER)
    full_url = f"{call.service.base}/{call.resource_type}/{act.id}" if is_record else None
    return response_entry(reply, call.request.method, call.prefer, full_url, named)
