"""docs/api/search.md, and its page of main columns, tell what the code does."""

from pathlib import Path

from ehr.fhir.definitions import resource_types
from ehr.search import registry
from ehr.search.numbers import OWN
from ehr.search.query import DEFAULT_COUNT, MAX_ALTERNATIVES, MAX_COUNT, MAX_FILTERS, MAX_INCLUDED

DOCS = Path(__file__).parents[3] / "docs" / "api"
PAGE = (DOCS / "search.md").read_text()
MAIN_COLUMNS = (DOCS / "search" / "main-columns.md").read_text()


def test_the_table_of_main_columns_is_that_of_the_registry() -> None:
    for kind in resource_types():
        known = registry.parameters(kind).values()
        cells = [
            ", ".join(one.code for one in known if one.storage == column)
            for column in ("date", "code", "pat", "enc")
        ]
        if any(cells):
            assert f"| {kind} | {' | '.join(cells)} |" in MAIN_COLUMNS


def test_parameters_of_our_own_and_limits_are_told() -> None:
    for code in (code for codes in OWN.values() for code in codes):
        assert f"`{code}`" in PAGE
    for limit in (DEFAULT_COUNT, MAX_ALTERNATIVES, MAX_COUNT, MAX_FILTERS, MAX_INCLUDED):
        assert f"{limit:,}" in PAGE
