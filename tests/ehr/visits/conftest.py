"""Records to be projected, and the worker's view of what became of them."""

import pytest
from fixtures import callers
from fixtures.visiting import Records

from ehr.db import Database


@pytest.fixture
def records(committed: Database) -> Records:
    return Records(committed, callers.clinician())
