"""$reindex: make every index row anew, in the background; GET tells how far it is.

Other servers have it too; FHIR R4 defines none. docs/api/operations/reindex.md.
"""

from ehr.access import Access, Role
from ehr.db import Tx
from ehr.directory import index_state
from ehr.directory.index_state import IndexState
from ehr.errors import Forbidden
from fhir_api.call import Call
from fhir_api.operations.parameters import answer, part, read
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction


async def reindex(call: Call) -> Reply:
    """202 when it was asked for, 200 with the progress by GET; raises Forbidden."""
    _require_role(call.access)
    read(call).require_known(())
    if call.request.method != "POST":
        return _told(await index_state.read(call.source), 200)
    return await in_transaction(call, _asked)


def _require_role(access: Access) -> None:
    if Role.SYSTEM not in access.roles:
        raise Forbidden("Only a client of the whole system has the index made anew.")


async def _asked(tx: Tx) -> Reply:
    state = await index_state.read(tx)
    if state.is_current:
        await index_state.ask_again(tx)
        state = await index_state.read(tx)
    return _told(state, 202)


def _told(state: IndexState, status: int) -> Reply:
    parts = [
        part("status", "Code", "completed" if state.is_current else "in-progress"),
        part("done", "Integer", state.done),
    ]
    if state.total is not None:
        parts.append(part("total", "Integer", state.total))
    reply = answer(*parts)
    return Reply(status, reply.body)
