"""Pages by keyset: complete, without repeats, forward and back, while others write."""

from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import (
    every_page,
    ids_of,
    observation,
    organizations,
    page,
    patient,
    query,
    store,
)

from ehr import clock
from ehr.access import Access
from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.fhir.dates import bounds
from ehr.search import compile
from ehr.search.query import Cursor, SearchQuery

DATES = ["2026-01-01", "2026-03-01", None, "2026-03-01", "2026-02", None, "2026-03-01", "2025"]


async def fill(db: Database) -> None:
    """Two residents of wards 1 and 2 with eight findings each, two without a date."""
    await organizations(db)
    await store(db, patient("p1", 1), patient("p2", 2))
    for n, date in enumerate(DATES):
        when = {"effectiveDateTime": date} if date else {}
        clock.freeze(bounds(f"2026-04-{n // 2 + 1:02}")[0])
        await store(db, *(observation(f"{who}-{n}", who, **when) for who in ("p1", "p2")))
    clock.freeze(None)


def ranks(ids: list[str], sort: str) -> list[tuple[bool, object]]:
    """What the order must be monotonous in: missing last, then the date or id."""
    if sort.endswith("_id"):
        return [(False, one) for one in ids]
    if sort.endswith("date"):
        dates = [DATES[int(one.split("-")[1])] for one in ids]
        return [(date is None, bounds(date or "2026")[0]) for date in dates]
    return [(False, int(one.split("-")[1]) // 2) for one in ids]


@pytest.mark.parametrize("sort", ["date", "-date", "_lastUpdated", "-_lastUpdated", "_id", "-_id"])
@pytest.mark.parametrize(
    ("asked", "access", "total"),
    [
        ("", callers.clinician(1), 8),
        ("", callers.several(1, 2), 16),
        ("", callers.system(), 16),
        ("patient=p1", callers.clinician(1), 8),
        ("patient=p1", callers.system(), 8),
        ("code=29463-7", callers.system(), 16),
        ("code=http://loinc.org|29463-7", callers.several(1, 2), 16),
    ],
)
async def test_every_page(db: Database, sort: str, asked: str, access: Access, total: int) -> None:
    await fill(db)
    for size in (1, 3, 5):
        wanted = query("Observation", f"{asked}&_sort={sort}", count=size)
        await read_every_page(db, wanted, access, total)


async def read_every_page(db: Database, wanted: SearchQuery, access: Access, total: int) -> None:
    size, sort = wanted.count, wanted.sort[0].key
    forward, back = await every_page(db, wanted, access)
    ids = [one for shown in forward for one in shown]
    assert len(ids) == len(set(ids)) == total
    assert [len(shown) for shown in forward[:-1]] == [size] * (total // size - (total % size == 0))
    assert back == forward[-2::-1]
    found = ranks(ids, sort)
    missing = [rank for rank in found if rank[0]]
    present = [rank[1] for rank in found if not rank[0]]
    assert found[len(present) :] == missing
    assert present == sorted(present, reverse=sort.startswith("-"))  # type: ignore[type-var] # dates or texts


async def test_a_page_repeats_and_skips_nothing_that_did_not_change(db: Database) -> None:
    await fill(db)
    wanted, access = query("Observation", count=3), callers.clinician(1)
    first = await page(db, wanted, access)
    await store(db, observation("new", "p1"))
    seen = ids_of(first)
    while first.next is not None:
        first = await page(db, replace(wanted, cursor=first.next), access)
        seen += ids_of(first)
    assert sorted(seen) == sorted(f"p1-{n}" for n in range(8))


async def test_no_rows_no_links(db: Database) -> None:
    shown = await page(db, query("Observation"), callers.clinician(1))
    assert (shown.rows, shown.next, shown.previous) == ([], None, None)


async def test_a_count_of_zero_shows_nothing(db: Database) -> None:
    await fill(db)
    wanted = query("Observation", count=0)
    assert wanted.counts_only
    assert (await page(db, wanted, callers.clinician(1))).rows == []


def test_a_cursor_of_another_search_is_refused() -> None:
    with pytest.raises(InvalidQuery):
        compile.page(SearchQuery(("Patient",), cursor=Cursor(("a", "b"), 1)), callers.system())


NAMES = ["Trần Thị Hòa", "Nguyễn Thị Lý", "Nguyễn Lí", "NGUYỄN Thị Hoàng", "Nguyễn Hoa Hồng"]


@pytest.mark.parametrize(
    ("asked", "access", "expected"),
    [
        ("name=hoa", callers.clinician(1), [0, 4, 3]),
        ("name=nguyen", callers.clinician(1), [1, 2, 3, 4]),
        ("name=nguyen thi", callers.clinician(1), [1, 3]),
        ("name=thi&name=hoa", callers.clinician(1), [0, 3]),
        ("name=li", callers.clinician(1), [2, 1]),
        ("name=ly", callers.clinician(1), [2, 1]),
        ("name=nguyen&gender=male", callers.clinician(1), [1, 3]),
        ("name=nguyen&gender:not=male", callers.clinician(1), [2, 4]),
        ("name=nguyen&gender:missing=true", callers.clinician(1), [2, 4]),
        ("name=nguyen,tran", callers.clinician(1), None),
        ("name=nguyen&birthdate=2000", callers.clinician(1), None),
    ],
)
async def test_a_search_by_name_comes_in_the_order_of_names(
    db: Database, asked: str, access: Access, expected: list[int] | None
) -> None:
    await organizations(db)
    for n, name in enumerate(NAMES):
        family, *given = name.split()
        names = [{"text": name, "family": family, "given": given}]
        sex = {"gender": "male"} if n % 2 else {}
        await store(db, patient(f"n{n}", 1, name=names, birthDate="2000-01-01", **sex))
        await store(db, patient(f"m{n}", 2, name=names, birthDate="2000-01-01", **sex))
    for who, wards in ((access, "n"), (callers.several(1, 2), "mn"), (callers.system(), "mn")):
        for size in (1, 2, 50):
            forward, back = await every_page(db, query("Patient", asked, count=size), who)
            ids = [one for shown in forward for one in shown]
            assert back == forward[-2::-1]
            assert len(ids) == len(set(ids))
            if expected is not None:
                assert sorted(ids) == sorted(f"{w}{n}" for n in expected for w in wards)


async def test_two_spellings_of_one_word_are_one_match(db: Database) -> None:
    await organizations(db)
    await store(db, patient("a", 1, name=[{"given": ["Hòa", "hoa", "HOÀ"]}]))
    for size in (1, 2):
        forward, _ = await every_page(
            db, query("Patient", "given=hoa", count=size), callers.system()
        )
        assert forward == [["a"]]


async def test_a_granted_resident_stands_among_ones_own(db: Database) -> None:
    await organizations(db)
    for n, ward in enumerate((2, 1, 2, 1)):
        await store(db, patient(f"g{n}", ward, name=[{"text": f"Hoa {'abcd'[n]}"}]))
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', id, now() - interval '1 day', now() + interval '1 day'"
            " FROM resource_directory WHERE id IN ('g0', 'g2')"
        )
    access = replace(callers.clinician(1), grantee=11)
    for size in (1, 2, 3, 9):
        forward, back = await every_page(db, query("Patient", "name=hoa", count=size), access)
        assert sorted(one for shown in forward for one in shown) == ["g0", "g1", "g2", "g3"]
        assert back == forward[-2::-1]
