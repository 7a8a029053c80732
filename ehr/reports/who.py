"""Who may read a report: the city's analysts any, ward staff that of their own ward.

Hospitals and other clients have no figures; a ward's staff see what is published of their ward,
the same as everybody else sees.
"""

from ehr.access import Access, Role
from ehr.errors import Forbidden

_STAFF = frozenset({Role.CLINICIAN, Role.ADMIN})


def require(access: Access, ward: int | None) -> None:
    """Raises Forbidden unless `access` may read the report of `ward` (row id; None: the city)."""
    if access.reports:
        return
    if ward is not None and ward in access.wards and not _STAFF.isdisjoint(access.roles):
        return
    raise Forbidden("The figures are for the city's analysts, and for ward staff of their ward.")


def require_some(access: Access) -> None:
    """Raises Forbidden unless there is a report that `access` may read."""
    if not (access.reports or (access.wards and not _STAFF.isdisjoint(access.roles))):
        raise Forbidden("The figures are for the city's analysts, and for ward staff.")
