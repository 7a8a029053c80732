"""patch: JSON Patch, FHIRPath Patch or Merge Patch, by id or by criteria.

http://hl7.org/fhir/R4/http.html#patch. The form is told by the media type, for application/json by
the document's shape; in a Bundle by a Binary that carries the document, or by Parameters.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Invalid, InvalidJson, NotFound, Unprocessable, VersionMismatch
from ehr.fhir.patch import fhirpath_patch, json_patch, merge_patch
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check
from ehr.ingest.change import Change
from ehr.ingest.may import may_keep
from ehr.records import read as records
from ehr.records.lock import lock
from fhir_api.call import Call
from fhir_api.interactions.update import change_of, store, versions_to_match
from fhir_api.search.criteria import Criteria, criteria, hold, only_match
from fhir_api.wire import content
from fhir_api.wire.errors import UnsupportedMediaType
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction

Apply = Callable[[Resource], Resource]
"""Makes the patched resource of the current one."""

JSON_PATCH, MERGE_PATCH = "application/json-patch+json", "application/merge-patch+json"
PLAIN_JSON = "application/json"
"""What clients send that know of one form only, such as fhirpy."""
FORMATS = ("application/fhir+json", JSON_PATCH, MERGE_PATCH)
"""Media types that each mean one form, as the CapabilityStatement tells them."""


async def patch(call: Call) -> Reply:
    """200 with the new version; raises NotFound, Gone, Unprocessable, VersionMismatch."""
    apply = document_of(call)
    return await in_transaction(call, lambda tx: _patch(call, tx, apply))


async def conditional_patch(call: Call) -> Reply:
    """The same for the one match; raises NotFound for none, Duplicate for several."""
    asked = criteria(call.resource_type, call.request.query)
    apply = document_of(call)
    return await in_transaction(call, lambda tx: _patch_match(call, tx, apply, asked))


async def _patch_match(call: Call, tx: Tx, apply: Apply, asked: Criteria) -> Reply:
    await hold(tx, [asked])
    return await _patch(replace(call, id=await matching(call, tx, asked)), tx, apply)


async def matching(call: Call, tx: Tx, asked: Criteria) -> str:
    """The id of the one match."""
    found = await only_match(tx, asked, access=call.access)
    if found is None:
        raise NotFound("Nothing matches the criteria.")
    return found.id


async def _patch(call: Call, tx: Tx, apply: Apply) -> Reply:
    after, _ = await _patched(call, tx, apply)
    return await store(call, tx, Verb.UPDATE, after)


async def change_by(call: Call, tx: Tx, apply: Apply) -> tuple[Change, Resource]:
    """The change that a patch in a transaction comes to, and the record before it."""
    after, before = await _patched(call, tx, apply)
    return await change_of(call, tx, Verb.UPDATE, after), before


async def _patched(call: Call, tx: Tx, apply: Apply) -> tuple[Resource, Resource]:
    """The resource after and before, of a record that is locked: nobody changes it in between.

    A version that is not the one named is told before anything the patch itself may be refused for.
    Between its steps, each long for a record of thousands of values, the others have their turn.
    """
    may_keep(call.access, call.resource_type)
    wanted = await versions_to_match(call, tx)
    await records.read(tx, call.resource_type, call.id, access=call.access)
    current = (await lock(tx, [(call.resource_type, call.id)])).get((call.resource_type, call.id))
    if current is None or current.deleted:
        raise NotFound
    if wanted is not None and current.version not in wanted:
        raise VersionMismatch
    before = parse(current.content)
    await asyncio.sleep(0)
    after = _resource(apply, before)
    _require_own(before, after)
    await asyncio.sleep(0)
    if issues := check(after):
        raise Unprocessable(issues=tuple(issues))
    await asyncio.sleep(0)
    return after, before


def _resource(apply: Apply, before: Resource) -> Resource:
    """What the patch leaves, which keeps the limits of any body."""
    try:
        return parse(dump(apply(before)))
    except (RecursionError, TypeError, InvalidJson):
        raise Unprocessable(
            "The patch leaves what FHIR does not allow.", code="processing"
        ) from None


def _require_own(before: Resource, after: Resource) -> None:
    """What the server sets stays as it set it."""
    for path in (("resourceType",), ("id",), ("meta", "versionId"), ("meta", "lastUpdated")):
        if _at(before, path) != _at(after, path):
            name = ".".join(path)
            raise Unprocessable(
                f"{name} is set by the server and cannot be patched.",
                code="business-rule",
                expression=f"{before['resourceType']}.{name}",
            )


def _at(resource: Resource, path: tuple[str, ...]) -> Any:
    value: Any = resource
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def document_of(call: Call) -> Apply:
    """The patch in the body; raises UnsupportedMediaType, InvalidJson or Invalid."""
    if call.request.resource is not None:
        return _of_entry(call.request.resource)
    media_type = content.patch_type(call.header(b"content-type"), call.header(b"content-encoding"))
    return _of(media_type, call.request.body)


def _of_entry(resource: Resource) -> Apply:
    if resource.get("resourceType") == "Parameters":
        return lambda current: fhirpath_patch.apply(current, resource)
    if resource.get("resourceType") != "Binary":
        raise Invalid("A patch in a Bundle is a Binary or Parameters.", code="value")
    media_type, data = resource.get("contentType"), resource.get("data")
    try:
        body = base64.b64decode(data or "", validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Invalid("Binary.data is base64.", code="value") from None
    return _of(str(media_type).partition(";")[0].strip().lower(), body)


def _of(media_type: str, body: bytes) -> Apply:
    if media_type == JSON_PATCH or (media_type == PLAIN_JSON and body.lstrip()[:1] == b"["):
        # The one parser takes objects; a list inside one keeps its literals too.
        operations = parse(b'{"patch":' + body + b"}")
        if operations.keys() != {"patch"}:
            raise Invalid("A JSON Patch is one list of operations.", code="structure")
        return lambda current: json_patch.apply(current, operations["patch"])
    if media_type != MERGE_PATCH and media_type not in content.FHIR_JSON:
        raise UnsupportedMediaType(
            f"A patch is {JSON_PATCH}, {MERGE_PATCH}, or Parameters as application/fhir+json.",
            headers=((b"accept-patch", ", ".join(FORMATS).encode()),),
        )
    document = parse(body)
    is_parameters = document.get("resourceType") == "Parameters"
    if media_type == MERGE_PATCH or (media_type == PLAIN_JSON and not is_parameters):
        return lambda current: merge_patch.apply(current, document)
    return lambda current: fhirpath_patch.apply(current, document)
