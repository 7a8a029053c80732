"""The command `ehr`: an error that was foreseen is a sentence and an exit code, no stack trace."""

import sys
from pathlib import Path

import pytest

from ehr.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["db", "current"], "Is the database running"),
        (["demo", "--seed", "huge"], "choose one of none, small"),
        (["demo", "--port", "99999"], "PORT must be from 1 to 65535"),
        (["token", "nobody"], "No demo has run in"),
    ],
)
def test_what_went_wrong_is_a_sentence(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EHR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setattr(sys, "argv", ["ehr", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
