"""Records to be projected, and the worker's view of what became of them."""

from collections.abc import AsyncIterator

import pytest
from fixtures import callers
from fixtures.visiting import Records

from ehr.db import Database
from ehr.embedded import Embedded


@pytest.fixture
def records(committed: Database) -> Records:
    return Records(committed, callers.clinician())


@pytest.fixture
async def jobs(postgres: Embedded, clone: str) -> AsyncIterator[Database]:
    """The worker's database: the application may add deltas, not read them."""
    database = await Database.open(postgres.url("ehr_job", clone), size=1, name="jobs")
    yield database
    await database.close()
