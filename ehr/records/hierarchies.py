"""`location:below=Location/1`: a resource with all that is part of it, or that it is part of.

http://hl7.org/fhir/R4/search.html#recursive. Level by level, as the caller may see them; a circle
ends where it began.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ehr.access import Access, Verb
from ehr.db import Database, Tx
from ehr.errors import Forbidden, TooCostly
from ehr.fhir.reference import parse_reference
from ehr.fhir.resource import parse
from ehr.records.running import of_row, run
from ehr.records.stored import Stored
from ehr.search import compile
from ehr.search.hierarchies import PARENTS
from ehr.search.query import MAX_COUNT, Filter, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import ReferenceValue, TokenValue, Value

MOST = MAX_COUNT
"""Resources that one criterion can stand for."""
_DEEPEST = 20


async def widened(source: Database | Tx, criterion: Filter, access: Access) -> Filter:
    """The criterion with every resource above or below those it names; raises TooCostly."""
    climb = _Climb(source, access, down=criterion.modifier == "below")
    found: dict[Value, None] = {}
    for value in criterion.values:
        if isinstance(value, ReferenceValue) and value.url is not None:
            found[value] = None  # on another server: what is part of it is not known here
        for kind, id in _named(criterion, value):
            found.update(dict.fromkeys(await climb.from_one(kind, id)))
    if len(found) > MOST:
        raise TooCostly(f"{criterion.key} leads to more than {MOST} resources.")
    return replace(criterion, modifier=None, values=tuple(found))


def _named(criterion: Filter, value: Value) -> Iterable[tuple[str, str]]:
    """The types and ids here that a value can mean."""
    if not isinstance(value, ReferenceValue) or value.url is not None or value.id is None:
        return
    types = (value.type,) if value.type else criterion.parameter.targets
    yield from ((kind, value.id) for kind in types if kind in PARENTS)


class _Climb:
    """From one level to the next."""

    def __init__(self, source: Database | Tx, access: Access, *, down: bool) -> None:
        self._source = source
        self._access = access
        self._down = down

    async def from_one(self, kind: str, id: str) -> list[ReferenceValue]:
        """Every resource that is reached from one; raises TooCostly for more than 20 levels."""
        reached, level = {id: None}, [id]
        step = self._children if self._down else self._parents
        for _ in range(_DEEPEST + 1):
            level = [one for one in await step(kind, level) if one not in reached]
            reached.update(dict.fromkeys(level))
            if not level or len(reached) > MOST:
                return [ReferenceValue(kind, one) for one in reached]
        raise TooCostly(f"{kind}/{id} leads further than {_DEEPEST} levels.")

    async def _children(self, kind: str, ids: Sequence[str]) -> list[str]:
        values = tuple(ReferenceValue(kind, id) for id in ids)
        criterion = Filter(parameters(kind)[PARENTS[kind]], None, values)
        return [one.id for one in await self._read(kind, criterion)]

    async def _parents(self, kind: str, ids: Sequence[str]) -> list[str]:
        values = tuple(TokenValue(None, id) for id in ids)
        rows = await self._read(kind, Filter(parameters(kind)["_id"], None, values))
        parents = (parse(one.content).get("partOf", ()) for one in rows)
        flat = (each for one in parents for each in (one if isinstance(one, list) else [one]))
        texts = (each.get("reference") for each in flat if isinstance(each, dict))
        found = (parse_reference(text) for text in texts if isinstance(text, str))
        return [one.id for one in found if one.type == kind and one.id is not None]

    async def _read(self, kind: str, criterion: Filter) -> list[Stored]:
        if not self._access.may(kind, Verb.SEARCH):
            return []
        query = SearchQuery((kind,), (criterion,), count=MOST)
        try:
            statement = compile.page(query, self._access)
        except Forbidden:  # a hospital cannot walk through records without naming a patient
            return []
        return [of_row(row) for row in await run(self._source, statement, self._access)]
