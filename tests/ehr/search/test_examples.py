"""Every official example: stored, then asked for by each of its own parameters, and found."""

from collections import Counter
from collections.abc import Iterator

import pytest
from fixtures import callers
from fixtures.asking import examples, texts_of
from fixtures.searching import BASE, ids_of, page

from ehr.access import Verb
from ehr.db import Database
from ehr.errors import EhrError
from ehr.fhir.definitions import compartments, search_parameter_definitions
from ehr.fhir.path import compile_path
from ehr.fhir.reference import parse_reference
from ehr.fhir.resource import Resource
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.search.compartment import types_in
from ehr.search.filters import filter_of
from ehr.search.query import Compartment, Filter, SearchQuery
from ehr.search.registry import parameters

DEFINED = {
    (kind, one.code): one.expression or ""
    for one in search_parameter_definitions()
    for kind in one.base
}
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


Key = tuple[str, str]


@pytest.mark.proves("search/compartment")
async def test_every_compartment_has_what_its_definition_names(
    stored: tuple[Database, list[Resource]],
) -> None:
    db, resources = stored
    here = {(one["resourceType"], str(one["id"])) for one in resources}
    expected = {(name, owner): {(name, owner)} for name, owner in here if name in compartments()}
    for resource in resources:
        for owner in named_by(resource):
            if owner in expected:
                expected[owner].add((resource["resourceType"], resource["id"]))
    found = {owner: await members(db, Compartment(*owner)) for owner in expected}
    assert {owner: one for owner, one in found.items() if one != expected[owner]} == {}
    assert sum(map(len, found.values())) > 400


def named_by(resource: Resource) -> Iterator[Key]:
    """Whose compartments a resource is in, by the definitions' parameters and their expressions."""
    kind = resource["resourceType"]
    for name, types in compartments().items():
        for code in types.get(kind, ()):
            expression = DEFINED.get((kind, code), "")
            for value, _ in compile_path(expression, kind)(resource) if expression else ():
                text = value.get("reference") if type(value) is dict else None
                target = parse_reference(text) if text else None
                if target and target.kind == "relative" and target.type == name and target.id:
                    yield name, target.id


async def members(db: Database, owner: Compartment) -> set[Key]:
    """All that is found in a compartment, type by type."""
    found: set[Key] = set()
    for kind in types_in(owner.type):
        wanted = SearchQuery((kind,), compartment=owner, count=1000)
        ids = ids_of(await page(db, wanted, callers.system()))
        assert len(ids) == len(set(ids))
        found |= {(kind, one) for one in ids}
    return found
