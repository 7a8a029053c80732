"""Every test of search hashes with one fixed key."""

import pytest

from ehr.search import hashing

BASE = "http://127.0.0.1:8000/fhir"


@pytest.fixture(autouse=True)
def _key() -> None:
    hashing.install(b"k" * 32, (BASE,))
