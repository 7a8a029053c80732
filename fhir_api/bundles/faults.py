"""Which entry a refused write was about: `ehr.ingest` speaks of resources, clients of entries.

Slow, and only run on refusal.
"""

from collections.abc import Sequence
from dataclasses import replace

from ehr.access import Access, Verb
from ehr.db import Tx
from ehr.errors import EhrError, Gone, Invalid, Issue, NotFound, VersionMismatch
from ehr.fhir.reference import walk
from ehr.fhir.validate import check
from ehr.ingest.change import Change
from ehr.records import read as records
from ehr.turns import InTurns
from fhir_api.bundles.entries import within

MOST_ISSUES = 100

Placed = Sequence[tuple[str, Change]]
"""The FHIRPath of each entry with what it was to change."""


async def place_faults(error: EhrError, tx: Tx, placed: Placed, *, access: Access) -> None:
    """Let the issues of `error` name the entries they are about, as far as that can be told."""
    if isinstance(error, Invalid):
        error.issues = tuple((await _invalid(placed))[:MOST_ISSUES]) or error.issues
    elif isinstance(error, NotFound | VersionMismatch):
        place = await _missed(error, tx, placed, access)
        if place is not None:
            error.issues = tuple(replace(issue, expression=place) for issue in error.issues)
    else:
        error.issues = tuple([await _referring(issue, placed) for issue in error.issues])


async def _invalid(placed: Placed) -> list[Issue]:
    return [
        replace(issue, expression=within(place, issue.expression))
        async for place, change in InTurns(placed)
        if change.resource is not None
        for issue in check(change.resource)
    ]


async def _referring(issue: Issue, placed: Placed) -> Issue:
    """The issue with the entry whose reference it is about, if it is about one."""
    async for place, change in InTurns(placed):
        for path, holder, key in walk(change.resource):
            if path == issue.expression and f"'{holder[key]}'" in issue.diagnostics:
                return replace(issue, expression=within(place, path))
    return issue


async def _missed(error: EhrError, tx: Tx, placed: Placed, access: Access) -> str | None:
    """The first update of what this caller does not find, or finds in another version."""
    for place, change in placed:
        if change.verb is Verb.CREATE:
            continue
        try:
            stored = await records.read(tx, change.resource_type, change.id, access=access)
        except NotFound:
            if isinstance(error, NotFound):
                return place
        except Gone:
            continue
        else:
            if change.if_match is not None and stored.version not in change.if_match:
                return place
    return None
