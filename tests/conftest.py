"""What every test may use: a real PostgreSQL and the callers who ask."""

import pytest

from ehr.care import duplicates

pytest_plugins = ["fixtures.database"]


@pytest.fixture(autouse=True)
def nobody_was_told() -> None:
    """What was told of those known elsewhere is counted by the process: each test begins anew."""
    duplicates.limit(duplicates.AN_HOUR)
