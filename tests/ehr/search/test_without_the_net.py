"""The compiled predicate alone: what a caller reads is the same with row-level security wide open.

The policies would hide a query that forgot its predicate from every test that looks at what comes
back, but not what such a query tells by its counts and limits; so here the net is taken away.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import observation, organizations, patient, query, store

from ehr.access import Access, Power
from ehr.db import Database, Params, Query, Row
from ehr.errors import NotFound
from ehr.records import history, read
from ehr.records.changes import changes
from ehr.records.everything import everything_of
from ehr.records.find import find
from ehr.records.stored import Stored
from ehr.search.changes import Changes
from ehr.search.everything import Wanted
from ehr.search.filters import include_of
from ehr.search.referring import Named, referring

ALL_SEEN = callers.system()
HOSPITAL = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))
SECURITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
VERY_RESTRICTED = {"security": [{"system": SECURITY, "code": "V"}]}
SEES = {
    "one ward": (callers.clinician(1), {"1"}),
    "two wards": (callers.several(1, 3), {"1", "3"}),
    "hospital": (HOSPITAL, {"3"}),
    "ward and grant": (replace(callers.clinician(2), grantee=11), {"2", "3"}),
    "nobody": (replace(HOSPITAL, account=13, grantee=None), set()),
}  # fmt: skip


class WithoutNet(Database):
    """Reads whose statements are a caller's, while the policies let everything through."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def fetch(self, access: Access, query: Query, params: Params = None) -> list[Row]:
        return await self._db.fetch(ALL_SEEN, query, params)

    async def search(self, access: Access, query: Query, params: Params = None) -> list[Row]:
        return await self._db.search(ALL_SEEN, query, params)


@pytest.fixture
async def city(db: Database) -> Database:
    """In each of three wards a resident with two findings, one labelled since its second version.

    l1 has lost its label. The first finding of each names all the others. The hospital has a grant
    to p3 that is in force, and others that are not.
    """
    await organizations(db)
    performer = {"resourceType": "Practitioner", "id": "x", "active": True}
    await store(db, performer)
    for n in (1, 2, 3):
        done = {"performer": [{"reference": "Practitioner/x"}], "effectiveDateTime": "2026-11-05"}
        others = [{"reference": f"Observation/{one}{m}"} for one in "ov" for m in (1, 2, 3)]
        plain = observation(f"o{n}", f"p{n}", derivedFrom=others, **done)
        labelled = observation(f"v{n}", f"p{n}", **done)
        await store(db, patient(f"p{n}", n, name=[{"family": "Nguyễn"}]), plain, labelled)
        await store(db, plain | {"status": "amended"}, labelled | {"meta": VERY_RESTRICTED})
    await store(db, observation("l1", "p1", meta=VERY_RESTRICTED))
    await store(db, observation("l1", "p1"))
    async with db.administration() as tx:
        for who, begins, ends, revoked in (
            ("p3", "-1 day", "1 day", None),
            ("p1", "-2 day", "-1 day", None),
            ("p1", "-1 day", "1 day", "2026-01-01"),
            ("p2", "1 day", "2 day", None),
        ):
            await tx.execute(
                "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until,"
                " revoked_at) SELECT 11, rid, 'referral', %s, now() + %s::interval,"
                " now() + %s::interval, %s FROM resource_directory WHERE id = %s",
                (f"{who}{ends}{revoked}", begins, ends, revoked, who),
            )
    return WithoutNet(db)


async def everybody(city: Database, access: Access) -> Iterable[Stored]:
    found = []
    for n in (1, 2, 3):
        with suppress(NotFound):
            wanted = Wanted("Patient", f"p{n}", count=100)
            found += (await everything_of(city, wanted, access=access)).page.matches
    return found


async def versions(city: Database, access: Access) -> Iterable[Stored]:
    found = []
    for id in ("o1", "o2", "o3", "v1", "v2", "v3", "l1"):
        with suppress(NotFound):
            found += (await history.instance(city, "Observation", id, access=access)).entries
        for version in (1, 2):
            with suppress(NotFound):
                found.append(await read.vread(city, "Observation", id, version, access=access))
    return found


async def changed(city: Database, access: Access) -> Iterable[Stored]:
    if not (access.wards or access.every_ward):
        return ()  # is refused, which other tests say
    asked = Changes(("Observation", "Patient", "Practitioner"), count=100)
    return (await changes(city, asked, access=access)).entries


def searched(kind: str, asked: str) -> Callable[[Database, Access], Awaitable[Iterable[Stored]]]:
    async def ask(city: Database, access: Access) -> Iterable[Stored]:
        total = replace(query(kind, asked), total="accurate", count=100)
        page = await find(city, total, access=access)
        assert page.total == len(page.matches)
        return [*page.matches, *page.included]

    return ask


WAYS = {
    "patients": searched("Patient", ""),
    "patients by name": searched("Patient", "name=nguyen"),
    "patients by id": searched("Patient", "_id=p1,p2,p3"),
    "patients of findings": searched("Patient", "_has:Observation:patient:status=amended"),
    "findings": searched("Observation", ""),
    "findings by token": searched("Observation", "status=amended"),
    "findings of patients": searched("Observation", "patient=p1,p2,p3"),
    "findings by chain": searched("Observation", "patient.name=nguyen"),
    "findings by date": searched("Observation", "date=2026-11-05&_sort=date"),
    "findings by a code of their own": searched("Observation", "_sort=status"),
    "include": searched("Observation", "_include=Observation:subject"),
    "include of findings": searched("Observation", "_include=Observation:derived-from"),
    "include all": searched("Observation", "_include=*"),
    "revinclude": searched("Practitioner", "_revinclude=Observation:performer"),
    "revinclude all": searched("Practitioner", "_revinclude=*"),
    "revinclude of patients": searched("Patient", "_revinclude=*"),
    "everything": everybody,
    "versions of one": versions,
    "versions of all": changed,
}


@pytest.mark.parametrize("who", SEES)
async def test_nothing_else_is_read(city: Database, who: str) -> None:
    access, wards = SEES[who]
    for way, ask in WAYS.items():
        found = await ask(city, access)
        ids = {one.id for one in found if one.resource_type != "Practitioner"}
        assert {id[1:] for id in ids} <= wards, way
        assert not any(id.startswith("v") for id in ids), way
        assert not any(one.id == "l1" and one.version == 1 for one in found), way


async def test_there_is_more_to_read(city: Database) -> None:
    """Else the test above would hold for any query."""
    for way, ask in WAYS.items():
        assert {"p1", "o1", "v1"} & {one.id for one in await ask(city, ALL_SEEN)}, way


async def test_what_refers_to_a_page_is_cut_among_ones_own(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of other wards must not fill the limit in place of one's own."""
    monkeypatch.setattr("ehr.search.referring.MAX_INCLUDED", 1)
    for ward, ids in ((1, {"o1"}), (2, {"o2"}), (3, {"o3"})):
        access = callers.clinician(ward)
        every = include_of("*", iterate=False)
        statement = referring(every, [Named("Practitioner", "x", 0)], access)
        assert statement is not None
        rows = await city.search(access, statement.text, statement.params)
        assert {row[1] for row in rows} == ids
