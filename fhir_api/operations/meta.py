"""$meta, $meta-add and $meta-delete: profiles, tags and security labels.

http://hl7.org/fhir/R4/resource-operation-meta.html, …-meta-add.html, …-meta-delete.html.
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from ehr.access import Verb
from ehr.db import Tx
from ehr.errors import Forbidden, InvalidQuery
from ehr.fhir.definitions import resource_types
from ehr.fhir.meta import Meta, added, removed
from ehr.fhir.resource import parse
from ehr.fhir.validate import require_valid
from ehr.ingest.meta import change_meta
from ehr.records import read as records
from ehr.records.meta import NEWEST_OF_EACH, NEWEST_OF_TYPE, in_use
from fhir_api.call import Call
from fhir_api.interactions.update import versions_to_match
from fhir_api.operations.parameters import answer, ignored, part, read
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, writer


async def meta(call: Call) -> Reply:
    """The Meta of a record, or the sets in use at a type or in all types."""
    ignored(read(call), (), strict=call.prefer.strict)
    if call.id:
        stored = await records.read(call.source, call.resource_type, call.id, access=call.access)
        found = parse(stored.content)["meta"]
        return _answer(found).showing([stored])
    if call.resource_type:
        types, newest = [call.resource_type], NEWEST_OF_TYPE
    else:
        types = [kind for kind in resource_types() if call.access.may(kind, Verb.SEARCH)]
        newest = NEWEST_OF_EACH
    if not types:
        raise Forbidden
    found, read_from = await in_use(call.source, types, newest, access=call.access)
    return _answer(found).showing(read_from)


async def meta_add(call: Call) -> Reply:
    """The Meta with what was given added."""
    return await _change(call, added)


async def meta_delete(call: Call) -> Reply:
    """The Meta without what was given."""
    return await _change(call, removed)


async def _change(call: Call, how: Callable[[Meta, Meta], Meta]) -> Reply:
    given = read(call)
    ignored(given, ("meta",), strict=call.prefer.strict)
    sets = given.element("meta")
    if sets is None:
        raise InvalidQuery("The operation needs the parameter meta.", code="required")
    require_valid(
        {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": sets}]}
    )
    change = partial(_swapped, how, sets)
    return await in_transaction(call, lambda tx: _carry_out(call, tx, change))


def _swapped(how: Callable[[Meta, Meta], Meta], sets: Meta, current: Meta) -> Meta:
    return how(current, sets)


async def _carry_out(call: Call, tx: Tx, change: Callable[[Meta], Meta]) -> Reply:
    found, row = await change_meta(
        tx,
        call.resource_type,
        call.id,
        change,
        action=call.request.path.rpartition("/")[2],
        if_match=await versions_to_match(call, tx),
        access=writer(call),
        bases=(call.service.base,),
    )
    return replace(
        _answer(found),
        version=row.version,
        last_updated=row.last_updated,
        patients=(row.pat,) if row.pat else (),
        label=int(row.label),
        recorded=True,
    )


def _answer(found: Meta) -> Reply:
    """Parameters with the Meta; without any set in use there is nothing to return."""
    parts = [part("return", "Meta", found)] if found else []
    return answer(*parts)
