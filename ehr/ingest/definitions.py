"""What is stored as a SearchParameter becomes a parameter to search by, or ceases to be one.

Only a client of the whole system may: a parameter is everybody's, and costs every write.
"""

from collections.abc import Sequence

from ehr.access import Access, Role
from ehr.db import Tx
from ehr.directory.search_parameters import define
from ehr.errors import Forbidden
from ehr.fhir.resource import Resource
from ehr.records.written import Written
from ehr.search.proposal import definitions_of


async def project(tx: Tx, changes: Sequence[Written], *, access: Access) -> None:
    """Take over the SearchParameters among `changes`; raises Forbidden, Unprocessable."""
    for one in changes:
        if one.resource_type != "SearchParameter":
            continue
        if Role.SYSTEM not in access.roles and (_counts(one.resource) or _counts(one.previous)):
            raise Forbidden("Only a client of the whole system defines search parameters.")
        await define(tx, one.id, definitions_of(one.resource) if one.resource else [])


def _counts(resource: Resource | None) -> bool:
    return resource is not None and resource.get("status") == "active"
