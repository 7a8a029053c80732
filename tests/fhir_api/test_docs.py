"""docs/api says what is served: a route, status or limit that is not described fails here."""

import re
from pathlib import Path

from ehr.config import Settings
from fhir_api.bundles.entries import MAX_ENTRIES
from fhir_api.operations.registry import OPERATIONS
from fhir_api.routes import ROUTES
from fhir_api.wire.errors import STATUSES

DOCS = Path(__file__).parents[2] / "docs" / "api"
PAGE = (DOCS / "fhir.md").read_text()


def test_every_route_is_described() -> None:
    for route in ROUTES:
        path = f"/fhir/{route.shape}".rstrip("/")
        assert f"{route.method} {path}" in PAGE, path
        assert route.name in PAGE
        if route.verb is not None:
            line = next(line for line in PAGE.splitlines() if line.startswith(f"| {route.name} "))
            assert f"`{route.verb}`" in line


def test_every_status_is_described() -> None:
    described = {int(found) for found in re.findall(r"\b([45]\d\d)\b", PAGE)}
    assert set(STATUSES.values()) <= described


def test_limits_are_those_in_force(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert f"{settings.body_limit // 1_000_000} MB" in PAGE
    assert f"{settings.bundle_limit // 1_000_000} MB" in PAGE
    assert f"{MAX_ENTRIES:,} entries" in PAGE
    assert f"{MAX_ENTRIES:,} entries" in (DOCS / "bundles.md").read_text()


def test_the_pages_it_points_to_are_there() -> None:
    for page in set(re.findall(r"\]\((\w+\.md)\)", PAGE)) - {"search.md"}:
        assert (DOCS / page).is_file(), page


def test_every_operation_is_described() -> None:
    page = (DOCS / "operations.md").read_text()
    assert set(re.findall(r"^\| `\$([a-z-]+)` \|", page, re.M)) == {one.name for one in OPERATIONS}
