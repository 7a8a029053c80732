"""The audit event of an interaction: who asked for what, whose record it is, how it ended."""

from ehr.access import Access
from ehr.audit.event import Event, Outcome
from fhir_api.request import Request
from fhir_api.wire.responses import Reply

FAILED_FROM = 500


def event_of(
    interaction: str,
    resource_type: str,
    id: str,
    *,
    access: Access | None,
    request: Request,
    reply: Reply,
) -> Event:
    """The event of one interaction. Of a search it holds the type, never what was searched for."""
    return Event(
        interaction,
        access,
        f"{resource_type}/{id}" if id else _located(reply) or resource_type or None,
        reply.patients,
        reply.label,
        _outcome(reply.status),
        None if reply.status < 400 else str(reply.status),
        request.address,
        request.id,
    )


def _located(reply: Reply) -> str | None:
    """What a reply to a create names: made under this request, found, or made under one before."""
    return reply.location.partition("/_history/")[0] if reply.location else None


def _outcome(status: int) -> Outcome:
    if status < 400:
        return Outcome.SUCCESS
    return Outcome.REFUSED if status < FAILED_FROM else Outcome.FAILED
