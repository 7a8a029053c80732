"""create, conditional by If-None-Exist: http://hl7.org/fhir/R4/http.html#create, #ccreate."""

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import InvalidQuery
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change, new_id
from ehr.ingest.save import save
from ehr.records.stored import Stored
from fhir_api.call import Call
from fhir_api.interactions.elsewhere import require_unknown_elsewhere
from fhir_api.search.criteria import Criteria, criteria, hold, only_match
from fhir_api.search.parse import FORMAT, pairs_of
from fhir_api.wire.preconditions import Prefer
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, location_of, resource_of, saved_reply, writer


async def create(call: Call) -> Reply:
    """201 with a new id; 200 with what is there when If-None-Exist finds exactly one."""
    _refuse_criteria_in_url(call.request.query)
    resource = resource_of(call)
    header = call.header(b"if-none-exist")
    if header is None:
        return await in_transaction(call, lambda tx: _create(call, tx, resource))
    asked = criteria(call.resource_type, header.decode("latin-1"))
    return await in_transaction(call, lambda tx: _create_unless(call, tx, resource, asked))


def _refuse_criteria_in_url(query: str) -> None:
    """Some clients put the criteria into the URL; to ignore them there would make duplicates."""
    if any(name not in FORMAT for name, _ in pairs_of(query)):
        raise InvalidQuery("The criteria of a conditional create go into the header If-None-Exist.")


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
        patients=(found.pat,) if found.pat else (),
    )
