"""The report role's database on a clone."""

from collections.abc import AsyncIterator

import pytest
from fixtures.database import opened

from ehr.db import Database
from ehr.embedded import Embedded


@pytest.fixture
async def reports(postgres: Embedded, clone: str) -> AsyncIterator[Database]:
    async with opened(postgres.url("ehr_report", clone), size=1, name="reports") as database:
        yield database
