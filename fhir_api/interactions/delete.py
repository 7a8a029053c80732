"""delete: http://hl7.org/fhir/R4/http.html#delete. Versions stay; reads answer 410 from then on."""

from msgspec.structs import replace

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Gone, Issue
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import dump
from ehr.ingest.change import Change
from ehr.ingest.save import save
from fhir_api.call import Call
from fhir_api.interactions.update import versions_to_match
from fhir_api.wire.preconditions import Prefer
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, writer

_DELETED = dump(
    operation_outcome((Issue("informational", "It is deleted.", severity="information"),))
)


async def delete(call: Call) -> Reply:
    """204, or 200 with an OperationOutcome for those who prefer one; the same when done before."""
    try:
        return await in_transaction(call, lambda tx: _delete(call, tx))
    except Gone:
        return deleted_reply(call.prefer, recorded=False)


async def _delete(call: Call, tx: Tx) -> Reply:
    versions = await versions_to_match(call, tx)
    change = Change(Verb.DELETE, call.resource_type, call.id, None, versions)
    (saved,) = await save(tx, [change], access=writer(call), bases=(call.service.base,))
    reply = deleted_reply(call.prefer, saved.version, recorded=True)
    return replace(reply, patients=(saved.pat,) if saved.pat else ())


def deleted_reply(prefer: Prefer, version: int | None = None, *, recorded: bool) -> Reply:
    """The reply to a delete; `version` is that of the deletion."""
    if prefer.returns == "OperationOutcome":
        return Reply(200, _DELETED, version, recorded=recorded)
    return Reply(204, b"", version, recorded=recorded)
