"""update by criteria, `PUT Patient?identifier=…`: http://hl7.org/fhir/R4/http.html#cond-update.

Parallel callers with the same criteria wait for each other, so one of them creates and the others
update what it created.
"""

from msgspec.structs import replace

from ehr.access import Access, Verb
from ehr.db import Tx
from ehr.errors import Conflict, Gone, Invalid, NotFound
from ehr.fhir.resource import Resource
from ehr.ingest.change import new_id
from ehr.records import read as records
from fhir_api.call import Call
from fhir_api.interactions.elsewhere import require_unknown_elsewhere
from fhir_api.interactions.update import store
from fhir_api.search.criteria import Criteria, criteria, hold, only_match
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, resource_of


async def conditional_update(call: Call) -> Reply:
    """200 for the one match, 201 when nothing matches; raises Duplicate for several."""
    resource = resource_of(call)
    asked = criteria(call.resource_type, call.request.query)
    return await in_transaction(call, lambda tx: _update(call, tx, resource, asked))


async def _update(call: Call, tx: Tx, resource: Resource, asked: Criteria) -> Reply:
    await hold(tx, [asked])
    verb, id = await target_of(tx, asked, resource, access=call.access)
    return await store(replace(call, id=id), tx, verb, resource)


async def target_of(
    tx: Tx, asked: Criteria, resource: Resource, *, access: Access
) -> tuple[Verb, str]:
    """What the update comes to, and of which id.

    Raises Duplicate for several matches, Invalid when the one match has another id than the
    resource, Conflict when nothing matches and what has the resource's id is something else.
    """
    found = await only_match(tx, asked, access=access)
    named = resource.get("id")
    if found is not None:
        if named not in (None, found.id):
            raise Invalid(
                "The id of the resource is not that of the one that matches.",
                code="value",
                expression=f"{found.resource_type}.id",
            )
        return Verb.UPDATE, found.id
    await require_unknown_elsewhere(tx, asked, resource, access=access)
    if not isinstance(named, str):
        return Verb.CREATE, new_id()
    await _require_free(tx, asked.query.types[0], named, access)
    return Verb.UPDATE, named


async def _require_free(tx: Tx, resource_type: str, id: str, access: Access) -> None:
    try:
        await records.read(tx, resource_type, id, access=access)
    except (NotFound, Gone):
        return
    raise Conflict(
        "Nothing matches the criteria, and the id of the resource is another one's.",
        expression=f"{resource_type}.id",
    )
