"""What every test may use: a real PostgreSQL and the callers who ask.

Hypothesis draws the same examples in every run; `HYPOTHESIS_PROFILE=wide` draws others, and more of
them where a test takes its number from `fixtures.generated.times`.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from ehr.care import duplicates

pytest_plugins = ["fixtures.database"]

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    # Resources of the larger types take long to draw, which is no fault of a test.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("wide", parent=settings.get_profile("repeatable"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(autouse=True)
def nobody_was_told() -> None:
    """What was told of those known elsewhere is counted by the process: each test begins anew."""
    duplicates.limit(duplicates.AN_HOUR)
