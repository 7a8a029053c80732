"""Documentation that code can break: settings, commands, reports, routes and links."""

import re
from pathlib import Path

import pytest
import typer.main

from ehr.cli.main import app
from ehr.config import descriptions
from ehr.reports import registry

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_every_setting_is_documented_as_it_describes_itself() -> None:
    rows = dict(re.findall(r"^\| `(EHR_[A-Z_]+)` \| (.*) \|$", text("docs/operations.md"), re.M))
    plain = {name: row.replace("`", "") for name, row in rows.items()}
    for name, description in descriptions().items():
        assert plain[name].startswith(description.replace("`", "")), name
    assert set(rows) == set(descriptions())


def test_every_command_is_documented() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined] # a group
    rows = set(re.findall(r"^\| `ehr ([a-z]+)` \|", text("docs/operations.md"), re.M))
    assert rows == set(commands)


def test_every_report_is_documented() -> None:
    page = text("docs/reports.md")
    for report in registry.REPORTS:
        assert f"`{report.slug}`" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_every_decision_is_in_their_list_by_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = dict(re.findall(r"^- \[(.+)\]\((\S+)\)$", (folder / "README.md").read_text(), re.M))
    pages = [page for page in folder.glob("*.md") if page.name != "README.md"]
    titles = {page.read_text().partition("\n")[0].removeprefix("# "): page.name for page in pages}
    assert listed == titles


def test_every_layer_is_in_the_architecture() -> None:
    page = text("docs/architecture.md")
    project = text("pyproject.toml")
    layers = re.search(r"layers = \[(.*?)\]", project, re.S)
    assert layers is not None
    for module in re.findall(r"[a-z0-9_.]+", re.sub(r"[\",|]", " ", layers[1])):
        assert f"`{module}`" in page, module
