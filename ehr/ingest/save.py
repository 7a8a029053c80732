"""`save`: all of a transaction's changes at once, or none of them.

validate → lock what changes → find what is referred to → place → label → write → project → audit
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ehr import clock
from ehr.access import SHARED, Access, Label, Power, Role, Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction
from ehr.db import Tx
from ehr.directory.wards import Ward
from ehr.errors import Conflict, Forbidden, Gone, NotFound, Unprocessable, VersionMismatch
from ehr.fhir.reference import walk
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.subset import require_whole
from ehr.fhir.validate import require_valid
from ehr.ingest import definitions, labels, referrals, spread
from ehr.ingest.change import Change, Saved
from ehr.ingest.directory import directory
from ehr.ingest.may import may_choose_id
from ehr.ingest.place import (
    Place,
    managing_ward,
    place_other,
    place_patient,
    rid_in,
    subjects,
)
from ehr.ingest.stamp import stamped
from ehr.ingest.targets import Target, find, local_key, require_found
from ehr.records.lock import Current, Key, lock
from ehr.records.method import made_by
from ehr.records.restrict import require_unreferenced
from ehr.records.write import write
from ehr.records.written import Written
from ehr.search.hashing import installed
from ehr.visits.project import project

_PART_OF_VISIT = re.compile(
    r"\w+\.(encounter|context)\.reference|Encounter\.diagnosis\[\d+\]\.condition\.reference"
)
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
    Raises Invalid (not FHIR), Unprocessable (a reference to nothing), Forbidden, NotFound, Gone,
    VersionMismatch, Conflict.
    """
    _check(changes, access)
    bases = installed().bases if bases is None else bases
    at = now or clock.now()
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    keys = [(one.resource_type, one.id) for one in changes]
    if len(set(keys)) < len(keys):
        raise Conflict("The same resource is changed twice in one transaction.")
    known = await directory(tx)
    current = await lock(tx, keys if _may_exist(changes) else ())
    resources = [one.resource for one in changes if one.resource is not None]
    state = _Save(
        tx=tx,
        access=access,
        bases=bases,
        at=at,
        wards=known.wards,
        current=current,
        targets=await find(tx, resources, keys, bases),
        implied=spread.implied(changes, bases),
    )
    written = await _written(state, changes)
    await write(tx, written)
    await project(tx, written, access=access, bases=bases)
    await referrals.project(tx, written, partners=known.partners, bases=bases)
    await definitions.project(tx, written, access=access)
    await in_transaction(tx, [_event(one, access) for one in written])
    return [Saved.of(one) for one in written]


def _check(changes: Sequence[Change], access: Access) -> None:
    for one in changes:
        if not access.may(one.resource_type, one.verb):
            raise Forbidden(f"You may not {one.verb.name.lower()} {one.resource_type}.")
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
    """What each change comes to: patients first, since the others lie where they do."""
    numbers = await state.tx.numbers.take(state.tx, len(changes))
    order = sorted(range(len(changes)), key=lambda n: changes[n].resource_type != "Patient")
    places: dict[int, Place] = {}
    for n in order:
        places[n] = _place(state, changes[n], numbers[n])
    known = state.targets
    for one in changes:
        if one.resource is not None:
            require_found(one.resource, known, state.bases, state.access)
            _require_same_patient(state, one, one.resource)
            _require_own_visit(state, one, one.resource)
    return [await _one(state, one, places[n], numbers[n]) for n, one in enumerate(changes)]


def _place(state: _Save, change: Change, number: int) -> Place:
    """Where the change's rows lie; the change becomes known to the references of the others."""
    key = (change.resource_type, change.id)
    row = state.current.get(key)
    if row is not None:
        place = Place(row.bucket, row.ward, row.pat)
        if change.resource_type == "Patient" and change.resource is not None:
            _require_same_ward(state, change.resource, row)
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
        state.targets[key] = Target(rid, place.ward, place.pat)
    return place


def _require_same_ward(state: _Save, resource: Resource, row: Current) -> None:
    ward = managing_ward(resource, state.wards, state.bases)
    if ward is not None and ward != row.ward:
        raise Forbidden(
            "A resident moves to another ward by a transfer only.",
            expression="Patient.managingOrganization",
        )


def _require_same_patient(state: _Save, change: Change, resource: Resource) -> None:
    """A record's rows lie with its patient: who may see them must not see another's record."""
    row = state.current.get((change.resource_type, change.id))
    if row is None or change.resource_type == "Patient" or row.ward == SHARED:
        return
    about = subjects(resource, state.targets, state.bases)
    if row.pat is None and Power.DANGLING_REFERENCES in state.access.powers:
        return  # stored before its patient was here
    stays = row.pat in about if row.pat is not None else not about
    if not stays:
        raise Unprocessable(
            "A record stays with the patient whom it was stored for; store a new one.",
            code="business-rule",
            details="another-patient",
        )


def _require_own_visit(state: _Save, change: Change, resource: Resource) -> None:
    """A visit and its parts are one patient's: its row shows them together."""
    own = state.targets[change.resource_type, change.id].pat
    if own is None or Power.DANGLING_REFERENCES in state.access.powers:
        return
    if resource.keys().isdisjoint(("encounter", "context", "diagnosis")):
        return
    for path, holder, name in walk(resource):
        if not _PART_OF_VISIT.fullmatch(path):
            continue
        key = local_key(holder[name], state.bases)
        other = state.targets[key].pat if key in state.targets else own
        if other != own and key is not None and key[0] in {"Encounter", "Condition"}:
            raise Unprocessable(
                "A visit and what belongs to it are of one patient.",
                code="business-rule",
                expression=path,
                details="another-patient",
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
