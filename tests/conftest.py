"""What every test may use: a real PostgreSQL and the callers who ask.

Hypothesis draws the same examples in every run; `HYPOTHESIS_PROFILE=wide` draws others, and more of
them where a test takes its number from `fixtures.generated.times`.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from ehr.care import duplicates
from ehr.directory import profiles, search_parameters
from ehr.fhir.profiles import known
from ehr.records import bound_sets, probed
from ehr.search import registry

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
def nothing_is_known() -> None:
    """What a process counts, and what it remembers of its database: each test has another one.

    It remembers for seconds, so that a test would meet what the one before it stored if it was
    quick enough; and a search is planned by what was found within the last minute.
    """
    duplicates.limit(duplicates.AN_HOUR)
    probed.lately.clear()
    bound_sets.forget()
    search_parameters.forget()
    registry.install(())
    profiles.forget()
    if profiles._numbers:
        profiles._numbers = ()
        known.install(())
        registry.forget()
