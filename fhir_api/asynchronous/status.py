"""How far a request is that is answered later, its answer, and its end.

The answer is a batch-response with the one request in it, as R5 has it
(http://hl7.org/fhir/R5/async-bundle.html, docs/decisions/async-answers.md). Whoever else asks is
told what is told of an id that was never given: 404.
"""

from ehr.directory import async_requests
from ehr.directory.async_requests import Answer, State
from ehr.directory.standing import standing
from ehr.errors import Forbidden, NotFound
from fhir_api.asynchronous.ask import RETRY_AFTER_SECONDS
from fhir_api.bundles.replies import response_entry
from fhir_api.call import Call
from fhir_api.search.bundle import bundle
from fhir_api.wire.preconditions import prefer
from fhir_api.wire.responses import Reply, http_date

_UNKNOWN = "There is no such request, or it is not yours, or its time is over."


async def async_status(call: Call) -> Reply:
    """202 while it is under way, 200 with the answer; raises NotFound, Forbidden."""
    state = await async_requests.find(call.service.db, call.id, access=call.access)
    if state is None:
        raise NotFound(_UNKNOWN)
    if state.answer is None:
        progress = b"running" if state.is_running else b"waiting"
        headers = ((b"x-progress", progress), (b"retry-after", RETRY_AFTER_SECONDS))
        return Reply(202, headers=headers)
    return _answered(call, state, state.answer)


def _answered(call: Call, state: State, answer: Answer) -> Reply:
    """The answer, for as long as its caller may do and see what he might when it was made."""
    is_same = not answer.standing or answer.standing == standing(call.access)
    if not is_same or not state.in_sight:
        raise Forbidden("What you may see has changed since it was answered; ask again.")
    entry = response_entry(
        Reply(answer.status, answer.body), state.method, prefer(None), None, set()
    )
    return Reply(
        200,
        bundle("batch-response", (), [entry]),
        headers=((b"expires", http_date(state.expires_at)),),
        patients=answer.patients,
        label=answer.label,
    )


async def async_cancel(call: Call) -> Reply:
    """202: it is stopped or forgotten; raises NotFound."""
    if not await async_requests.cancel(call.service.db, call.id, access=call.access):
        raise NotFound(_UNKNOWN)
    return Reply(202)
