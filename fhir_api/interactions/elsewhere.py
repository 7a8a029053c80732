"""A conditional create of a person whom another ward knows is refused, and says no more than that.

docs/decisions/care-known-elsewhere.md: only for a full identifier together with the
full birth date, without id, ward or name. The web app's registration does the same (`ehr.care`).
"""

from collections.abc import Set
from dataclasses import replace

from ehr.access import EVERY_LABEL, Access
from ehr.care.duplicates import born_on, require_may_ask, told_elsewhere
from ehr.db import Tx
from ehr.fhir.resource import Resource
from ehr.records.find import find
from ehr.search.query import Filter, SearchQuery
from ehr.search.values import TokenValue
from fhir_api.search.criteria import Criteria


async def require_unknown_elsewhere(
    tx: Tx,
    asked: Criteria,
    resource: Resource,
    *,
    access: Access,
    without: Set[str] = frozenset(),
) -> None:
    """Raise RegisteredElsewhere when the criteria's identifier and birth date are another ward's.

    It is counted, never read: the rows of other wards stay behind row-level security. Those of the
    ids in `without`, which the caller is deleting, are no other ward's. Raises Throttled for a
    caller who was told so too often.
    """
    named = [
        one for one in asked.query.filters if isinstance(one, Filter) and _is_full_identifier(one)
    ]
    born = born_on(resource.get("birthDate"))
    if asked.query.types != ("Patient",) or not named or born is None or access.every_ward:
        return
    require_may_ask(access)
    everywhere = replace(access, every_ward=True, labels=EVERY_LABEL)
    query = SearchQuery(("Patient",), (*named, born))
    total = (await find(tx, replace(query, summary="count"), access=everywhere)).total or 0
    if total and without:
        own = await find(tx, replace(query, count=total), access=access)
        total -= sum(one.id in without for one in own.matches)
    if total:
        raise told_elsewhere(access)


def _is_full_identifier(criterion: Filter) -> bool:
    value = criterion.values[0]
    return (
        criterion.parameter.code == "identifier"
        and criterion.modifier is None
        and len(criterion.values) == 1
        and isinstance(value, TokenValue)
        and bool(value.system)
        and bool(value.code)
    )
