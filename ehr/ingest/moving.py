"""Records become another patient's: new content where it names the patient, all versions his.

The rows stay in the bucket where they were first written, which is placement and not meaning
(docs/decisions/ingest-merge.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ehr.access import Access, Verb
from ehr.audit.event import Event
from ehr.audit.record import in_transaction
from ehr.db import Tx
from ehr.directory import search_parameters
from ehr.fhir.resource import Resource, dump, parse
from ehr.ingest.stamp import stamped
from ehr.records.method import Method
from ehr.records.moved import Row, give
from ehr.records.write import write
from ehr.records.written import Written
from ehr.visits.project import project


@dataclass(frozen=True, slots=True)
class Move:
    """From one patient's record to another's; `action` names it in the audit."""

    source: int
    target: int
    action: str
    at: datetime
    access: Access
    bases: Sequence[str]


async def move(
    tx: Tx, rows: Sequence[Row], contents: Mapping[int, Resource], how: Move
) -> dict[int, int]:
    """Rid → version of the moved rows, negative where `contents` has nothing new for one.

    Figures and visits follow. Only within `moved.seeing_all`.
    """
    await search_parameters.refresh(tx)
    live = [_written(row, contents.get(row.rid), how) for row in rows if not row.deleted]
    await write(tx, [one for one in live if one.rid in contents])
    await give(tx, [row.rid for row in rows], how.target)
    await project(tx, live, access=how.access, bases=how.bases)
    await in_transaction(tx, [_event(row, how) for row in rows])
    versions = {row.rid: -row.version for row in rows}
    return versions | {one.rid: one.version for one in live if one.rid in contents}


def _written(row: Row, new: Resource | None, how: Move) -> Written:
    """The row as it will be; what is not written again is told to the projection alone."""
    before = parse(row.content)
    version = row.version + 1
    at = max(how.at, row.last_updated + timedelta(milliseconds=1))
    resource = before if new is None else stamped(new, row.id, version, at, [])
    return Written(
        verb=Verb.UPDATE,
        resource_type=row.resource_type,
        id=row.id,
        rid=row.rid,
        bucket=row.bucket,
        version=version,
        ward=row.ward,
        pat=how.target,
        label=row.label,
        last_updated=at,
        resource=resource,
        previous=before,
        content=dump(resource),
        author=how.access.account,
        author_ward=how.access.home_ward,
        method=Method.PUT,
    )


def _event(row: Row, how: Move) -> Event:
    entity, patients = f"{row.resource_type}/{row.id}", (how.target, how.source)
    return Event(how.action, how.access, entity, patients, int(row.label), at=how.at)
