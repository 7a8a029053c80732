"""Instance history, newest first: http://hl7.org/fhir/R4/http.html#history."""

from dataclasses import dataclass

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import NotFound
from ehr.fhir.definitions import type_number
from ehr.records.read import fetch
from ehr.records.stored import Stored
from ehr.records.visible import visible

_VERSIONS = """
WITH current AS (
  SELECT r.bucket, r.rid, r.version, r.lu, r.content, r.deleted, r.pat
  FROM resource_directory d
  JOIN resource r ON r.bucket = (d.rid >> 48)::int AND r.rid = d.rid
  WHERE d.rtype = %(rtype)s AND d.id = %(id)s AND {visible}
)
SELECT version, lu, content, deleted, rid, pat FROM (
  SELECT version, lu, content, deleted, rid, pat FROM current
  UNION ALL
  SELECT h.version, h.lu, h.content, h.deleted, h.rid, c.pat
  FROM current c JOIN resource_history h ON h.bucket = c.bucket AND h.rid = c.rid
) AS v
WHERE version < %(before)s
ORDER BY version DESC LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Versions:
    """One page of versions, newest first; `total` counts all of them."""

    entries: list[Stored]
    total: int
    next_before: int | None


async def instance(
    source: Database | Tx,
    resource_type: str,
    id: str,
    *,
    access: Access,
    count: int = 50,
    before: int | None = None,
) -> Versions:
    """At most `count` versions older than version `before`; raises NotFound."""
    condition, params = visible(access, "r")
    params |= {
        "rtype": type_number(resource_type),
        "id": id,
        "before": before or 2**31 - 1,
        "limit": count + 1,
    }
    rows = await fetch(source, access, _VERSIONS.format(visible=condition), params)
    if not rows and before is None:
        raise NotFound
    entries = [Stored(resource_type, id, *row) for row in rows[:count]]
    # Versions are numbered without a gap, so the newest one is their count.
    total = (await _newest(source, resource_type, id, access)) if before else rows[0][0]
    return Versions(entries, total, entries[-1].version if len(rows) > count else None)


async def _newest(source: Database | Tx, resource_type: str, id: str, access: Access) -> int:
    versions = await instance(source, resource_type, id, access=access, count=1)
    return versions.total
