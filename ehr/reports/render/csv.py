"""A report's document as CSV (RFC 4180): one line a cell, with a byte order mark for Excel."""

import csv
import io

from ehr.reports.report import Cell, Document

_HEADER = ("report", "period", "ward", "table", "code", "label", "code2", "label2", "value")


def as_csv(document: Document) -> str:
    """`table` is total, ward, a dimension or ageSex; a hidden cell's value is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    area = document.ward[0] if document.ward else ""
    for table, *names, cell in _lines(document):
        codes = (*names, "", "", "", "")[:4]
        writer.writerow((document.report, document.period, area, table, *codes, _shown(cell)))
    return "\ufeff" + out.getvalue()


def _lines(document: Document) -> list[tuple[str | Cell, ...]]:
    lines: list[tuple[str | Cell, ...]] = [("total", document.total)]
    lines += [("ward", ward.code, ward.name, ward.cell) for ward in document.wards]
    for name, margin in document.margins.items():
        lines += [(name, each.code, each.label, each.cell) for each in margin]
    grid = document.age_sex
    for row, cells in zip(grid.rows, grid.cells, strict=True):
        for column, cell in zip(grid.columns, cells, strict=True):
            lines.append(("ageSex", *row, *column, cell))
    return lines


def _shown(cell: str | Cell) -> str:
    value = cell.value if isinstance(cell, Cell) else None
    return "" if value is None else str(value)
