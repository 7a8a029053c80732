"""A plan in batches: some hundred resources each, of whole households that are not there yet."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import islice

from ehr.db import Database
from ehr.fhir.definitions import type_number
from ehr.fhir.resource import Resource
from seed import staff, wards
from seed.plan import Plan, WardPlan
from seed.records import resources
from seed.residents import Household, residents
from seed.visits import callers_of, household_year

BATCH = 600
"""Resources of a transaction, about."""
_LOOK_AHEAD = 200
"""Households that are looked for at a time."""


@dataclass(slots=True)
class Batch:
    """What one transaction writes; `steps` counts for the progress, with what was there."""

    steps: int = 0
    people: int = 0
    resources: list[Resource] = field(default_factory=list)


async def directory_batches(db: Database) -> AsyncIterator[Batch]:
    """Wards and staff: Organizations first, since the others name them."""
    made = [*staff.resources(), *wards.resources()]
    made.sort(key=lambda resource: resource["resourceType"] != "Organization")
    there = await _there(db, made)
    missing = [each for each in made if (each["resourceType"], each["id"]) not in there]
    yield Batch(steps=len(made) - len(missing))
    organizations = sum(each["resourceType"] == "Organization" for each in missing)
    for part in (missing[:organizations], missing[organizations:]):
        for first in range(0, len(part), BATCH):
            some = part[first : first + BATCH]
            yield Batch(steps=len(some), resources=some)


async def ward_batches(db: Database, plan: Plan, ward_plan: WardPlan) -> AsyncIterator[Batch]:
    """The residents of a ward with their year."""
    ward = wards.ward(ward_plan.code)
    callers = callers_of(plan, ward_plan)
    made = residents(plan.number, ward, ward_plan.residents, plan.year.last)
    batch = Batch()
    async for household, missing in _looked_for(db, made):
        batch.steps += len(household.people)
        if missing:
            batch.people += len(household.people)
            for person in household_year(plan, callers, household):
                batch.resources += resources(person, ward)
        if len(batch.resources) >= BATCH:
            yield batch
            batch = Batch()
    yield batch


async def _looked_for(
    db: Database, made: Iterator[Household]
) -> AsyncIterator[tuple[Household, bool]]:
    """Each household, and whether it is still to be written."""
    while some := list(islice(made, _LOOK_AHEAD)):
        firsts = [{"resourceType": "Patient", "id": each.people[0].id} for each in some]
        there = await _there(db, firsts)
        for household in some:
            yield household, ("Patient", household.people[0].id) not in there


async def _there(db: Database, wanted: list[Resource]) -> set[tuple[str, str]]:
    """Which of these are there already, deleted ones too."""
    kinds = {type_number(each["resourceType"]): each["resourceType"] for each in wanted}
    rows = await db.fetch_directory(
        "SELECT d.rtype, d.id FROM unnest(%s::smallint[], %s::text[]) AS w(rtype, id)"
        " JOIN resource_directory d USING (rtype, id)",
        (
            [type_number(each["resourceType"]) for each in wanted],
            [each["id"] for each in wanted],
        ),
    )
    return {(kinds[rtype], id) for rtype, id in rows}
