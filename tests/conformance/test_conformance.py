"""A cell has one name, every mark names a cell, and the page says what the marks say."""

from conformance.cells import AREAS
from conformance.page import PAGE, page, proofs

NAMES = [cell.name for cells in AREAS.values() for cell in cells]


def test_a_cell_has_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_every_mark_names_a_cell() -> None:
    assert set(proofs()) - set(NAMES) == set()


def test_the_page_is_what_the_marks_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "run make conformance"
