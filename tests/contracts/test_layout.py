"""The house style, as far as a program can see it."""

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("ehr", "fhir_api", "auth", "seed")
LONGEST_FILE = 300


@cache
def tracked(*suffixes: str) -> tuple[Path, ...]:
    listing = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = (ROOT / line for line in listing.stdout.splitlines())
    return tuple(path for path in paths if path.suffix in suffixes and path.exists())


def sources() -> list[Path]:
    return [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_longer_than_300_lines() -> None:
    written = [p for p in tracked(".py", ".ts", ".tsx", ".css") if "migrations" not in p.parts]
    long = {name(p): n for p in written if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
    assert [name(path) for path in sources() if path.stem in vague] == []


def test_every_module_says_its_purpose() -> None:
    silent = [
        name(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_suppression_has_its_reason_beside_it() -> None:
    bare = re.compile(r"#\s*(type: ignore(\[[^\]]*\])?|noqa(: [A-Z0-9, ]+)?)\s*$")
    found = [
        f"{name(path)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


SQL_WORD = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", re.S
)
INDEX_TABLE = re.compile(r"\b(resource_index|index_(key|string|date|quantity|text|phrase))\b")


def strings(path: Path) -> list[str]:
    """The string constants of a module, docstrings left out."""
    tree = ast.parse(path.read_text())
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs
    ]


@pytest.mark.parametrize("package", ["fhir_api", "auth", "ehr/web", "ehr/care", "ehr/cli"])
def test_these_contain_no_sql(package: str) -> None:
    found = [
        name(path)
        for path in sources()
        if name(path).startswith(f"{package}/") and any(map(SQL_WORD.search, strings(path)))
    ]
    assert found == []


def test_only_search_and_the_writer_name_an_index_table() -> None:
    may = ("ehr/search/", "ehr/tables/", "ehr/records/write.py")
    found = [
        name(path)
        for path in sources()
        if not name(path).startswith(may) and any(map(INDEX_TABLE.search, strings(path)))
    ]
    assert found == []


def imports(path: Path) -> set[str]:
    """What a module imports, as "module" and "module.name"."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_rows_behind_a_policy_are_not_joined_by_a_shift() -> None:
    """Beside a policy it would be a filter: docs/decisions/located-rows.md."""
    shifted = re.compile(r"\b[rhvp]\.bucket = \(\w+\.\w+ >> 48\)")
    found = [name(one) for one in sources() if shifted.search(one.read_text())]
    assert found == ["ehr/located.py"]  # whose documentation says so


def test_only_ingest_writes_records() -> None:
    may = ("ehr/ingest/", "ehr/jobs/reindex.py", "ehr/records/")
    found = [
        name(path)
        for path in sources()
        if not name(path).startswith(may) and "ehr.records.write" in imports(path)
    ]
    assert found == []


def test_the_environment_is_read_in_one_place() -> None:
    may = ("ehr/config.py", "ehr/secrets.py", "ehr/cli/")
    found = [
        name(path)
        for path in sources()
        if not name(path).startswith(may) and re.search(r"\bos\.environ\b|getenv", path.read_text())
    ]
    assert found == []


def test_search_kinds_do_not_import_each_other() -> None:
    kinds = [path for path in sources() if name(path).startswith("ehr/search/kinds/")]
    stems = {path.stem for path in kinds}
    crossed = [
        (path.stem, other)
        for path in kinds
        for other in stems - {path.stem}
        if f"ehr.search.kinds.{other}" in imports(path)
    ]
    assert crossed == []
    assert kinds


def test_every_module_is_in_a_layer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    listed = {part.strip() for layer in layers for part in layer.split("|")}
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts[:2])
        if path.relative_to(ROOT).parts[0] == "ehr"
        else path.relative_to(ROOT).parts[0]
        for path in sources()
    }
    assert modules - listed == {"ehr.__init__"}


def test_lock_files_hold_hashes_and_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
    npm = (ROOT / "web" / "package-lock.json").read_text()
    assert '"integrity"' in npm
    assert '"resolved"' not in npm
