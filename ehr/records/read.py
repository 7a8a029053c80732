"""read and vread: http://hl7.org/fhir/R4/http.html#read.

What is not there and what is not the caller's raise the same NotFound; a deletion is told
(Gone) only to those who could see the record.
"""

from ehr.access import Access
from ehr.db import Database, Row, Tx
from ehr.errors import Gone, NotFound
from ehr.fhir.definitions import type_number
from ehr.located import located
from ehr.records.stored import Stored
from ehr.records.visible import visible

NAMED = located("resource_directory WHERE rtype = %(rtype)s AND id = %(id)s")
"""The row of one id, whoever may see it."""
_CURRENT = f"""
SELECT r.version, r.lu, r.content, r.deleted, r.rid, r.pat, r.label
FROM {NAMED} d JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid
WHERE """  # noqa: S608 - constants

_SUPERSEDED = f"""
SELECT h.version, h.lu, h.content, h.deleted, h.rid, r.pat, h.label | r.label
FROM {NAMED} d JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid
JOIN resource_history h ON h.bucket = r.bucket AND h.rid = r.rid AND h.version = %(version)s
WHERE """  # noqa: S608 - constants


async def read(source: Database | Tx, resource_type: str, id: str, *, access: Access) -> Stored:
    """The current version; raises NotFound or Gone."""
    return _served(await _current(source, resource_type, id, access=access))


async def vread(
    source: Database | Tx, resource_type: str, id: str, version: int, *, access: Access
) -> Stored:
    """Version `version`, current or superseded; raises NotFound, or Gone for a deletion."""
    found = await _current(source, resource_type, id, access=access)
    if found.version == version:
        return _served(found)
    condition, params = visible(access, "r")
    of_history, _ = visible(access, "h")
    params |= {"rtype": type_number(resource_type), "id": id, "version": version}
    rows = await fetch(source, access, f"{_SUPERSEDED}{condition} AND {of_history}", params)
    if not rows:
        raise NotFound
    return _served(_stored(resource_type, id, rows[0]))


async def _current(source: Database | Tx, resource_type: str, id: str, *, access: Access) -> Stored:
    condition, params = visible(access, "r")
    params |= {"rtype": type_number(resource_type), "id": id}
    rows = await fetch(source, access, _CURRENT + condition, params)
    if not rows:
        raise NotFound
    return _stored(resource_type, id, rows[0])


async def fetch(
    source: Database | Tx, access: Access, query: str, params: dict[str, object]
) -> list[Row]:
    """The rows of a query, in a transaction that runs already or in one of its own."""
    if isinstance(source, Tx):
        return await source.fetch(query, params)
    return await source.fetch(access, query, params)


def _stored(resource_type: str, id: str, row: Row) -> Stored:
    version, last_updated, content, deleted, rid, pat, label = row
    return Stored(resource_type, id, version, last_updated, content, deleted, rid, pat, label)


def _served(stored: Stored) -> Stored:
    if stored.deleted:
        raise Gone
    return stored
