"""A running service, attacked from outside alone; each kind of attack has a number."""

from collections.abc import Iterator

import pytest
from fixtures.attacking import Attack, attacked


@pytest.fixture(scope="module")
def attack() -> Iterator[Attack]:
    """One service for a module."""
    yield from attacked()
