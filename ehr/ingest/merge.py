"""Make two Patients of one person one record, and undo it: all of it in one transaction.

https://hl7.org/fhir/R5/patient-operation-merge.html (R4 has `Patient.link` and no operation).
The source becomes inactive and is `replaced-by` the target, which `replaces` it; what was the
source's is the target's, with every version. What is written to either afterwards stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ehr import clock
from ehr.access import Access, Role, Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction
from ehr.db import Tx
from ehr.directory import merges
from ehr.directory.merges import Merge
from ehr.errors import Conflict, Forbidden, Gone, NotFound, TooCostly, Unprocessable
from ehr.fhir.reference import rewrite, walk
from ehr.fhir.resource import Resource, parse
from ehr.ingest.change import Change, Saved
from ehr.ingest.moving import Move, move
from ehr.ingest.save import IMMUTABLE, save
from ehr.records import moved
from ehr.records.lock import Current, lock
from ehr.records.moved import Row

MAX_MOVED = 5_000
"""Most records of a source, deleted ones too: some seconds of one transaction."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both Patients, locked: ids and rows."""

    source_id: str
    target_id: str
    source: Current
    target: Current


def require_may_merge(access: Access) -> None:
    """Raises Forbidden unless the caller administers every ward of his own, or is the system.

    An Access does not say in which ward a role is held: who is clinician in one and administrator
    in another is no administrator in both.
    """
    mixed = len(access.wards) > 1 and Role.CLINICIAN in access.roles
    administers = Role.ADMIN in access.roles and not mixed
    if not administers and Role.SYSTEM not in access.roles:
        raise Forbidden("Residents are merged by those who administer a ward.")


async def pair(tx: Tx, source_id: str, target_id: str, *, access: Access) -> Pair:
    """Both Patients; raises NotFound for one that is not the caller's, Gone, Unprocessable."""
    require_may_merge(access)
    if source_id == target_id:
        raise Unprocessable("A resident is not merged with himself.")
    keys = [("Patient", source_id), ("Patient", target_id)]
    rows = await lock(tx, keys)
    source, target = (_own(rows.get(key), access) for key in keys)
    if source.ward != target.ward:
        raise Unprocessable("Both are residents of one ward: transfer one of them first.")
    return Pair(source_id, target_id, source, target)


def _own(row: Current | None, access: Access) -> Current:
    if row is None or not (access.every_ward or row.ward in access.wards):
        raise NotFound
    if row.deleted:
        raise Gone
    return row


def results(both: Pair, result: Resource | None) -> tuple[Resource, Resource]:
    """Source and target as they will be; raises Unprocessable when one was merged before."""
    source, target = parse(both.source.content), parse(both.target.content)
    for one in (source, target):
        if any(link["type"] == "replaced-by" for link in one.get("link", ())):
            raise Unprocessable(f"Patient/{one['id']} is replaced by another already.")
    target = _with_identifiers(target, source) if result is None else result
    return (
        _linked(source | {"active": False}, "replaced-by", both.target_id),
        _linked(target, "replaces", both.source_id),
    )


def _linked(patient: Resource, kind: str, other: str) -> Resource:
    link = {"other": {"reference": f"Patient/{other}"}, "type": kind}
    links = patient.get("link", [])
    known = any(
        one.get("type") == kind and one.get("other", {}).get("reference") == f"Patient/{other}"
        for one in links
    )
    return patient if known else patient | {"link": [*links, link]}


def _with_identifiers(target: Resource, source: Resource) -> Resource:
    """The target with the source's identifiers that it lacks, as old ones."""
    own = {(one.get("system"), one.get("value")) for one in target.get("identifier", ())}
    more = [
        one | {"use": "old"}
        for one in source.get("identifier", ())
        if (one.get("system"), one.get("value")) not in own
    ]
    return target | {"identifier": [*target.get("identifier", ()), *more]} if more else target


async def merge(
    tx: Tx, both: Pair, result: Resource | None, *, access: Access, bases: Sequence[str]
) -> Saved:
    """The target as it now is; raises as `results` and `ehr.ingest.save.save`."""
    new = results(both, result)
    source, target = await _saved(tx, both, *new, access=access, bases=bases)
    how = Move(both.source.rid, both.target.rid, "$merge", clock.now(), access, bases)
    mapping = _renamed(both.source_id, both.target_id, bases)
    async with moved.seeing_all(tx, access):
        rids = await moved.numbers_of(tx, both.source.rid)
        if len(rids) > MAX_MOVED:
            raise TooCostly(f"A record of more than {MAX_MOVED} parts is not merged.")
        rows = await moved.locked(tx, rids)
        versions = await move(tx, rows, _rewritten(rows, mapping), how)
        grants = await merges.move_grants(tx, both.source.rid, both.target.rid)
    kept = Merge(
        both.source.rid, both.target.rid, source.version, target.version,
        list(versions), list(versions.values()), grants,
    )  # fmt: skip
    await merges.keep(tx, kept, access.account, how.at)
    await in_transaction(tx, [_event(both, how)])
    return target


def _rewritten(rows: Iterable[Row], mapping: Mapping[str, str]) -> dict[int, Resource]:
    """Rid → new content of what names the source; what is never changed keeps what it says."""
    found = {}
    for row in rows:
        if not row.deleted and row.resource_type not in IMMUTABLE:
            before = parse(row.content)
            after = rewrite(before, {**mapping, **_versioned(before, mapping)})
            if after is not before:
                found[row.rid] = after
    return found


def _versioned(resource: Resource, mapping: Mapping[str, str]) -> dict[str, str]:
    """References to a version of the source → the target: it has no such version."""
    return {
        text: mapping[head]
        for _, holder, name in walk(resource)
        if (text := holder[name]) and (head := text.partition("/_history/")[0]) in mapping
    }


def _event(both: Pair, how: Move) -> Event:
    patients = (both.target.rid, both.source.rid)
    return Event(how.action, how.access, f"Patient/{both.target_id}", patients, at=how.at)


async def _saved(
    tx: Tx, both: Pair, source: Resource, target: Resource, *, access: Access, bases: Sequence[str]
) -> list[Saved]:
    changes = [
        Change(Verb.UPDATE, "Patient", both.source_id, source),
        Change(Verb.UPDATE, "Patient", both.target_id, target),
    ]
    return await save(tx, changes, access=access, bases=bases)


def _renamed(source_id: str, target_id: str, bases: Sequence[str]) -> dict[str, str]:
    """References to the source → the same to the target, relative and absolute."""
    return {
        f"{base}Patient/{source_id}": f"{base}Patient/{target_id}"
        for base in ("", *(f"{base}/" for base in bases))
    }


async def undo(tx: Tx, both: Pair, *, access: Access, bases: Sequence[str]) -> list[Saved]:
    """Source and target as before; raises Unprocessable for two that were not merged.

    Raises Conflict when anything that moved, or either Patient, has a newer version.
    """
    how = Move(both.target.rid, both.source.rid, "$merge-undo", clock.now(), access, bases)
    kept = await merges.take(tx, both.source.rid, both.target.rid, how.at)
    if kept is None:
        raise Unprocessable("These two were not merged.")
    async with moved.seeing_all(tx, access):
        rows = await moved.locked(tx, kept.rids)
        wrote = dict(zip(kept.rids, kept.versions, strict=True))
        _require_unchanged(both, kept, {row.rid: row.version for row in rows}, wrote)
        before = [
            (kept.source, kept.source_version - 1),
            (kept.target, kept.target_version - 1),
            *((rid, version - 1) for rid, version in wrote.items() if version > 0),
        ]
        old = {rid: parse(text) for rid, text in (await moved.former(tx, before)).items()}
    saved = await _saved(
        tx, both, old.pop(kept.source), old.pop(kept.target), access=access, bases=bases
    )
    async with moved.seeing_all(tx, access):
        current = {row.rid: parse(row.content) for row in rows if row.rid in old}
        contents = {rid: one | {"meta": current[rid]["meta"]} for rid, one in old.items()}
        await move(tx, rows, contents, how)
        await merges.return_grants(tx, kept.grants, kept.source)
    await in_transaction(tx, [_event(both, how)])
    return saved


def _require_unchanged(
    both: Pair, kept: Merge, current: dict[int, int], wrote: dict[int, int]
) -> None:
    patients = (
        both.source.version == kept.source_version,
        both.target.version == kept.target_version,
    )
    if not all(patients) or current != {rid: abs(version) for rid, version in wrote.items()}:
        raise Conflict("Something was changed since the merge, so it cannot be undone.")
