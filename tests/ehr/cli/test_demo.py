"""`ehr demo` beside a PostgreSQL that does not start."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ehr.cli import demo
from ehr.embedded import Embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tram-demo-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_postgresql_is_started_again_until_it_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"shared_buffers": "none"}
    said: list[str] = []

    def mend(text: str) -> None:
        said.append(text)
        options["shared_buffers"] = "32MB"

    monkeypatch.setattr(demo, "_say", mend)
    monkeypatch.setattr(demo, "_AGAIN_SECONDS", 0)
    server = Embedded(folder, options)
    try:
        demo._start_again(server)
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute("SELECT 1")
    finally:
        server.stop()
    assert len(said) == 1
    assert "shared_buffers" in said[0]
