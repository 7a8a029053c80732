"""create, conditional by If-None-Exist: http://hl7.org/fhir/R4/http.html#create, #ccreate."""

from ehr.access import Verb
from ehr.db import Tx
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change, new_id
from ehr.ingest.save import save
from ehr.records.stored import Stored
from fhir_api.call import Call
from fhir_api.interactions.elsewhere import require_unknown_elsewhere
from fhir_api.search.criteria import Criteria, criteria_of_create, hold, only_match
from fhir_api.wire.preconditions import Prefer
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, location_of, resource_of, saved_reply, writer


async def create(call: Call) -> Reply:
    """201 with a new id; 200 with what is there when the criteria find exactly one."""
    asked = criteria_of_create(
        call.resource_type,
        call.header(b"if-none-exist"),
        call.request.query,
        call.service.base,
    )
    resource = resource_of(call)
    if asked is None:
        return await in_transaction(call, lambda tx: _create(call, tx, resource))
    return await in_transaction(call, lambda tx: _create_unless(call, tx, resource, asked))


async def _create(call: Call, tx: Tx, resource: Resource) -> Reply:
    change = Change(Verb.CREATE, call.resource_type, new_id(), resource)
    (saved,) = await save(tx, [change], access=writer(call), bases=(call.service.base,))
    return saved_reply(saved, call.prefer)


async def _create_unless(call: Call, tx: Tx, resource: Resource, asked: Criteria) -> Reply:
    """Parallel callers with the same criteria wait here for each other, so one of them creates."""
    await hold(tx, [asked])
    found = await only_match(tx, asked, access=call.access)
    if found is None:
        await require_unknown_elsewhere(tx, asked, resource, access=call.access)
        return await _create(call, tx, resource)
    return existing_reply(found, call.prefer)


def existing_reply(found: Stored, prefer: Prefer) -> Reply:
    """The reply when what was to be created is there already."""
    return Reply(
        200,
        b"" if prefer.returns in {"minimal", "OperationOutcome"} else found.content,
        found.version,
        found.last_updated,
        location_of(found.resource_type, found.id, found.version),
    ).showing([found])
