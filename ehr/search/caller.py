"""What a caller sees, as conditions on resource_index: four shapes, each with a plan of its own.

As measured (docs/decisions/search-plans.md): one ward is a scalar; several wards are walked one by
one (LATERAL), since `= ANY` loses the order of the index; every ward is walked at once, by
indexes of its own, so that a page costs the same however many wards there are; a patient seen by
grant is a semi-join; wards and grants are two disjoint branches. Where something else
chooses the rows, the same conditions only test them.
"""

from dataclasses import dataclass

from ehr.access import SHARED, Access
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import FALSE, Sql, either, every


@dataclass(frozen=True, slots=True)
class Source:
    """Rows a caller may see, before any filter; the sources of one caller share no row."""

    where: Sql
    """Condition on `i`; with `wards` it says `i.ward = w.ward`."""
    wards: Sql | None = None
    """A relation of wards to walk one by one."""
    ward: Sql | None = None
    """The ward of the rows, where it is one at a time."""
    everywhere: bool = False
    """Whether the rows are those of every ward, walked by the indexes that know no ward."""


_ANY_WARD = Sql("i.ward >= 0")
"""Every ward, and *unassigned*."""
_OF_WARD = Sql("i.ward = w.ward")
_WALKED_WARD = Sql("w.ward")


def walked(access: Access, resource_type: str) -> tuple[Source, ...]:
    """The sources for a search that walks an index in its order."""
    labels = visible_labels(access)
    if resource_type in SHARED_TYPES:
        return (Source(every([_SHARED, labels]), ward=Sql("%s", (SHARED,))),)
    if access.every_ward:
        return (Source(every([_ANY_WARD, labels]), everywhere=True),)
    found = []
    wards = _wards(access)
    if len(wards) == 1:
        found.append(Source(every([_one(wards[0]), labels]), ward=Sql("%s", (wards[0],))))
    elif wards:
        relation = Sql("unnest(%s::int[])", (wards,))
        found.append(Source(every([_OF_WARD, labels]), relation, _WALKED_WARD))
    if access.grantee is not None:
        elsewhere = [Sql("i.ward <> ALL (%s::int[])", (wards,))] if wards else []
        found.append(Source(every([granted(access.grantee), *elsewhere, labels])))
    return tuple(found)


def tested(access: Access, resource_type: str) -> Sql:
    """The condition for rows that a patient, an id or a key has chosen."""
    return every([_tested(access, resource_type), visible_labels(access)])


def tested_any_type(access: Access) -> Sql:
    """The condition for chosen rows of any type, shared ones among them."""
    return every([either([_SHARED, _tested(access, None)]), visible_labels(access)])


def _tested(access: Access, resource_type: str | None) -> Sql:
    if resource_type in SHARED_TYPES:
        return _SHARED
    if access.every_ward:
        return _ANY_WARD
    wards = _wards(access)
    parts = []
    if wards:
        parts.append(
            _one(wards[0]) if len(wards) == 1 else Sql("i.ward = ANY (%s::int[])", (wards,))
        )
    if access.grantee is not None:
        parts.append(granted(access.grantee))
    return either(parts) if parts else FALSE


_SHARED = Sql("i.ward = %s", (SHARED,))


def _one(ward: int) -> Sql:
    return Sql("i.ward = %s", (ward,))


def _wards(access: Access) -> list[int]:
    """The caller's wards: neither *shared* nor *unassigned* is anyone's own."""
    return sorted(ward for ward in access.wards if ward > 0)


def granted(grantee: int) -> Sql:
    """Rows of patients whom `grantee` may see now."""
    return Sql(
        "EXISTS (SELECT FROM access_grant g WHERE g.grantee = %s AND g.pat = i.pat"
        " AND g.valid_from <= statement_timestamp() AND g.until > statement_timestamp()"
        " AND g.revoked_at IS NULL)",
        (grantee,),
    )


def visible_labels(access: Access) -> Sql:
    """Rows without a label that the caller lacks.

    `label = 0` says nothing more, but the planner has statistics on it: it takes the expression
    alone to be true of one row in 200, and then does not walk an index in its order.
    """
    return Sql("(i.label = 0 OR i.label & %s::int = 0)", (~int(access.labels),))
