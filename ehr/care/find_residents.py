"""Find residents by what is typed into the search box, best first."""

from collections.abc import Iterable

from ehr import clock
from ehr.access import Access
from ehr.care.caller import require_staff
from ehr.care.resident import Hit, hit, name_in, resident
from ehr.care.search_box import searches
from ehr.care.seen import Seen
from ehr.db import Database, Tx
from ehr.fhir.resource import parse
from ehr.i18n.names import composed, fold, parts, sort_key, words
from ehr.records.find import find
from ehr.records.stored import Stored, labels_of
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
    found: dict[int, Stored] = {}
    for filters in searches(text, clock.today()):
        query = SearchQuery(types=("Patient",), filters=filters, count=max(limit, CANDIDATES))
        for one in (await find(source, query, access=access)).matches:
            found.setdefault(one.rid, one)
    best = _best(found.values(), text)[:limit]
    rows = [hit(resident(parse(one.content), one.version)) for one in best]
    return Seen(rows, tuple(one.rid for one in best), labels_of(best))


def _best(found: Iterable[Stored], text: str) -> list[Stored]:
    """Marks as typed, then a tên that begins so, then any word; then as in a register.

    Words in another order than the name's are as good: marks are compared word by word.
    """
    marked, folded = composed(text).lower().split(), words(text)

    def rank(one: Stored) -> tuple[object, ...]:
        name = composed(name_in(one.content))
        own = name.lower().split()
        return (
            not all(word in own for word in marked),
            not fold(parts(name).given).startswith(tuple(folded)),
            sort_key(name),
            one.id,
        )

    return sorted(found, key=rank)
