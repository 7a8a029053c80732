"""A database of its own that was seeded with two small wards."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

import psycopg
import pytest
from fixtures.database import UNTOUCHED, opened

from ehr.clock import HANOI
from ehr.db import Database
from ehr.embedded import Embedded
from seed.load import load
from seed.plan import Plan, WardPlan

PLAN = Plan(
    1954,
    datetime(2026, 11, 23, 10, 30, tzinfo=HANOI),
    (WardPlan("00004", 120), WardPlan("00145", 80)),
)


Url = Callable[[str], str]
"""The URL of one database for a role."""


def _fresh(postgres: Embedded, name: str) -> Iterator[Url]:
    """A database with the schema and an empty directory, for as long as it is used."""
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {UNTOUCHED} OWNER ehr_owner")
    with psycopg.connect(postgres.url("ehr_owner", name)) as connection:
        connection.execute("TRUNCATE ward, account, staff_assignment, partner CASCADE")
    yield lambda role: postgres.url(role, name)
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh(postgres: Embedded) -> Iterator[Url]:
    """A fresh database for one test."""
    yield from _fresh(postgres, "seed_fresh")


@pytest.fixture
async def empty(fresh: Url) -> AsyncIterator[Database]:
    """The application's pool on a fresh database."""
    async with opened(fresh("ehr_app"), size=4) as database:
        yield database


@pytest.fixture(scope="module")
def town(postgres: Embedded) -> Iterator[Url]:
    """A fresh database for a module."""
    yield from _fresh(postgres, "seed_town")


@pytest.fixture(scope="module")
async def seeded(town: Url) -> AsyncIterator[Database]:
    """The application's pool on a database that holds `PLAN`."""
    async with opened(town("ehr_app"), size=4) as database:
        await load(database, PLAN)
        yield database
