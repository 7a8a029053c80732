"""$everything: a page of the record of one patient or one visit, with what it needs to be read.

http://hl7.org/fhir/R4/patient-operation-everything.html and encounter-operation-everything.html.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.errors import NotFound
from ehr.records import read as records
from ehr.records.find import Page
from ehr.records.running import of_row, run
from ehr.records.stored import Stored
from ehr.search import compile, everything
from ehr.search.everything import Wanted
from ehr.search.hashing import installed
from ehr.search.include import Key
from ehr.search.shared import SHARED_TYPES

_OF_VISIT = frozenset({"Patient", "Condition"})
"""What a visit needs beside the directory: whose it is, and its diagnoses."""


@dataclass(frozen=True, slots=True)
class Everything:
    """One page; `after` is the number of its last row when there is another page."""

    page: Page
    after: int | None = None


async def everything_of(source: Database | Tx, wanted: Wanted, *, access: Access) -> Everything:
    """The page `wanted`; raises NotFound or Gone for the Patient or Encounter it names."""
    begins = wanted.types is None and wanted.after is None
    if not begins:
        await records.read(source, wanted.type, wanted.id, access=access)
    rows = await run(source, everything.page(wanted, access), access)
    found = [of_row(row) for row in rows]
    if begins and not _is_itself(found, wanted):
        await records.read(source, wanted.type, wanted.id, access=access)
        raise NotFound  # seen only now: written since
    shown = found[: wanted.count]
    included = await _supporting(source, wanted, shown, access)
    more = len(found) > len(shown) and bool(shown)
    total = None if more or wanted.after is not None else len(shown)
    return Everything(Page(shown, included, total), shown[-1].rid if more else None)


def _is_itself(found: list[Stored], wanted: Wanted) -> bool:
    """Whether the page begins, as it must, with the one named: else the caller may not see him."""
    return bool(found) and (found[0].resource_type, found[0].id) == (wanted.type, wanted.id)


async def _supporting(
    source: Database | Tx, wanted: Wanted, shown: list[Stored], access: Access
) -> list[Stored]:
    """What the page refers to, and what a role among that refers to."""
    types = SHARED_TYPES if wanted.type == "Patient" else SHARED_TYPES | _OF_VISIT
    if wanted.types is not None:
        types = types & wanted.types
    known = {(one.resource_type, one.id) for one in shown}
    found: list[Stored] = []
    read: Iterable[Stored] = shown
    while wants := list(dict.fromkeys(_named(read, types, known))):
        known.update(wants)
        new = [of_row(row) for row in await run(source, compile.included(wants, access), access)]
        found += new
        read = [one for one in new if one.resource_type == "PractitionerRole"]
    return found


def _named(read: Iterable[Stored], types: frozenset[str], known: set[Key]) -> Iterable[Key]:
    """References in stored JSON, which is written without spaces and so needs no parser."""
    bases = tuple(f"{base}/".encode() for base in installed().bases)
    text = b"\n".join([one.content for one in read])
    for base, kind, id in dict.fromkeys(_REFERENCE.findall(text)):
        key = (kind.decode(), id.decode())
        if key[0] in types and key not in known and (not base or base in bases):
            yield key


_REFERENCE = re.compile(
    rb'"reference":"((?:https?://[^"]+/)?)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})["/]'
)
