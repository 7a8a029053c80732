"""The running service that the clients of this folder tour, and the worker beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures.service import Service, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the one service."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("clients"))


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service without residents."""
    yield from running("none", "serve", "worker")
