"""`ehr report` on a database with figures."""

import json
import random
from datetime import date

import psycopg
import pytest
from fixtures.figures import city, store
from typer.testing import CliRunner, Result

from ehr.cli.report import app
from ehr.embedded import Embedded
from ehr.errors import InvalidQuery, NotFound


@pytest.fixture
def run(postgres: Embedded, clone: str, monkeypatch: pytest.MonkeyPatch) -> "Run":
    counts = city(random.Random(1), range(1, 4), 300)
    store(postgres.url("ehr_job", clone), date(2026, 11, 1), counts)
    for name in ("", "OWNER_", "JOB_", "REPORT_", "AUDIT_"):
        role = f"ehr_{name.rstrip('_').lower() or 'app'}"
        monkeypatch.setenv(f"EHR_DATABASE_{name}URL", postgres.url(role, clone))
    return Run()


class Run:
    """Runs a command as a person does; an error comes out as it would be shown."""

    def __call__(self, *arguments: str) -> Result:
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


def test_a_report_as_a_table(run: Run) -> None:
    shown = run("run", "visits", "--period", "2026-11").output
    assert "Lượt khám tại trạm y tế, 2026-11, toàn thành phố" in shown
    assert "Ngọc Hà" in shown


def test_a_ward_s_report_as_json(run: Run, postgres: Embedded, clone: str) -> None:
    found = json.loads(
        run("run", "visits", "--period", "2026-11", "--ward", "00004", "--format", "json").output
    )
    assert found["ward"]["name"] == "Ba Đình"
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        events = connection.execute("SELECT action, entity FROM audit_event").fetchall()
    assert events == [("report", "Measure/visits?period=2026-11&ward=00004")]


def test_a_report_as_csv(run: Run) -> None:
    lines = run("run", "visits", "--period", "2026-11", "--format", "csv").output.splitlines()
    assert lines[0] == "\ufeffreport,period,area,table,category,category2,value"
    assert lines[3].startswith("visits,2026-11,,ward,00004 Ba Đình,,")


def test_what_there_is_not_is_said(run: Run) -> None:
    with pytest.raises(InvalidQuery):
        run("run", "visits", "--period", "2026")
    with pytest.raises(InvalidQuery):
        run("run", "visits", "--period", "2026-11", "--ward", "99999")
    with pytest.raises(NotFound):
        run("run", "deaths", "--period", "2026-11")


def test_list(run: Run) -> None:
    assert "visits" in run("list").output


def test_check_finds_figures_without_visits_and_rebuild_ends_them(run: Run) -> None:
    with pytest.raises(ValueError, match="figures differ"):
        run("check")
    assert "4 places" in run("rebuild").output
    assert "every figure" in run("check").output
