"""`save`: all of a transaction's changes at once, or none of them.

validate, by profiles too → lock what changes → find what is referred to → place → label → write
→ project → audit
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ehr import clock
from ehr.access import Access, Label, Role, Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction
from ehr.db import Tx
from ehr.directory.wards import Ward
from ehr.errors import Conflict, Forbidden, Gone, NotFound, VersionMismatch
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.subset import require_whole
from ehr.fhir.validate import require_valid
from ehr.ingest import definitions, labels, profiles, referrals, spread
from ehr.ingest.belonging import require_own_visit, require_same_patient
from ehr.ingest.change import Change, Saved
from ehr.ingest.directory import directory
from ehr.ingest.may import may_choose_id, may_keep
from ehr.ingest.place import (
    Place,
    by_proxy,
    given_to,
    managing_ward,
    place_other,
    place_patient,
    rid_in,
)
from ehr.ingest.stamp import stamped
from ehr.ingest.targets import Target, find, require_found
from ehr.records import moved
from ehr.records.lock import Current, Key, lock
from ehr.records.method import made_by
from ehr.records.restrict import require_unreferenced
from ehr.records.write import write
from ehr.records.written import Written
from ehr.search.hashing import installed
from ehr.search.patients import BY_PROXY
from ehr.turns import InTurns
from ehr.visits.project import project

IMMUTABLE = frozenset({"AuditEvent", "Provenance"})


@dataclass(slots=True)
class _Save:
    """One call: what its steps share."""

    tx: Tx
    access: Access
    bases: Sequence[str]
    at: datetime
    wards: dict[str, Ward]
    current: dict[Key, Current | None]
    targets: dict[Key, Target]
    implied: dict[Key, Label]


async def save(
    tx: Tx,
    changes: Sequence[Change],
    *,
    access: Access,
    bases: Sequence[str] | None = None,
    now: datetime | None = None,
) -> list[Saved]:
    """Make `changes` in the running transaction, in their order; what they came to.

    `bases` are absolute URLs that mean this server, by default those it was started with.
    Raises Invalid (not FHIR), Unprocessable (a reference to nothing, a profile not kept),
    Forbidden, NotFound, Gone, VersionMismatch, Conflict.
    """
    await _check(changes, access)
    bases = installed().bases if bases is None else bases
    at = now or clock.now()
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    keys = [(one.resource_type, one.id) for one in changes]
    if len(set(keys)) < len(keys):
        raise Conflict("The same resource is changed twice in one transaction.")
    known = await directory(tx)
    resources = [one.resource for one in changes if one.resource is not None]
    await profiles.require_kept(tx, resources)
    current = await lock(tx, keys if _may_exist(changes) else ())
    state = _Save(
        tx=tx,
        access=access,
        bases=bases,
        at=at,
        wards=known.wards,
        current=current,
        targets=await find(tx, resources, keys, bases),
        implied=await spread.implied(changes, bases),
    )
    written = await _written(state, changes)
    await write(tx, written)
    await moved.settle(tx, [one for one in written if _is_given(state, one)])
    await project(tx, written, access=access, bases=bases)
    await referrals.project(tx, written, partners=known.partners, bases=bases)
    await definitions.project(tx, written, access=access)
    await in_transaction(tx, [_event(one, access) for one in written])
    return [Saved.of(one) for one in written]


def _is_given(state: _Save, one: Written) -> bool:
    row = state.current.get((one.resource_type, one.id))
    return row is not None and row.pat != one.pat


async def _check(changes: Sequence[Change], access: Access) -> None:
    async for one in InTurns(changes):
        if not access.may(one.resource_type, one.verb):
            raise Forbidden(f"You may not {one.verb.name.lower()} {one.resource_type}.")
        may_keep(access, one.resource_type)
        if one.resource_type in IMMUTABLE and one.verb is not Verb.CREATE:
            raise Forbidden(f"{one.resource_type} is never changed.")
        if one.resource is not None:
            require_valid(one.resource)
            if one.verb is Verb.UPDATE:
                require_whole(one.resource)


def _may_exist(changes: Sequence[Change]) -> bool:
    """Whether any id may be taken: those of new records were made by us a moment ago."""
    return any(one.verb is not Verb.CREATE for one in changes)


async def _written(state: _Save, changes: Sequence[Change]) -> list[Written]:
    """What each change comes to: patients first, since the others lie where they do.

    What another record stands for comes last.
    """
    numbers = await state.tx.numbers.take(state.tx, len(changes))
    order = sorted(range(len(changes)), key=lambda n: _turn(changes[n].resource_type))
    places: dict[int, Place] = {}
    async for n in InTurns(order):
        places[n] = _place(state, changes[n], numbers[n])
    known = state.targets
    async for one in InTurns(changes):
        if one.resource is not None:
            require_found(one.resource, known, state.bases, state.access)
            key = (one.resource_type, one.id)
            about = (known, state.bases, state.access)
            require_same_patient(one.resource, state.current.get(key), *about)
            require_own_visit(one.resource, known[key].pat, *about)
    return [
        await _one(state, one, places[n], numbers[n])
        async for n, one in InTurns(enumerate(changes))
    ]


def _turn(resource_type: str) -> int:
    return 0 if resource_type == "Patient" else 2 if resource_type == BY_PROXY else 1


def _place(state: _Save, change: Change, number: int) -> Place:
    """Where the change's rows lie; the change becomes known to the references of the others."""
    key = (change.resource_type, change.id)
    row = state.current.get(key)
    if row is not None:
        place = Place(row.bucket, row.ward, row.pat)
        if change.resource_type == "Patient" and change.resource is not None:
            _require_same_ward(state, change.resource, row)
        elif change.resource is not None:
            patient = given_to(change.resource, row.pat, state.targets, state.bases)
            if patient is not None:
                place = Place(row.bucket, patient.ward, patient.rid)
    elif change.resource is None:
        raise NotFound
    elif change.resource_type == "Patient":
        place = place_patient(
            change.resource, number, access=state.access, wards=state.wards, bases=state.bases
        )
    else:
        place = place_other(
            change.resource,
            number,
            access=state.access,
            targets=state.targets,
            bases=state.bases,
        )
    if change.resource is not None:
        rid = row.rid if row is not None else rid_in(place.bucket, number)
        label = labels.stated(change.resource) | state.implied[key]
        state.targets[key] = Target(rid, place.ward, place.pat, label)
    return place


def _require_same_ward(state: _Save, resource: Resource, row: Current) -> None:
    ward = managing_ward(resource, state.wards, state.bases)
    if ward is not None and ward != row.ward:
        raise Forbidden(
            "A resident moves to another ward by a transfer only.",
            expression="Patient.managingOrganization",
        )


async def _one(state: _Save, change: Change, place: Place, number: int) -> Written:
    key = (change.resource_type, change.id)
    row = state.current.get(key)
    if key in state.current and row is None:
        raise NotFound
    _require_version(change, row)
    if change.verb is Verb.DELETE:
        if row is None:
            raise NotFound
        if row.deleted:
            raise Gone
        await require_unreferenced(state.tx, change.resource_type, row.rid, access=state.access)
    elif change.verb is Verb.UPDATE and row is None:
        may_choose_id(state.access, change.id)
    version = row.version + 1 if row else 1
    at = max(state.at, row.last_updated + timedelta(milliseconds=1)) if row else state.at
    label, resource = _labelled(state, change, row)
    full = stamped(resource, change.id, version, at, []) if resource is not None else None
    return Written(
        verb=change.verb,
        resource_type=change.resource_type,
        id=change.id,
        rid=row.rid if row else rid_in(place.bucket, number),
        bucket=place.bucket,
        version=version,
        ward=place.ward,
        pat=place.pat,
        label=label,
        last_updated=at,
        resource=full,
        previous=parse(row.content) if row and not row.deleted else None,
        content=dump(full) if full is not None else b"",
        author=state.access.account,
        author_ward=state.access.home_ward,
        method=made_by(change.verb, change.method, was_deleted=bool(row and row.deleted)),
    )


def _require_version(change: Change, row: Current | None) -> None:
    if change.if_match is None:
        return
    if row is None or row.version not in change.if_match:
        raise VersionMismatch


def _labelled(state: _Save, change: Change, row: Current | None) -> tuple[Label, Resource | None]:
    """The labels of the new version, and the resource with those that codes call for."""
    resource = change.resource
    if resource is None:
        return (row.label if row else Label.NONE), None
    stated, implied = labels.stated(resource), state.implied[change.resource_type, change.id]
    implied |= by_proxy(resource, state.targets, state.bases)
    label = stated | implied
    if row is not None and row.label & ~label and Role.SYSTEM not in state.access.roles:
        raise Forbidden("A security label is lowered only by those charged with it.")
    if label & ~state.access.labels:
        raise Forbidden("You may not write what carries this security label.")
    missing = labels.codings(implied & ~stated)
    if not missing:
        return label, resource
    meta = dict(resource.get("meta") or {})
    meta["security"] = [*meta.get("security", ()), *missing]
    return label, {**resource, "meta": meta}


def _event(one: Written, access: Access) -> Event:
    action = {Verb.CREATE: "create", Verb.UPDATE: "update", Verb.DELETE: "delete"}[one.verb]
    patients = (one.pat,) if one.pat is not None else ()
    return Event(
        action,
        access,
        f"{one.resource_type}/{one.id}",
        patients,
        int(one.label),
        at=one.last_updated,
    )
