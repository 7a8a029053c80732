"""What is stored as a SearchParameter or a profile comes into force, or ceases to be in force.

Only a client of the whole system may: a parameter and a profile are everybody's, and each costs
the writes that it is about.
"""

from collections.abc import Sequence

from ehr.access import Access, Role
from ehr.db import Tx
from ehr.directory import profiles, search_parameters
from ehr.errors import Forbidden
from ehr.fhir.profiles.definition import is_profile, of_structure
from ehr.fhir.resource import Resource
from ehr.records.written import Written
from ehr.search.proposal import definitions_of


async def project(tx: Tx, changes: Sequence[Written], *, access: Access) -> None:
    """Take over what `changes` define; raises Forbidden, Unprocessable."""
    for one in changes:
        if one.resource_type == "SearchParameter":
            if _counts(one.resource) or _counts(one.previous):
                _require_system(access, "search parameters")
            wanted = definitions_of(one.resource) if one.resource else []
            await search_parameters.define(tx, one.id, wanted)
        elif one.resource_type == "StructureDefinition":
            now, before = is_profile(one.resource or {}), is_profile(one.previous or {})
            if now or before:
                _require_system(access, "profiles")
                found = of_structure(one.resource) if one.resource and now else None
                await profiles.define(tx, one.id, found)


def _require_system(access: Access, what: str) -> None:
    if Role.SYSTEM not in access.roles:
        raise Forbidden(f"Only a client of the whole system defines {what}.")


def _counts(resource: Resource | None) -> bool:
    return resource is not None and resource.get("status") == "active"
