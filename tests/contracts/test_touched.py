"""`make check` asks the tests of what was touched, and all when all may fail."""

import subprocess
import sys

import pytest
import touched


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("ehr/search/kinds/date.py", "tests/ehr/search/kinds"),
        ("ehr/db.py", "tests/ehr/test_db.py"),
        ("ehr/services.py", "tests/ehr"),
        ("fhir_api/operations/meta.py", "tests/fhir_api/operations"),
        ("auth/demo/guard.py", "tests/auth/demo"),
        ("seed/data/conditions.json", "tests/seed"),
        ("tests/seed/test_load.py", "tests/seed"),
        ("docs/api/read.md", "tests/fhir_api/test_docs.py"),
    ],
)
def test_a_path_has_its_tests(path: str, tests: str) -> None:
    assert set(touched.folders([path])) == {*touched.ALWAYS, tests}


@pytest.mark.parametrize(
    "path", ["tests/fixtures/fhir.py", "tests/conftest.py", "pyproject.toml", "requirements.lock"]
)
def test_what_everything_needs_asks_everything(path: str) -> None:
    assert touched.folders([path, "ehr/db.py"]) == touched.EVERYTHING


@pytest.mark.parametrize("path", ["web/src/app.tsx", "CHANGELOG.md", "scripts/venv"])
def test_what_python_does_not_test_asks_the_contracts(path: str) -> None:
    assert touched.folders([path]) == touched.ALWAYS


def test_the_command_prints_paths_that_are_there() -> None:
    command = (sys.executable, touched.__file__)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    paths = done.stdout.split()
    assert paths
    assert all((touched.ROOT / path).exists() for path in paths)
