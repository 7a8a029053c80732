"""The official example instances, as the tests of FHIR data need them."""

import tarfile
from pathlib import Path

import pytest

from ehr.fhir.resource import Resource, parse

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "r4_examples.tar.xz"


@pytest.fixture(scope="session")
def example_bodies() -> dict[str, bytes]:
    """File name → bytes of each example."""
    with tarfile.open(ARCHIVE) as archive:
        opened = ((member.name, archive.extractfile(member)) for member in archive)
        return {name: file.read() for name, file in opened if file is not None}


@pytest.fixture(scope="session")
def examples(example_bodies: dict[str, bytes]) -> dict[str, Resource]:
    """File name → parsed example."""
    return {name: parse(body) for name, body in example_bodies.items()}
