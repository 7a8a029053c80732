"""The FHIR API on a database that is rolled back after each test."""

from collections.abc import AsyncIterator

import pytest
from fixtures.auditing import events
from fixtures.fhir import BASE, NURSE, Api, asking, authenticating, settings_in

from auth.bearer import Authenticator
from auth.demo import DemoIssuer
from ehr.db import Database
from ehr.search import hashing

__all__ = ["events"]


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DemoIssuer:
    """The demo issuer, with a key of its own."""
    return DemoIssuer(settings_in(tmp_path_factory.mktemp("issuer")))


@pytest.fixture(autouse=True)
def hash_key() -> None:
    """The key of the search index."""
    hashing.install(b"h" * 32, (BASE,))


@pytest.fixture
async def authenticator(db: Database, issuer: DemoIssuer) -> AsyncIterator[Authenticator]:
    """The real checks of bearer tokens."""
    async with authenticating(db, issuer) as found:
        yield found


@pytest.fixture
async def api(db: Database, issuer: DemoIssuer, authenticator: Authenticator) -> AsyncIterator[Api]:
    """The API, asked in this process."""
    async with asking(db, issuer, authenticator) as found:
        yield found


@pytest.fixture
async def committing(committed: Database, issuer: DemoIssuer) -> AsyncIterator[Api]:
    """The API on a database of its own, with connections of its own: what it stores stays."""
    async with (
        authenticating(committed, issuer) as authenticator,
        asking(committed, issuer, authenticator) as found,
    ):
        await found.token(NURSE)
        yield found
