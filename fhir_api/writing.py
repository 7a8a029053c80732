"""What every write shares: its body, its transaction, its Idempotency-Key and its reply.

A reply that is kept for an Idempotency-Key is kept in the transaction of what it tells of:
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from ehr import clock
from ehr.access import Access
from ehr.db import Tx
from ehr.directory import idempotency
from ehr.directory.standing import in_sight, standing
from ehr.errors import Forbidden, Invalid, InvalidQuery
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import Resource, dump, parse
from ehr.ingest.change import Saved
from fhir_api import binary
from fhir_api.call import Call
from fhir_api.wire import content
from fhir_api.wire.preconditions import Prefer
from fhir_api.wire.responses import Reply

Work = Callable[[Tx], Awaitable[Reply]]

_ALL_OK = dump(operation_outcome(()))
_LONGEST_KEY = 255
_SHAPING_HEADERS = (
    b"content-type",
    b"if-match",
    b"if-none-match",
    b"if-none-exist",
    b"prefer",
    b"x-security-context",
)
"""What a body means, when it is stored and what comes back; Accept only spells the answer."""


def resource_of(call: Call) -> Resource:
    """The resource in the body, which must be of the type in the path, or a Binary's content.

    Raises UnsupportedMediaType, InvalidJson, or Invalid for another type.
    """
    resource = call.request.resource
    if resource is None and call.resource_type == binary.TYPE:
        resource = binary.sent(call)
    if resource is None:
        content.check_body(call.header(b"content-type"), call.header(b"content-encoding"))
        resource = parse(call.request.body)
    if resource.get("resourceType") != call.resource_type:
        raise Invalid(
            f"The body must be a {call.resource_type}, as the path says.",
            code="value",
            expression=f"{call.resource_type}.resourceType",
        )
    return resource


def writer(call: Call) -> Access:
    """The caller with the request's id, which a write's own audit events carry."""
    return replace(call.access, request=call.request.id)


async def in_transaction(call: Call, work: Work) -> Reply:
    """What `work` answers once it is committed; a deadlock starts it again.

    With an Idempotency-Key known from before, `work` is not done and the first reply is given
    again; raises Unprocessable when the key was used for another request, and Forbidden when the
    caller may not see any more what he might when he was first answered.
    """
    key = _idempotency_key(call)
    if key is None:
        return await call.service.db.run(call.access, work)
    return await call.service.db.run(call.access, lambda tx: _once(call, tx, key, work))


async def _once(call: Call, tx: Tx, key: str, work: Work) -> Reply:
    account, asked, now = call.access.account, _fingerprint(call), clock.now()
    kept = await idempotency.begin(tx, account, key, body_hash=asked, now=now)
    if kept is not None:
        again = _from_kept(kept)
        is_same = kept.headers.get("standing") in {None, standing(call.access).hex()}
        if not is_same or not await in_sight(tx, again.patients):
            raise Forbidden("This was done before; what you may see has changed since.")
        return again
    reply = await work(tx)
    await idempotency.keep(tx, account, key, _to_keep(reply, call.access), body_hash=asked, now=now)
    return reply


def _idempotency_key(call: Call) -> str | None:
    sent = call.header(b"idempotency-key")
    if sent is None:
        return None
    if not 0 < len(sent) <= _LONGEST_KEY or not sent.isascii():
        raise InvalidQuery(f"An Idempotency-Key has 1 to {_LONGEST_KEY} ASCII characters.")
    return sent.decode()


def _fingerprint(call: Call) -> bytes:
    """The hash of all that decides what the request does and how its reply looks."""
    request = call.request
    digest = blake2b(f"{request.method} {request.path}?{request.query}\n".encode(), digest_size=32)
    for name in _SHAPING_HEADERS:
        digest.update(request.headers.get(name, b"") + b"\n")
    digest.update(request.body)
    return digest.digest()


def _to_keep(reply: Reply, access: Access) -> idempotency.Reply:
    headers = {"standing": standing(access).hex()}
    if reply.version is not None:
        headers["version"] = str(reply.version)
    if reply.last_updated is not None:
        headers["last_updated"] = reply.last_updated.isoformat()
    if reply.location is not None:
        headers["location"] = reply.location
    if reply.patients:
        headers["patients"] = ",".join(map(str, reply.patients))
    if reply.label:
        headers["label"] = str(reply.label)
    return idempotency.Reply(reply.status, headers, reply.body)


def _from_kept(kept: idempotency.Reply) -> Reply:
    """The first reply, which the audit does not yet have: it is shown once more."""
    version, at = kept.headers.get("version"), kept.headers.get("last_updated")
    patients = kept.headers.get("patients")
    return Reply(
        kept.status,
        kept.body,
        int(version) if version else None,
        datetime.fromisoformat(at) if at else None,
        kept.headers.get("location"),
        patients=tuple(map(int, patients.split(","))) if patients else (),
        label=int(kept.headers.get("label", 0)),
    )


def saved_reply(saved: Saved, prefer: Prefer) -> Reply:
    """The reply to a create or update: 201 or 200, with what the caller prefers to have back."""
    body = saved.content
    if prefer.returns is not None:
        body = {"minimal": b"", "OperationOutcome": _ALL_OK}.get(prefer.returns, body)
    return Reply(
        201 if saved.created else 200,
        body,
        saved.version,
        saved.last_updated,
        location_of(saved.resource_type, saved.id, saved.version),
        patients=(saved.pat,) if saved.pat else (),
        label=saved.label,
        recorded=True,
    )


def location_of(resource_type: str, id: str, version: int) -> str:
    """Where a version is, below the base."""
    return f"{resource_type}/{id}/_history/{version}"
