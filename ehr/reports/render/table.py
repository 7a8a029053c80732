"""A report's document as tables for a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ehr.reports.report import Cell, Document, Grid

HIDDEN = "·"
"""Shown in place of a hidden count."""


def as_table(document: Document) -> RenderableType:
    """Title, totals, margins, age × sex and definitions."""
    return Group(*_parts(document))


def shown(cell: Cell) -> str:
    """A count with Vietnamese thousands, or the sign for hidden."""
    return HIDDEN if cell.value is None else f"{cell.value:,}".replace(",", ".")


def _parts(document: Document) -> Iterator[RenderableType]:
    area = f"{document.ward[1]} ({document.ward[0]})" if document.ward else "toàn thành phố"
    yield Text(f"{document.title}, {document.period}, {area}", style="bold")
    yield Text(
        f"Tổng: {shown(document.total)} (cùng kỳ năm trước: {shown(document.previous_year)});"
        f" {HIDDEN} = ẩn, ngưỡng {document.threshold}"
    )
    titles = {column.name: column.vi for column in document.columns}
    yield _lines(titles["ward"], [(w.code, w.name, w.cell) for w in document.wards])
    for name, margin in document.margins.items():
        yield _lines(titles[name], [(c.code, c.label, c.cell) for c in margin])
    yield _grid(document.age_sex)
    yield from (Text(f"- {sentence}") for sentence in document.definitions)


def _lines(title: str, lines: list[tuple[str, str, Cell]]) -> Table:
    table = Table("", title, "Lượt", title_justify="left")
    table.columns[2].justify = "right"
    for code, label, cell in lines:
        table.add_row(code, label, shown(cell))
    return table


def _grid(grid: Grid) -> Table:
    table = Table("Tuổi × giới", *(label for _, label in grid.columns))
    for column in table.columns[1:]:
        column.justify = "right"
    for (_, label), cells in zip(grid.rows, grid.cells, strict=True):
        table.add_row(label, *map(shown, cells))
    return table
