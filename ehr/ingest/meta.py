"""Change the profiles, tags or labels of a record without making a version of it.

http://hl7.org/fhir/R4/resource.html#Meta: tags, labels and profiles "can be updated without
changing the stated version". The content of the current version is written again in its place,
with its index and its visit's label, under the same rules for labels as any write.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ehr.access import Access, Label, Role, Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction
from ehr.db import Tx
from ehr.directory import search_parameters
from ehr.errors import Forbidden, Gone, NotFound, VersionMismatch
from ehr.fhir.meta import Meta
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import require_valid
from ehr.ingest import labels, profiles
from ehr.ingest.may import may_keep
from ehr.ingest.save import IMMUTABLE
from ehr.records.lock import Current, lock
from ehr.records.write import amend
from ehr.records.written import Written
from ehr.visits.project import project


async def change_meta(
    tx: Tx,
    resource_type: str,
    id: str,
    change: Callable[[Meta], Meta],
    *,
    action: str,
    if_match: tuple[int, ...] | None = None,
    access: Access,
    bases: Sequence[str],
) -> tuple[Meta, Current]:
    """The Meta that `change` makes of the current one; `action` names it in the audit.

    Raises Forbidden, NotFound, Gone, VersionMismatch, Invalid, Unprocessable.
    """
    if not access.may(resource_type, Verb.UPDATE) or resource_type in IMMUTABLE:
        raise Forbidden(f"You may not change {resource_type}.")
    may_keep(access, resource_type)
    await search_parameters.refresh(tx)
    row = await _row(tx, resource_type, id, if_match)
    before = parse(row.content)
    after = before | {"meta": change(before["meta"])}
    label = _label(after, row, access)
    if after["meta"] != before["meta"]:
        require_valid(after)
        await profiles.require_kept(tx, [after])
        one = _written(row, before, after, label, access=access)
        await amend(tx, one)
        if label != row.label:
            # To the projection it is a record that was there, also in its first version.
            await project(
                tx, [replace(one, version=max(2, one.version))], access=access, bases=bases
            )
    patients = (row.pat,) if row.pat is not None else ()
    event = Event(action, access, f"{resource_type}/{id}", patients, int(label))
    await in_transaction(tx, [event])
    return after["meta"], row


async def _row(tx: Tx, resource_type: str, id: str, if_match: tuple[int, ...] | None) -> Current:
    key = (resource_type, id)
    row = (await lock(tx, [key])).get(key)
    if row is None:
        raise NotFound
    if row.deleted:
        raise Gone
    if if_match is not None and row.version not in if_match:
        raise VersionMismatch
    return row


def _label(after: Resource, row: Current, access: Access) -> Label:
    """The label that the record then has; raises Forbidden for one lowered, or not the caller's."""
    label = labels.stated(after) | labels.implied(after)
    if row.label & ~label and Role.SYSTEM not in access.roles:
        raise Forbidden("A security label is lowered only by those charged with it.")
    if label & ~access.labels:
        raise Forbidden("You may not write what carries this security label.")
    return label


def _written(
    row: Current, before: Resource, after: Resource, label: Label, *, access: Access
) -> Written:
    return Written(
        verb=Verb.UPDATE,
        resource_type=after["resourceType"],
        id=after["id"],
        rid=row.rid,
        bucket=row.bucket,
        version=row.version,
        ward=row.ward,
        pat=row.pat,
        label=label,
        last_updated=row.last_updated,
        resource=after,
        previous=before,
        content=dump(after),
        author=access.account,
        author_ward=access.home_ward,
        method=row.method,
    )
