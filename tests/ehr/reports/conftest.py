"""The roles' databases on a clone: the report role reads, the job role folds."""

from collections.abc import AsyncIterator

import pytest

from ehr.db import Database
from ehr.embedded import Embedded


@pytest.fixture
async def jobs(postgres: Embedded, clone: str) -> AsyncIterator[Database]:
    database = await Database.open(postgres.url("ehr_job", clone), size=1, name="jobs")
    yield database
    await database.close()


@pytest.fixture
async def reports(postgres: Embedded, clone: str) -> AsyncIterator[Database]:
    database = await Database.open(postgres.url("ehr_report", clone), size=1, name="reports")
    yield database
    await database.close()
