"""A cell has one name."""

from conformance.cells import AREAS

NAMES = [cell.name for cells in AREAS.values() for cell in cells]


def test_a_cell_has_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)
