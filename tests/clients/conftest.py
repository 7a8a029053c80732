"""The running service that the clients of this folder tour, and the worker beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures.service import Service, running
from fixtures.us_core import PARAMETERS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the one service."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("clients"))


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service without residents, with the search parameters that US Core's clients define.

    They are defined first of all: the worker indexes them while the tours run.
    """
    for found in running("none", "serve", "worker"):
        with found.client("system") as client:
            for parameter in PARAMETERS:
                assert client.post("/SearchParameter", json=parameter).status_code == 201
        yield found
