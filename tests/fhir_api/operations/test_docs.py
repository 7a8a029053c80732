"""Each operation has a page that names every parameter which the specification gives it."""

import re
from pathlib import Path

import pytest

from ehr.fhir.definitions import operations
from fhir_api.operations.registry import OPERATIONS, Operation

DOCS = Path(__file__).parents[3] / "docs" / "api"
TABLE = (DOCS / "operations.md").read_text()
DEFINED = {one.url: one for one in operations()}


def page_link(operation: Operation) -> str:
    """The page of an operation, below docs/api; the table itself for what needs no more."""
    (row,) = re.findall(rf"^\| `\${operation.name}` \|.*$", TABLE, re.M)
    link = re.search(r"\]\((operations/[\w-]+\.md)[)#]", row)
    return link[1] if link else "operations.md"


# The operations on terminology share a page, which says what is not supported instead.
OF_RECORDS = [one for one in OPERATIONS if "terminology" not in page_link(one)]


@pytest.mark.parametrize("operation", OF_RECORDS, ids=lambda one: one.definition.rpartition("/")[2])
def test_its_parameters_are_described(operation: Operation) -> None:
    page = (DOCS / page_link(operation)).read_text()
    assert f"${operation.name}" in page
    defined = DEFINED.get(operation.definition)
    for parameter in defined.parameter if defined else ():
        if parameter["use"] == "in":
            assert f"`{parameter['name']}`" in page, parameter["name"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.definition.rpartition("/")[2])
def test_it_is_called_where_the_specification_says(operation: Operation) -> None:
    defined = DEFINED.get(operation.definition)
    if defined is None:
        return
    said = {
        level
        for level, is_there in (
            ("system", defined.system), ("type", defined.type), ("instance", defined.instance)
        )
        if is_there
    }  # fmt: skip
    assert set(operation.levels) <= said
    # The published meta-add and meta-delete say that they change nothing, which is an erratum.
    assert operation.changes >= defined.affects_state
