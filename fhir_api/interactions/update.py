"""update, version aware by If-Match: http://hl7.org/fhir/R4/http.html#update, #concurrency.

What does not exist is created for callers with the power to choose ids (`ehr.ingest`); for all
others it is not found, which is also what another ward's record is.
"""

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Gone, Invalid, NotFound, VersionMismatch
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.records import read as records
from ehr.records.method import Method
from fhir_api.call import Call
from fhir_api.wire.preconditions import tags
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, resource_of, saved_reply, writer


async def update(call: Call) -> Reply:
    """200, or 201 when it was created under the caller's id."""
    resource = resource_of(call)
    require_id(resource, call.resource_type, call.id)
    return await in_transaction(call, lambda tx: store(call, tx, Verb.UPDATE, resource))


def require_id(resource: Resource, resource_type: str, id: str) -> None:
    """Raises Invalid unless the resource has the id of its URL."""
    if resource.get("id") != id:
        raise Invalid(
            "The id of the resource and the id in the URL must be the same.",
            code="value",
            expression=f"{resource_type}.id",
        )


async def store(call: Call, tx: Tx, verb: Verb, resource: Resource) -> Reply:
    """The reply once the resource is stored under the call's id."""
    change = await change_of(call, tx, verb, resource)
    (saved,) = await save(tx, [change], access=writer(call), bases=(call.service.base,))
    return saved_reply(saved, call.prefer)


async def change_of(call: Call, tx: Tx, verb: Verb, resource: Resource | None) -> Change:
    """The change with its preconditions; raises VersionMismatch when one does not hold already."""
    versions = await versions_to_match(call, tx)
    if call.header(b"if-none-match") is not None:
        await _require_none(call, tx)
    method = Method[call.request.method]
    return Change(verb, call.resource_type, call.id, resource, versions, method)


async def _require_none(call: Call, tx: Tx) -> None:
    """Raise VersionMismatch when what If-None-Match excludes is there (RFC 9110, 13.1.2)."""
    unwanted = tags(call.header(b"if-none-match") or b"")
    try:
        found = await records.read(tx, call.resource_type, call.id, access=call.access)
    except (NotFound, Gone):
        return
    if unwanted.match(found.version):
        raise VersionMismatch("What If-None-Match excludes is there already.")


async def versions_to_match(call: Call, tx: Tx) -> tuple[int, ...] | None:
    """The versions that If-Match names, None for any; raises VersionMismatch for no record.

    It looks for itself, so that a record of another ward and one that is nowhere answer alike.
    """
    header = call.header(b"if-match")
    if header is None:
        return None
    wanted = tags(header)
    try:
        await records.read(tx, call.resource_type, call.id, access=call.access)
    except NotFound:
        raise VersionMismatch("There is nothing here to match.") from None
    except Gone:
        pass
    return None if wanted.any else wanted.versions
