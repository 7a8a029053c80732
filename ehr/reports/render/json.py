"""A report's document as the JSON of `GET /reports/{slug}` (docs/reports.md)."""

from typing import Any

from ehr.reports.report import Category, Cell, Document, Grid, WardCell

Json = dict[str, Any]


def as_json(document: Document) -> Json:
    """The whole document."""
    answer: Json = {
        "report": document.report,
        "title": document.title,
        "period": document.period,
        "generatedAt": document.generated_at.isoformat(timespec="seconds"),
        "threshold": document.threshold,
        "total": _cell(document.total),
        "wards": [_ward(ward) for ward in document.wards],
        "margins": {
            name: [_category(category) for category in margin]
            for name, margin in document.margins.items()
        },
        "ageSex": _grid(document.age_sex),
        "previousYear": _cell(document.previous_year),
        "definitions": list(document.definitions),
    }
    if document.ward:
        answer["ward"] = {"code": document.ward[0], "name": document.ward[1]}
    return answer


def _cell(cell: Cell) -> Json:
    return {"value": cell.value, "hidden": cell.hidden}


def _category(category: Category) -> Json:
    return {"code": category.code, "label": category.label, **_cell(category.cell)}


def _ward(ward: WardCell) -> Json:
    return {
        "code": ward.code,
        "name": ward.name,
        "column": ward.column,
        "row": ward.row,
        **_cell(ward.cell),
    }


def _grid(grid: Grid) -> Json:
    return {
        "rows": [{"code": code, "label": label} for code, label in grid.rows],
        "columns": [{"code": code, "label": label} for code, label in grid.columns],
        "cells": [[_cell(cell) for cell in row] for row in grid.cells],
    }
