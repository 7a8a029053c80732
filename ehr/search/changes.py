"""Every version of a type or of all types, newest first, as a statement for a caller.

http://hl7.org/fhir/R4/http.html#history. Live records are walked by the index that searches use,
deletions and superseded versions by small indexes of their own, one ward and one type at a time; so
a page costs what it shows, wherever in time it is. Records seen by grant are not among them.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ehr.access import SHARED, UNASSIGNED, Access
from ehr.errors import Forbidden
from ehr.fhir.definitions import type_number
from ehr.search.compile import Statement
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import TRUE, Sql, every

Position = tuple[datetime, int, int]
"""(lu, rid, version) of the last version of a page."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is asked: `at` is the interval in which a version was current, at least for a moment."""

    types: tuple[str, ...]
    since: datetime | None = None
    at: tuple[datetime, datetime] | None = None
    after: Position | None = None
    count: int = 50


def page(asked: Changes, access: Access) -> Statement:
    """The page and one row more.

    Rows are (rtype, id, version, lu, content, deleted, rid, pat, label, method).

    Raises Forbidden for a caller without wards: who sees by grant asks for one record's history.
    """
    if not access.wards and not access.every_ward:
        raise Forbidden("Ask for the history of one record: …/Patient/<id>/_history.")
    parts = [_live(asked, access), _deleted(asked, access), _superseded(asked, access)]
    text = " UNION ALL ".join(f"({part.text})" for part in parts)
    params = tuple(param for part in parts for param in part.params)
    return Statement(
        "SELECT v.rtype, v.id, v.version, v.lu, v.content, v.deleted, v.rid, v.pat, v.label,"
        " v.method"
        f" FROM ({text}) v ORDER BY v.lu DESC, v.rid DESC, v.version DESC LIMIT %s",
        (*params, asked.count + 1),
    )


def _places(asked: Changes, access: Access) -> Sql:
    """(ward, rtype) of all that the caller may see; shared types lie in a ward of their own."""
    shared = [type_number(one) for one in asked.types if one in SHARED_TYPES]
    own = [type_number(one) for one in asked.types if one not in SHARED_TYPES]
    if access.every_ward:
        wards = Sql("(SELECT ward.id FROM ward UNION ALL SELECT %s::int)", (UNASSIGNED,))
    else:
        wards = Sql("unnest(%s::int[])", (sorted(one for one in access.wards if one > 0),))
    return Sql(
        f"(SELECT w.ward, t.rtype FROM {wards.text} AS w(ward), unnest(%s::smallint[]) AS t(rtype)"
        " UNION ALL SELECT %s::int, t.rtype FROM unnest(%s::smallint[]) AS t(rtype))",
        (*wards.params, own, SHARED, shared),
    )


def _labels(alias: str, access: Access) -> Sql:
    return Sql(f"({alias}.label = 0 OR {alias}.label & %s::int = 0)", (~int(access.labels),))


def _by_time(alias: str, asked: Changes) -> Sql:
    """After `since`, begun before the end of `at`, and no later than the last version shown."""
    parts = []
    if asked.since is not None:
        parts.append(Sql(f"{alias}.lu >= %s", (asked.since,)))
    if asked.at is not None:
        parts.append(Sql(f"{alias}.lu < %s", (asked.at[1],)))
    if asked.after is not None:
        parts.append(Sql(f"({alias}.lu, {alias}.rid) <= (%s, %s)", asked.after[:2]))
    return every(parts)


def _in_time(alias: str, asked: Changes) -> Sql:
    """The same, and beyond the last version shown."""
    if asked.after is None:
        return _by_time(alias, asked)
    beyond = Sql(f"({alias}.lu, {alias}.rid, {alias}.version) < (%s, %s, %s)", asked.after)
    return every([_by_time(alias, asked), beyond])


def _walked(places: Sql, rows: Sql, columns: str, join: str = "") -> Sql:
    return Sql(
        f"SELECT {columns} FROM {places.text} p CROSS JOIN LATERAL ({rows.text}) x{join}",
        (*places.params, *rows.params),
    )


def _live(asked: Changes, access: Access) -> Sql:
    """Current versions: cut by time in the index, and exactly where their version is known."""
    when = every([_labels("i", access), _by_time("i", asked)])
    rows = Sql(
        "SELECT i.bucket, i.rid FROM resource_index i"
        f" WHERE i.ward = p.ward AND i.rtype = p.rtype AND {when.text}"
        " ORDER BY i.lu DESC, i.rid DESC LIMIT %s",
        (*when.params, asked.count + 2),
    )
    found = _walked(
        _places(asked, access),
        rows,
        "r.rtype, r.id, r.version, r.lu, r.content, r.deleted, r.rid, r.pat, r.label, r.method",
        " JOIN resource r ON r.bucket = x.bucket AND r.rid = x.rid",
    )
    beyond = _in_time("r", asked)
    return Sql(f"{found.text} WHERE {beyond.text}", (*found.params, *beyond.params))


def _deleted(asked: Changes, access: Access) -> Sql:
    when = every([_labels("r", access), _in_time("r", asked)])
    rows = Sql(
        "SELECT r.rtype, r.id, r.version, r.lu, r.content, r.deleted, r.rid, r.pat, r.label,"
        " r.method FROM resource r"
        f" WHERE r.deleted AND r.ward = p.ward AND r.rtype = p.rtype AND {when.text}"
        " ORDER BY r.lu DESC, r.rid DESC LIMIT %s",
        (*when.params, asked.count + 1),
    )
    return _walked(_places(asked, access), rows, "x.*")


def _superseded(asked: Changes, access: Access) -> Sql:
    """Versions that are no longer current; one is seen exactly when its record is."""
    places = _places(asked, access)
    wards = Sql(f"(SELECT DISTINCT p.ward FROM {places.text} p)", places.params)
    when = every(
        [
            _labels("h", access),
            _labels("r", access),
            _in_time("h", asked),
            _still_current(asked),
        ]
    )
    rows = Sql(
        "SELECT r.rtype, r.id, h.version, h.lu, h.content, h.deleted, h.rid, r.pat,"
        " h.label | r.label AS label, h.method"
        " FROM resource_history h JOIN resource r ON r.bucket = h.bucket AND r.rid = h.rid"
        " WHERE h.ward = p.ward AND r.ward = p.ward AND r.rtype = ANY (%s::smallint[])"
        f" AND {when.text} ORDER BY h.lu DESC, h.rid DESC, h.version DESC LIMIT %s",
        (_numbers(asked.types), *when.params, asked.count + 1),
    )
    return _walked(wards, rows, "x.*")


def _still_current(asked: Changes) -> Sql:
    """Whether the version was superseded only after `at` began."""
    if asked.at is None:
        return TRUE
    return Sql(
        "coalesce((SELECT n.lu FROM resource_history n WHERE n.bucket = h.bucket"
        " AND n.rid = h.rid AND n.version = h.version + 1), r.lu) > %s",
        (asked.at[0],),
    )


def _numbers(types: Sequence[str]) -> list[int]:
    return [type_number(one) for one in types]
