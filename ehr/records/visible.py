"""The caller's predicate on a content row: the same rule as the policy, in the query itself.

On `resource`, `resource_history` and `visit` an OR does no harm: at most some fifty rows pass it.
"""

from typing import Any

from ehr.access import SHARED, Access

_FEW = 4
"""Wards of nearly every person; more are passed as an array."""


def visible(access: Access, alias: str) -> tuple[str, dict[str, Any]]:
    """SQL that is true of the rows `access` may see, and its named parameters."""
    params: dict[str, Any] = {"hidden": ~int(access.labels)}
    labels = f"{alias}.label & %(hidden)s::int = 0"
    if access.every_ward:
        return labels, params
    if len(access.wards) <= _FEW:
        # Scalars: psycopg takes longer to write an array than PostgreSQL to read the row.
        params |= {f"ward{n}": ward for n, ward in enumerate((SHARED, *access.wards))}
        mine = (
            f"{alias}.ward IN ({', '.join(f'%(ward{n})s' for n in range(len(access.wards) + 1))})"
        )
    else:
        params["wards"] = [SHARED, *access.wards]
        mine = f"{alias}.ward = ANY (%(wards)s::int[])"
    if access.grantee is not None:
        mine = f"({mine} OR app_granted({alias}.pat))"
    return f"{mine} AND {labels}", params
