"""negotiate → authenticate → rights → interaction (its transaction commits) → audit → reply.

Nothing is sent before the commit and the audit event; whatever fails becomes an
OperationOutcome with the status of `wire.errors`.
"""

from collections.abc import Awaitable, Callable

import structlog
from msgspec.structs import replace

from ehr.access import Access
from ehr.audit.event import Event
from ehr.db import Database, Tx
from ehr.directory import search_parameters
from ehr.errors import EhrError, Forbidden, Throttled
from ehr.fhir.definitions import is_resource_type
from fhir_api import binary
from fhir_api.asynchronous.ask import later
from fhir_api.audited import event_of
from fhir_api.call import Call, Service, Target
from fhir_api.request import Disconnected, Request, is_form
from fhir_api.wire import content
from fhir_api.wire.errors import NotAcceptable, failure, refusal
from fhir_api.wire.responses import Reply

_log = structlog.get_logger(__name__)

Body = Callable[[], Awaitable[bytes]]
"""Reads the body; raises TooLarge, or Disconnected when it never comes whole."""


async def handle(
    service: Service, request: Request, body: Body | None = None
) -> tuple[Reply, content.Format]:
    """The reply to a request, with the format that it is written in.

    `body` is read once it is known who sends it: strangers fill no memory.
    """
    wanted, target, access = content.PLAIN, None, None
    try:
        target = service.match(request.method, request.path)
        await search_parameters.refresh(service.db)
        waits = _is_native(target) or (body is not None and is_form(request.path))
        wanted = _wanted(request, waits=waits)
        if target.route.public:
            call = Call(service, request, _STRANGER, service.db)
            return await target.route.interaction(call), wanted
        authenticator = service.authenticator
        access = await authenticator.from_bearer(request.authorization, request.address)
        authenticator.throttle.admit(access)
        if body is not None:
            request = replace(request, body=await body())
            wanted = _format_in_form(request, wanted)
    except Disconnected:
        raise
    except EhrError as error:
        reply = refusal(error, with_token=bool(request.authorization))
        if isinstance(error, Throttled) and error.again:
            return reply, wanted
    except Exception as error:
        reply = _unforeseen(error, request)
    else:
        asked = later(target, request)
        return await _answered(service, request, asked, access, service.db), wanted
    if target is None:
        reply = await refused(service, request, None, reply)
    elif not target.route.public:
        reply = await _audited(service, request, target, access, reply)
    return reply, wanted


def _is_native(target: Target) -> bool:
    """Whether what is answered may be in a format of its own."""
    return target.shows_record and target.resource_type == binary.TYPE


def _wanted(request: Request, *, waits: bool) -> content.Format:
    """The format that URL or header name; what is not spoken may wait for a form, or a Binary."""
    try:
        return content.negotiate(request.headers.get(b"accept"), request.query)
    except NotAcceptable:
        if waits:
            return content.PLAIN
        raise


def _format_in_form(request: Request, wanted: content.Format) -> content.Format:
    """A search that is posted may name the format in its form."""
    if not is_form(request.path):
        return wanted
    parameters = f"{request.query}&{request.body.decode('latin-1')}"
    return content.negotiate(request.headers.get(b"accept"), parameters)


async def answer(
    service: Service, request: Request, access: Access, source: Database | Tx
) -> Reply:
    """The reply to a bundle's entry, for a caller already known; errors become replies."""
    try:
        target = service.match(request.method, request.path)
    except EhrError as error:
        return await refused(service, request, access, refusal(error))
    return await _answered(service, request, target, access, source)


async def refused(service: Service, request: Request, access: Access | None, reply: Reply) -> Reply:
    """The reply to what came to no interaction, once its event is on disk.

    The event has a type that FHIR knows and nothing else of the path, which may hold a name.
    """
    resource_type = request.path.partition("/")[0]
    known = resource_type if is_resource_type(resource_type) else ""
    event = event_of("refused", known, "", access=access, request=request, reply=reply)
    return await _on_record(service, event, reply)


async def _answered(
    service: Service, request: Request, target: Target, access: Access, source: Database | Tx
) -> Reply:
    try:
        reply = await _perform(service, request, target, access, source)
    except EhrError as error:
        reply = refusal(error)
    except Exception as error:
        reply = _unforeseen(error, request)
    return reply if reply.recorded else await _audited(service, request, target, access, reply)


async def _perform(
    service: Service, request: Request, target: Target, access: Access, source: Database | Tx
) -> Reply:
    route = target.route
    if route.verb is not None and not access.may(target.resource_type, route.verb):
        raise Forbidden
    if not access.rights:
        raise Forbidden
    of = (target.resource_type, target.id, target.version, target.compartment)
    return await route.interaction(Call(service, request, access, source, *of))


_STRANGER = Access(account=0, client="")
"""Who asks for what is public."""


async def _audited(
    service: Service, request: Request, target: Target, access: Access | None, reply: Reply
) -> Reply:
    """The reply once its event is on disk; without the event, the refusal that says so."""
    event = event_of(
        target.route.name,
        *target.audited,
        access=access,
        request=request,
        reply=reply,
    )
    return await _on_record(service, event, reply)


async def _on_record(service: Service, event: Event, reply: Reply) -> Reply:
    try:
        await service.audit.record(event)
    except EhrError as error:
        return refusal(error)
    return reply


def _unforeseen(error: Exception, request: Request) -> Reply:
    """500. The log has the kind of error and where, never its text, which may be clinical."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    _log.error("unforeseen", kind=type(error).__name__, places=places[-12:], request=request.id)
    return failure()
