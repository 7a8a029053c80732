"""Instance history, newest first: http://hl7.org/fhir/R4/http.html#history."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import NotFound
from ehr.fhir.definitions import type_number
from ehr.records.method import Method
from ehr.records.read import NAMED, fetch
from ehr.records.stored import Stored
from ehr.records.visible import visible

_VERSIONS = f"""
WITH current AS (
  SELECT r.bucket, r.rid, r.version, r.lu, r.content, r.deleted, r.pat, r.label, r.method
  FROM {NAMED} d JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid
  WHERE {{visible}}
)
SELECT version, lu, content, deleted, rid, pat, label, method FROM (
  SELECT version, lu, content, deleted, rid, pat, label, method,
    lag(lu, 1, 'infinity') OVER (ORDER BY version DESC) AS ended
  FROM (
    SELECT version, lu, content, deleted, rid, pat, label, method FROM current
    UNION ALL
    SELECT h.version, h.lu, h.content, h.deleted, h.rid, c.pat, h.label | c.label, h.method
    FROM current c JOIN resource_history h ON h.bucket = c.bucket AND h.rid = c.rid
    WHERE {{visible_then}}
  ) AS every
) AS v
WHERE version < %(before)s AND lu >= %(since)s AND lu < %(until)s AND ended > %(from)s
ORDER BY version DESC LIMIT %(limit)s"""  # noqa: S608 - constants


_EVER = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Versions:
    """One page of versions, newest first; `total` counts all of them, where all are asked for."""

    entries: list[Stored]
    total: int | None
    next_before: int | None


async def instance(
    source: Database | Tx,
    resource_type: str,
    id: str,
    *,
    access: Access,
    count: int = 50,
    before: int | None = None,
    since: datetime | None = None,
    at: tuple[datetime, datetime] | None = None,
) -> Versions:
    """At most `count` versions older than version `before`; raises NotFound.

    Those stored from `since` on, and current at some moment of the interval `at`.
    """
    condition, params = visible(access, "r")
    of_history, _ = visible(access, "h")
    params |= {
        "rtype": type_number(resource_type),
        "id": id,
        "before": before or 2**31 - 1,
        "limit": count + 1,
        "since": since or _EVER[0],
        "from": at[0] if at else _EVER[0],
        "until": at[1] if at else _EVER[1],
    }
    rows = await fetch(
        source, access, _VERSIONS.format(visible=condition, visible_then=of_history), params
    )
    is_part = since is not None or at is not None
    if not rows and before is None and not is_part:
        raise NotFound
    entries = [
        Stored(resource_type, id, version, lu, content, deleted, rid, pat, label, Method(method))
        for version, lu, content, deleted, rid, pat, label, method in rows[:count]
    ]
    # Versions are numbered without a gap, so the newest one is their count.
    total = rows[0][0] if rows and not (before or is_part) else None
    if total is None:
        newest = await _newest(source, resource_type, id, access)
        total = None if is_part else newest
    return Versions(entries, total, entries[-1].version if len(rows) > count else None)


async def _newest(source: Database | Tx, resource_type: str, id: str, access: Access) -> int | None:
    versions = await instance(source, resource_type, id, access=access, count=1)
    return versions.total
