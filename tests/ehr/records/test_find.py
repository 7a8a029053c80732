"""Pages of a search: who sees what, how pages follow each other, what comes along."""

import pytest
from fixtures import callers
from fixtures.records import LOINC, observation, patient

from ehr.access import Access, Verb
from ehr.db import Database
from ehr.errors import Forbidden, InvalidQuery
from ehr.ingest.change import Change, new_id
from ehr.ingest.save import save
from ehr.records.find import find
from ehr.search.query import Filter, Include, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import TokenValue


async def put(db: Database, access: Access, *resources: dict[str, object]) -> list[str]:
    changes = [Change(Verb.CREATE, str(r["resourceType"]), new_id(), r) for r in resources]
    async with db.transaction(access) as tx:
        return [one.id for one in await save(tx, changes, access=access)]


def weights(**more: object) -> SearchQuery:
    code = Filter(parameters("Observation")["code"], None, (TokenValue(LOINC, "29463-7"),))
    return SearchQuery(types=("Observation",), filters=(code,), **more)  # type: ignore[arg-type] # named fields


@pytest.fixture
async def two_wards(db: Database) -> Database:
    """Three weights in ward 1, two in ward 2."""
    for ward, count in ((1, 3), (2, 2)):
        access = callers.clinician(ward)
        (who,) = await put(db, access, patient())
        await put(db, access, *(observation(who) for _ in range(count)))
    return db


@pytest.mark.parametrize(
    ("access", "found"),
    [
        (callers.clinician(1), 3),
        (callers.clinician(2), 2),
        (callers.clinician(3), 0),
        (callers.several(1, 2), 5),
        (callers.several(2, 3), 2),
        (callers.system(), 5),
    ],
    ids=["ward 1", "ward 2", "another ward", "two wards", "one of two", "every ward"],
)
async def test_matches_and_totals_are_of_the_callers_wards(
    two_wards: Database, access: Access, found: int
) -> None:
    page = await find(two_wards, weights(total="accurate"), access=access)
    assert (len(page.matches), page.total) == (found, found)
    counted = await find(two_wards, weights(summary="count"), access=access)
    assert (counted.matches, counted.total) == ([], found)


@pytest.mark.parametrize(
    ("access", "error"),
    [
        (callers.analyst(), Forbidden),
        (callers.nobody(), Forbidden),
        (callers.hospital(), (Forbidden, InvalidQuery)),
    ],
    ids=["city analyst", "nobody", "hospital that names no patient"],
)
async def test_who_may_not_search_is_told_so(
    two_wards: Database, access: Access, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await find(two_wards, weights(), access=access)


@pytest.mark.parametrize("access", [callers.clinician(1), callers.system()], ids=["one", "every"])
async def test_pages_follow_each_other_without_a_gap(two_wards: Database, access: Access) -> None:
    everything = [one.id for one in (await find(two_wards, weights(), access=access)).matches]
    seen: list[str] = []
    cursor = None
    while True:
        page = await find(two_wards, weights(count=2, cursor=cursor), access=access)
        seen += [one.id for one in page.matches]
        cursor = page.next_cursor
        if cursor is None:
            break
        back = await find(two_wards, weights(count=2, cursor=cursor), access=access)
        assert back.previous_cursor is not None
    assert seen == everything


async def test_an_include_brings_what_the_caller_may_see(two_wards: Database) -> None:
    subject = Include("Observation", parameters("Observation")["subject"])
    page = await find(two_wards, weights(includes=(subject,)), access=callers.clinician(1))
    assert [one.resource_type for one in page.included] == ["Patient"]
    assert len(page.matches) == 3
