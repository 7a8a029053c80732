"""`ehr seed`, as an operator runs it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ehr.cli.seed import seed

app = typer.Typer()
app.command()(seed)


@pytest.fixture
def runner(
    fresh: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CliRunner:
    """A terminal whose environment names a fresh database."""
    roles = {"": "app", "OWNER_": "owner", "JOB_": "job", "REPORT_": "report", "AUDIT_": "audit"}
    for name, role in roles.items():
        monkeypatch.setenv(f"EHR_DATABASE_{name}URL", fresh(f"ehr_{role}"))
    monkeypatch.setenv("EHR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EHR_KEY_HASH", "00" * 32)
    monkeypatch.delenv("SEED", raising=False)
    return CliRunner()


def test_it_says_what_it_wrote_and_that_there_is_nothing_more(runner: CliRunner) -> None:
    first = runner.invoke(app, ["--size", "none", "--number", "5"])
    assert first.exit_code == 0, first.output
    assert "Wrote 0 residents, 760 resources" in first.output
    again = runner.invoke(app, ["--size", "none"])
    assert "nothing to write" in again.output


@pytest.mark.slow
def test_small_is_900_residents_of_three_wards(runner: CliRunner) -> None:
    done = runner.invoke(app, [])
    assert done.exit_code == 0, done.output
    assert "Wrote 900 residents" in done.output


def test_the_size_comes_from_the_environment_too(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEED", "city")
    refused = runner.invoke(app, [])
    assert refused.exit_code == 1
    assert "comes later" in str(refused.exception)
