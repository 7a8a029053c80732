"""One query of every kind among a million index rows: none reads a whole index table."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from fixtures import callers, million
from fixtures.database import UNTOUCHED, opened
from fixtures.searching import LOINC, across, query

from ehr.access import Access, Power
from ehr.db import Database
from ehr.embedded import Embedded
from ehr.fhir.definitions import resource_types
from ehr.records.resolved import resolved
from ehr.search import compile, hashing
from ehr.search.compartment import types_in
from ehr.search.compile import Statement
from ehr.search.filters import include_of
from ehr.search.order import sorts_documents
from ehr.search.planned import planned
from ehr.search.query import Compartment, SearchQuery
from ehr.search.referring import Named, referring

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("million")]

WARD = callers.clinician(1)
WARDS = callers.several(1, 2, 3)
EVERY = callers.system()
GRANTS = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))
CALLERS = {"ward": WARD, "wards": WARDS, "every": EVERY, "grants": GRANTS}
BP = f"{LOINC}|85354-9"
SEARCHES = [
    ("Observation", ""),
    ("Observation", f"code={BP}"),
    ("Observation", "code=7-1"),
    ("Observation", "code:not=7-1"),
    ("Observation", "code:text=word7"),
    ("Observation", f"patient=i1&code={BP}&_sort=-date"),
    ("Observation", "patient=i1"),
    ("Observation", "encounter=Encounter/i30001"),
    ("Observation", "performer=Practitioner/x1"),
    ("Observation", "date=ge2025-06-01&date=lt2025-06-02"),
    ("Observation", "_lastUpdated=gt2025-12-01"),
    ("Observation", "value-quantity=gt230||kg"),
    ("Observation", "code-value-quantity=7-1$gt100"),
    ("Observation", "value-quantity:missing=true"),
    ("Observation", "patient.name=nguyen&code=7-1"),
    ("Observation", "patient.identifier=1"),
    ("Observation", "patient.birthdate=1950-03-01"),
    ("Observation", "patient.gender=male"),
    ("Observation", "subject.name=dang lan"),
    ("Observation", "encounter.class=AMB"),
    ("Observation", "encounter.patient.identifier=1"),
    ("Observation", "encounter.patient.gender=male"),
    ("Observation", "has-member.code=7-1"),
    ("Observation", "_tag=a"),
    ("Observation", "_sort=-date"),
    ("Observation", "_sort=-date,value-quantity"),
    ("Observation", f"code={BP}&_sort=-value-quantity"),
    ("Observation", "patient=i1&_sort=code,-date"),
    ("Patient", "name=nguyen"),
    ("Patient", "name=nguyen lan"),
    ("Patient", "name:exact=Nguyễn"),
    ("Patient", "family=dang&gender=male"),
    ("Patient", "identifier=http://x|1"),
    ("Patient", "identifier=1,2,3"),
    ("Patient", "_id=i1,i2"),
    ("Patient", "birthdate=1950"),
    ("Patient", "gender=male"),
    ("Patient", "general-practitioner=Practitioner/x1"),
    ("Patient", "_has:Condition:patient:code=J07"),
    ("Patient", "_has:Observation:patient:code=7-1&gender=male"),
    ("Patient", f"_has:Observation:patient:code={BP}"),
    ("Encounter", "_has:Condition:encounter:code=J07"),
    ("Observation", f"_has:Observation:has-member:code={BP}"),
    ("Patient", "_has:Encounter:patient:_has:Condition:encounter:code=I10"),
    ("Patient", "_sort=family"),
    ("Patient", "_sort=-family,birthdate"),
    ("Patient", "_sort=gender&_id=i1"),
    ("Patient", "_filter=family sw ng and gender eq male"),
    ("Patient", "_filter=family sw dang or birthdate eq 1950-03-01"),
    ("Patient", "_filter=identifier eq 1 or _id eq i1"),
    ("Patient", "_filter=not (gender eq male)"),
    ("Patient", "_filter=family ew yen or family ne nguyen"),
    ("Patient", "_filter=name eq nobody"),
    ("Observation", "_filter=patient.gender eq male or code eq 7-1"),
    ("Observation", "_filter=patient[gender eq male].family sw dang"),
    ("Observation", "_filter=not (patient.gender eq male)"),
    (
        "Observation",
        "_filter=code eq 7-1 or value-quantity gt 230 or date lt 2022-01-05"
        " or status eq preliminary or performer re Practitioner/x1 or patient.identifier eq 1",
    ),
    ("Condition", "code=I10"),
    ("Condition", "onset-date=2025-03"),
    ("Condition", "_sort=-onset-date"),
    ("Encounter", "participant=Practitioner/x1&date=2025-06"),
]
COMPARTMENTS = [
    (("Patient", "i1"), "Observation", ""),
    (("Patient", "i1"), "Observation", f"code={BP}&_sort=-date"),
    (("Patient", "i1"), "Patient", "name=nguyen"),
    (("Encounter", "i30001"), "Condition", "code=I10"),
    (("Practitioner", "x1"), "Observation", ""),
    (("Practitioner", "x1"), "Observation", f"code={BP}&_sort=-date"),
    (("Practitioner", "x1"), "Observation", "patient=i1"),
    (("RelatedPerson", "r1"), "Observation", "_sort=_id"),
    (("Device", "d1"), "Observation", "code=7-1"),
]


THREE = ("Patient", "Observation", "Condition")
TWO = ("Observation", "Condition")
ALL = resource_types()
DOCTOR, RESIDENT = Compartment("Practitioner", "x1"), Compartment("Patient", "i1")
ACROSS = [
    across(THREE), across(THREE, "_tag=a"), across(THREE, "_lastUpdated=gt2025-12-01"),
    across(TWO, "patient=i1"), across(TWO, "code=7-1"), across(TWO, f"code={BP}"),
    across(TWO, "patient.name=nguyen"), across(TWO, "encounter=i30001"),
    across(("Observation", "Encounter"), "_sort=-date"),
    across(("Observation", "Encounter"), "date=2025-06-01"),
    across(("Patient", "Practitioner"), "name=nguyen"),
    *(
        across(ALL, asked, named=False)
        for asked in (
            "", "_id=i1", "_tag=a", "_tag:not=a", "_tag:missing=true", "_lastUpdated=2025-06-01",
            "_source=http://x", "_profile=http://x", "_content=word7", "_sort=_lastUpdated",
        )
    ),
    across(types_in("Patient"), named=False, compartment=RESIDENT),
    across(TWO, "code=7-1", compartment=RESIDENT),
    across(types_in("Practitioner"), named=False, compartment=DOCTOR),
    across(types_in("Practitioner"), "_tag=a", named=False, compartment=DOCTOR),
    across(types_in("Encounter"), named=False, compartment=Compartment("Encounter", "i30001")),
]  # fmt: skip


@pytest.fixture(scope="module")
def built(postgres: Embedded) -> str:
    """The name of the filled database."""
    hashing.install(b"k" * 32)
    name = "a_million"
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {UNTOUCHED} OWNER ehr_owner")
    rows = million.build(postgres.url("postgres", name))
    assert rows > 1_000_000
    return name


@pytest.fixture
async def city(postgres: Embedded, built: str) -> AsyncIterator[Database]:
    """The application's database on it."""
    async with opened(postgres.url("ehr_app", built), size=2) as database:
        yield database


async def whole_tables(db: Database, statement: Statement, access: Access) -> list[str]:
    """The index tables of which a statement would read every row."""
    explained = await db.search(access, f"EXPLAIN (FORMAT JSON) {statement.text}", statement.params)
    readings = planned(explained[0][0]).readings
    tables = [one.table for one in readings if one.index is None]
    return [one for one in tables if one.startswith(("index_", "resource"))]


@pytest.mark.proves("results/bounded")
@pytest.mark.parametrize("who", CALLERS)
async def test_no_search_reads_a_whole_index_table(city: Database, who: str) -> None:
    access = CALLERS[who]
    whole = {}
    for kind, asked in SEARCHES:
        wanted = await resolved(city, query(kind, asked), access)
        compiled = compile.collected if sorts_documents(wanted) else compile.page
        if found := await whole_tables(city, compiled(wanted, access), access):
            whole[f"{kind}?{asked}"] = found
    assert whole == {}


@pytest.mark.proves("results/bounded")
@pytest.mark.parametrize("who", ["ward", "every"])
@pytest.mark.parametrize("prefix", ["eq", "gt", "ge", "lt", "le", "sa", "eb", "ap"])
async def test_a_date_is_where_its_index_is_entered(city: Database, who: str, prefix: str) -> None:
    access = CALLERS[who]
    asked = compile.page(query("Observation", f"date={prefix}2025-04-01&_sort=-date"), access)
    rows = await city.search(access, f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.text}", asked.params)
    assert _passed_over(rows[0][0][0]["Plan"]) < 200


def _passed_over(plan: dict[str, Any]) -> int:
    """Rows that a plan read and threw away."""
    below = sum(_passed_over(one) for one in plan.get("Plans", ()))
    return below + int(plan.get("Rows Removed by Filter", 0)) * int(plan["Actual Loops"])


@pytest.mark.proves("results/bounded")
@pytest.mark.parametrize("who", CALLERS)
async def test_no_search_in_a_compartment_reads_a_whole_index_table(
    city: Database, who: str
) -> None:
    access = CALLERS[who]
    whole = {}
    for owner, kind, asked in COMPARTMENTS:
        wanted = query(kind, asked, compartment=Compartment(*owner))
        for compiled in (compile.page, compile.count):
            if found := await whole_tables(city, compiled(wanted, access), access):
                whole[f"{owner}/{kind}?{asked}", compiled.__name__] = found
    assert whole == {}


@pytest.mark.proves("results/bounded")
@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("wanted", ACROSS)
async def test_no_search_of_several_types_reads_a_whole_index_table(
    city: Database, who: str, wanted: SearchQuery
) -> None:
    access = CALLERS[who]
    assert await whole_tables(city, compile.page(wanted, access), access) == []


@pytest.mark.proves("results/bounded")
@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(
    ("include", "kind"),
    [
        ("Observation:subject", "Patient"), ("Condition:encounter", "Encounter"),
        ("Observation:performer", "Practitioner"), ("*", "Patient"), ("*", "Encounter"),
        ("*", "Practitioner"), ("Observation:*", "Patient"),
    ],
)  # fmt: skip
async def test_no_revinclude_reads_a_whole_index_table(
    city: Database, who: str, include: str, kind: str
) -> None:
    access = CALLERS[who]
    named = [Named(kind, f"i{n}", n) for n in range(1, 51)]
    statement = referring(include_of(include), named, access)
    assert statement is not None
    assert await whole_tables(city, statement, access) == []
