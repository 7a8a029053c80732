"""Chains and `_has` whose other end was looked at: many rows there, or few, decide the plan.

`ehr.search.ends` tells what is done with it. Names that many people have are known, of codes the
planner has statistics, and what both take for few is counted, up to a bound. It only chooses
between two plans of one statement, or leaves out what is not there at all.
"""

import time
from dataclasses import replace
from hashlib import blake2b

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.records.rewriting import parts, rewritten
from ehr.records.running import run
from ehr.search import compile
from ehr.search.compile import End
from ehr.search.criteria import is_bound
from ehr.search.driven import is_common_name
from ehr.search.planned import planned_rows
from ehr.search.query import NOTHING, Chained, Combined, Condition, Has, Negated, SearchQuery
from ehr.search.shared import SHARED_TYPES

Asked = bytes
"""The hash of the statement that counts an end and its parameters, with the caller's wards among
them: what clients ask for may be long."""


class _Lately:
    """Of which ends it was found out within the last minute whether they have many rows.

    It only chooses the plan; that there were none is not remembered, since a search then leaves the
    end out.
    """

    SECONDS = 60.0
    MOST = 1_000

    def __init__(self) -> None:
        self._found: dict[Asked, tuple[float, bool]] = {}

    def are_many(self, asked: Asked) -> bool | None:
        """Whether they are; None where nobody looked."""
        until, many = self._found.get(asked, (0.0, False))
        return many if until > time.monotonic() else None

    def found(self, asked: Asked, *, many: bool) -> None:
        """Remember it; what was found first is forgotten first."""
        self._found.pop(asked, None)
        if len(self._found) >= self.MOST:
            del self._found[next(iter(self._found))]
        self._found[asked] = (time.monotonic() + self.SECONDS, many)

    def clear(self) -> None:
        """Forget everything: another database is asked."""
        self._found.clear()


lately = _Lately()
"""Of this process and its database."""


async def probed(source: Database | Tx, query: SearchQuery, access: Access) -> SearchQuery:
    """`query`, its links told where many rows meet their condition; raises as `find`."""
    if not looks_at_ends(query):
        return query
    return await rewritten(query, _Probing(source, access).condition)


def looks_at_ends(query: SearchQuery) -> bool:
    """Whether something is asked before the search itself."""
    return not is_bound(query) and any(isinstance(one, Chained | Has) for one in parts(query))


class _Probing:
    """What is asked for one query."""

    def __init__(self, source: Database | Tx, access: Access) -> None:
        self._source = source
        self._access = access
        self._known: dict[Asked, int] = {}
        """What was counted, by the statement: several types may be asked by one chain."""

    async def condition(self, one: Condition) -> Condition:
        """A link, without the types of which there is nothing."""
        if not isinstance(one, Chained | Has):
            return one
        ends = compile.ends(one, self._access)
        known = {end.type: await self._number(end) for end in ends}
        none = {kind for kind, number in known.items() if number == 0}
        many = frozenset(end.type for end in ends if known[end.type] > end.most)
        if isinstance(one, Has):
            return NOTHING if none else replace(one, many=bool(many))
        left = tuple(target for target in one.targets if target[0] not in none)
        return replace(one, targets=left, many=many) if left else NOTHING

    async def _number(self, end: End) -> int:
        """The number of rows at an end; where they are many some number above the most."""
        count = repr((end.count.text, end.count.params))
        asked = blake2b(count.encode(), digest_size=16).digest()
        if asked not in self._known:
            self._known[asked] = await self._remembered(end, asked)
        return self._known[asked]

    async def _remembered(self, end: End, asked: Asked) -> int:
        many = lately.are_many(asked)
        if many is not None:
            return end.most + 1 if many else 1
        number = await self._looked_up(end)
        if number:
            lately.found(asked, many=number > end.most)
        return number

    async def _looked_up(self, end: End) -> int:
        if end.type not in SHARED_TYPES:  # of the directory only nothing tells something
            if _are_many(end.condition):
                return end.most + 1
            plan = await run(self._source, end.estimate, self._access)
            if (expected := planned_rows(plan[0][0])) > end.most:
                return expected
        rows = await run(self._source, end.count, self._access)
        return int(rows[0][0])


def _are_many(condition: Condition) -> bool:
    """Whether many rows meet a condition, as far as it says so itself."""
    if isinstance(condition, Chained):
        return any(kind in condition.many for kind, _ in condition.targets)
    if isinstance(condition, Has):
        return condition.many
    if isinstance(condition, Combined) and condition.word == "or":
        return any(map(_are_many, condition.parts))
    return isinstance(condition, Negated) or is_common_name(condition)
