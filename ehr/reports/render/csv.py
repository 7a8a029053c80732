"""A report's document as CSV (RFC 4180) that a spreadsheet opens as it is meant.

A byte order mark says that it is UTF-8, which Excel else reads as something older. No field is a
bare code: a spreadsheet takes `00004` for the number 4 and `5-14` for a day in May. No field can
be a formula: https://owasp.org/www-community/attacks/CSV_Injection.
"""

import csv
import io
from collections.abc import Iterator

from ehr.reports.report import Cell, Document

HIDDEN = "ẩn"
"""The value of a hidden cell: no number, so that no sum takes it for zero."""
_HEADER = ("report", "period", "area", "table", "category", "category2", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(document: Document) -> str:
    """One line a cell; `table` is total, previousYear, ward, a dimension or ageSex."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    area = " ".join(document.ward) if document.ward else ""
    for table, category, category2, cell in _lines(document):
        texts = document.report, document.period, area, table, category, category2
        value = HIDDEN if cell.hidden or cell.value is None else cell.value
        writer.writerow((*map(_harmless, texts), value))
    return "\ufeff" + out.getvalue()


def _lines(document: Document) -> Iterator[tuple[str, str, str, Cell]]:
    yield "total", "", "", document.total
    yield "previousYear", "", "", document.previous_year
    for ward in document.wards:
        yield "ward", f"{ward.code} {ward.name}", "", ward.cell
    for name, margin in document.margins.items():
        for each in margin:
            yield name, each.label, "", each.cell
    grid = document.age_sex
    for (_, row), cells in zip(grid.rows, grid.cells, strict=True):
        for (_, column), cell in zip(grid.columns, cells, strict=True):
            yield "ageSex", row, column, cell


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
