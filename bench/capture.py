"""The rows that our write of one visit makes, as statements the reference can run again."""

from collections.abc import Sequence
from typing import Any

import orjson

from bench.bare import Statement
from bench.data import Loaded
from bench.visit import visit_resources
from ehr.access import Access, Verb
from ehr.db import Database, Params, Query, Tx
from ehr.ingest.change import Change, new_id
from ehr.ingest.save import save
from ehr.urls import urls

_A_RESIDENT = (
    "SELECT r.id FROM resource r JOIN resource_index i USING (bucket, rid)"
    " WHERE r.rtype = (SELECT rtype FROM resource_directory d WHERE d.rid = r.pat LIMIT 1)"
    " AND r.pat = r.rid AND r.ward = 1 LIMIT 1"
)


class _Recording(Tx):
    """A transaction that keeps every statement that changes rows."""

    kept: list[Statement]

    async def execute(self, query: Query, params: Params = None) -> int:
        self._keep(query, params)
        return await super().execute(query, params)

    async def execute_all(self, statements: Sequence[tuple[Query, Params]]) -> list[int]:
        for query, params in statements:
            self._keep(query, params)
        return await super().execute_all(statements)

    def _keep(self, query: Query, params: Params) -> None:
        text = query if isinstance(query, str) else query.as_string()
        if "INSERT INTO" in text:
            self.kept.append((text, params))


class _Undone(Exception):
    """The recorded visit is not kept."""


async def captured_visit(
    found: Loaded, access: Access
) -> tuple[list[Statement], tuple[int, ...], tuple[str, ...]]:
    """The statements of a visit, with the rids and ids to change in each round."""
    db = await Database.open(urls(found.settings).app, size=1, name="bench")
    kept: list[Statement] = []
    rids: tuple[int, ...] = ()
    changes: list[Change] = []
    try:
        ((patient,),) = await db.fetch(access, _A_RESIDENT)
        changes = _changes(patient)
        async with db.transaction(access) as tx:
            recording = _Recording(tx.connection, tx.numbers)
            recording.kept = kept
            saved = await save(recording, changes, access=access)
            rids = tuple(one.rid for one in saved)
            raise _Undone
    except _Undone:
        pass
    finally:
        await db.close()
    return kept, rids, tuple(one.id for one in changes)


def _changes(patient: str) -> list[Change]:
    encounter = new_id()
    made: list[Any] = visit_resources(patient, f"Encounter/{encounter}")
    return [
        Change(
            Verb.CREATE,
            each["resourceType"],
            encounter if each["resourceType"] == "Encounter" else new_id(),
            orjson.loads(orjson.dumps(each)),
        )
        for each in made
    ]
