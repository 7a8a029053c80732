"""$meta: the profiles, tags and labels in use among the records that a caller sees.

http://hl7.org/fhir/R4/resource-operation-meta.html. The index holds hashes, so the words are read
from the records themselves, the newest of each type; however many there are, it costs the same.
"""

from collections.abc import Iterable

import orjson

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.fhir.meta import SETS, Meta, union
from ehr.records.find import find
from ehr.records.stored import Stored
from ehr.search.query import SearchQuery

NEWEST_OF_TYPE = 1_000
"""Records that are looked at for one type."""
NEWEST_OF_EACH = 100
"""Records of each type that are looked at for all types."""


async def in_use(
    source: Database | Tx, types: Iterable[str], newest: int, *, access: Access
) -> tuple[Meta, list[Stored]]:
    """The sets of all, and the records that they were read from; raises as `find`."""
    found: Meta = {}
    read: list[Stored] = []
    for kind in types:
        page = await find(source, SearchQuery((kind,), count=newest), access=access)
        for one in page.matches:
            meta = orjson.loads(one.content).get("meta", {})
            if any(name in meta for name in SETS):
                found = {name: union(found.get(name, ()), meta.get(name, ())) for name in SETS}
                read.append(one)
    return {name: members for name, members in found.items() if members}, read
