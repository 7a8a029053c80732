"""delete by criteria, `DELETE Observation?…`: http://hl7.org/fhir/R4/http.html#3.1.0.7.1.

One match by default; up to EHR_CONDITIONAL_DELETE_LIMIT where that is more, all or none of them.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Gone
from ehr.ingest.change import Change, Saved
from ehr.ingest.save import save
from fhir_api.call import Call
from fhir_api.interactions.delete import deleted_reply
from fhir_api.interactions.update import versions_to_match
from fhir_api.search.criteria import Criteria, criteria, hold, matches
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, writer


async def conditional_delete(call: Call) -> Reply:
    """204 whether something matched or nothing did; raises Duplicate for too many."""
    asked = criteria(call.resource_type, call.request.query)
    try:
        return await in_transaction(call, lambda tx: _delete(call, tx, asked))
    except Gone:  # somebody deleted it between the search and the lock
        return await in_transaction(call, lambda tx: _delete(call, tx, asked))


async def _delete(call: Call, tx: Tx, asked: Criteria) -> Reply:
    await hold(tx, [asked])
    changes = await deletions(call, tx, asked)
    if not changes:
        return deleted_reply(call.prefer, recorded=False)
    saved = await save(tx, changes, access=writer(call), bases=(call.service.base,))
    return several_deleted(call, saved)


async def deletions(call: Call, tx: Tx, asked: Criteria) -> list[Change]:
    """A deletion for each match; raises Duplicate for more than the setting allows."""
    most = call.service.conditional_delete_limit
    found = await matches(tx, asked, most, access=call.access)
    return [
        Change(
            Verb.DELETE,
            call.resource_type,
            one.id,
            if_match=await versions_to_match(replace(call, id=one.id), tx),
        )
        for one in found
    ]


def several_deleted(call: Call, saved: Sequence[Saved]) -> Reply:
    """The reply to the deletion of all of `saved`; the version is told where it is one alone."""
    version = saved[0].version if len(saved) == 1 else None
    reply = deleted_reply(call.prefer, version, recorded=True)
    return replace(reply, patients=tuple({one.pat for one in saved if one.pat}))
