"""History of a type and of the system, newest first: http://hl7.org/fhir/R4/http.html#history."""

from datetime import datetime

from ehr.access import Verb
from ehr.errors import Forbidden, InvalidQuery
from ehr.fhir.definitions import resource_types
from ehr.records.changes import ChangedPage, changes
from ehr.search.changes import Changes, Position
from ehr.search.query import Cursor
from fhir_api.call import Call
from fhir_api.interactions.history_asked import Asked, read_asked
from fhir_api.search import links
from fhir_api.search.bundle import bundle, history_entry
from fhir_api.search.cursors import read_cursor, write_cursor
from fhir_api.wire.responses import Reply


async def type_history(call: Call) -> Reply:
    """A Bundle of every version and deletion of a type that the caller may see."""
    return await _answered(call, (call.resource_type,))


async def system_history(call: Call) -> Reply:
    """The same of all types that the caller may read."""
    types = tuple(one for one in resource_types() if call.access.may(one, Verb.READ))
    if not types:
        raise Forbidden
    return await _answered(call, types)


async def _answered(call: Call, types: tuple[str, ...]) -> Reply:
    asked = read_asked(call)
    after = _position(call, asked)
    found = await changes(
        call.source,
        Changes(types, asked.since, asked.at, after, max(1, asked.count)),
        access=call.access,
    )
    return _reply(call, asked, found)


def _position(call: Call, asked: Asked) -> Position | None:
    if asked.page is None:
        return None
    signed = call.service.signer.open(asked.page, search=asked.sought, access=call.access)
    cursor = read_cursor(signed)
    if len(cursor.keys) != 2:
        raise InvalidQuery("The page link is of another search.")
    at, version = cursor.keys
    if not isinstance(at, datetime) or not isinstance(version, str):
        raise InvalidQuery("The page link is of another search.")
    return at, cursor.rid, int(version)


def _reply(call: Call, asked: Asked, found: ChangedPage) -> Reply:
    base = call.service.base
    relations = [("self", f"{base}/{asked.shown}")]
    if found.next_after is not None and asked.count:
        at, rid, version = found.next_after
        token = call.service.signer.sign(
            write_cursor(Cursor((at, str(version)), rid)), search=asked.sought, access=call.access
        )
        relations.append(("next", f"{base}/{links.page_of(asked.shown, token)}"))
    shown = found.entries if asked.count else []
    entries = [history_entry(base, one) for one in shown]
    return Reply(200, bundle("history", relations, entries)).showing(shown)
