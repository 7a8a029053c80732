"""Every official example: stored, then asked for by each of its own parameters, and found."""

from collections import Counter

import pytest
from fixtures import callers
from fixtures.asking import examples, texts_of
from fixtures.searching import BASE, ids_of, page

from ehr.access import Verb
from ehr.db import Database
from ehr.errors import EhrError
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.search.filters import filter_of
from ehr.search.query import Filter, SearchQuery
from ehr.search.registry import parameters

EACH = 2
"""Examples asked for each parameter of a type."""


@pytest.fixture
async def stored(db: Database) -> tuple[Database, list[Resource]]:
    """The examples that this server takes (others break R4 themselves)."""
    kept = []
    for one in examples():
        change = Change(Verb.UPDATE, one["resourceType"], one["id"], one)
        try:
            async with db.transaction(callers.system()) as tx:
                await save(tx, [change], access=callers.system(), bases=(BASE,))
        except EhrError:
            continue
        kept.append(one)
    return db, kept


async def ids(db: Database, criterion: Filter) -> list[str]:
    wanted = SearchQuery((criterion.parameter.resource_type,), (criterion,), count=1000)
    return ids_of(await page(db, wanted, callers.system()))


async def test_every_example_is_found_by_each_of_its_parameters(
    stored: tuple[Database, list[Resource]],
) -> None:
    db, resources = stored
    assert len(resources) > 600
    done: Counter[tuple[str, str]] = Counter()
    lost: list[str] = []
    for resource in resources:
        kind = resource["resourceType"]
        for code, parameter in parameters(kind).items():
            if done[kind, code] >= EACH or parameter.storage in ("none", "lu", "text"):
                continue
            if code.endswith("-tail"):
                continue
            text = next((one for one in texts_of(parameter, resource) if one), None)
            if text is None:
                continue
            done[kind, code] += 1
            if resource["id"] not in await ids(db, filter_of(kind, code, text)):
                lost.append(f"{kind}/{resource['id']}?{code}={text}")
    assert not lost, "\n".join(lost)
    assert len(done) > 700
