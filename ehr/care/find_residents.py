"""Find residents by what is typed into the search box, best first (ux.md sections 1 and 5)."""

from unicodedata import normalize

from ehr import clock
from ehr.access import Access
from ehr.care.caller import require_staff
from ehr.care.resident import Hit, Resident, given_name, hit, resident
from ehr.care.search_box import searches
from ehr.care.seen import Seen
from ehr.db import Database, Tx
from ehr.fhir.resource import parse
from ehr.i18n.names import fold, sort_key, words
from ehr.records.find import find
from ehr.search.query import SearchQuery

LIMIT = 8
"""Rows that the search box shows."""
CANDIDATES = 48
"""Matches that are ranked: enough that a resident typed with marks is among the first."""


async def find_residents(
    source: Database | Tx, text: str, *, access: Access, limit: int = LIMIT
) -> Seen[list[Hit]]:
    """At most `limit` residents whom the caller may see; raises Forbidden for others than staff.

    None for a text that says too little. Whoever calls this records who was shown.
    """
    require_staff(access, "Patient")
    found: dict[int, Resident] = {}
    for filters in searches(text, clock.today()):
        query = SearchQuery(types=("Patient",), filters=filters, count=max(limit, CANDIDATES))
        for one in (await find(source, query, access=access)).matches:
            found.setdefault(one.rid, resident(parse(one.content), one.version))
    typed = normalize("NFC", text).lower()
    ranked = sorted(found, key=lambda rid: _rank(found[rid], typed))[:limit]
    return Seen([hit(found[rid]) for rid in ranked], tuple(ranked))


def _rank(one: Resident, typed: str) -> tuple[object, ...]:
    """Marks as typed, then a tên that begins so, then any word; then as in a register.

    Words in another order than the name's are as good: marks are compared word by word.
    """
    name = normalize("NFC", one.name).lower().split()
    asked = words(typed)
    return (
        not all(word in name for word in typed.split()),
        not any(fold(given_name(one.name)).startswith(word) for word in asked),
        sort_key(one.name),
        one.id,
    )
