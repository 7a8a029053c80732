"""The attacks of access.md, section "The tests": a running service, told from outside alone."""

from collections.abc import Iterator

import pytest
from fixtures.attacking import Attack, attacked


@pytest.fixture(scope="module")
def attack() -> Iterator[Attack]:
    """One service for a module."""
    yield from attacked()
