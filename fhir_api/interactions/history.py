"""Instance history, newest first: http://hl7.org/fhir/R4/http.html#history."""

from ehr.records import history as records
from ehr.records.history import Versions
from fhir_api.call import Call
from fhir_api.interactions.history_asked import Asked, read_asked
from fhir_api.interactions.vread import version_number
from fhir_api.search import links
from fhir_api.search.bundle import bundle, history_entry
from fhir_api.wire.responses import Reply


async def history(call: Call) -> Reply:
    """A Bundle of versions and deletions; the rest behind a signed `next` link."""
    asked = read_asked(call)
    versions = await records.instance(
        call.source,
        call.resource_type,
        call.id,
        access=call.access,
        count=max(1, asked.count),
        before=_before(call, asked.page, asked.sought),
        since=asked.since,
        at=asked.at,
    )
    return _reply(call, versions, asked)


def _before(call: Call, token: str | None, sought: str) -> int | None:
    if token is None:
        return None
    cursor = call.service.signer.open(token, search=sought, access=call.access)
    return version_number(cursor.decode())


def _reply(call: Call, versions: Versions, asked: Asked) -> Reply:
    base = call.service.base
    relations = [("self", f"{base}/{asked.shown}")]
    if versions.next_before is not None and asked.count:
        token = call.service.signer.sign(
            str(versions.next_before).encode(), search=asked.sought, access=call.access
        )
        relations.append(("next", f"{base}/{links.page_of(asked.shown, token)}"))
    entries = [history_entry(base, one) for one in versions.entries] if asked.count else []
    return Reply(200, bundle("history", relations, entries, versions.total)).showing(
        versions.entries
    )
