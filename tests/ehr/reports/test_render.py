"""A document for the terminal and as CSV."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rich.console import Console

from ehr.reports.render.csv import as_csv
from ehr.reports.render.table import HIDDEN, as_table
from ehr.reports.report import Category, Cell, Column, Document, Grid, WardCell

DOCUMENT = Document(
    report="visits",
    title="Lượt khám",
    period="2026-11",
    generated_at=datetime(2026, 11, 23, tzinfo=UTC),
    threshold=5,
    total=Cell(1234),
    wards=(WardCell("00004", "Ba Đình", 10, 4, Cell(None, True)),),
    margins={"sex": (Category("male", "Nam", Cell(0)), Category("female", "Nữ", Cell(7)))},
    age_sex=Grid((("0", "Dưới 1 tuổi"),), (("male", "Nam"),), ((Cell(None, True),),)),
    definitions=("Một lượt khám được tính một lần.",),
    columns=(Column("ward", "Nơi khám", "Ward"), Column("sex", "Giới", "Sex")),
    previous_year=Cell(1000),
)


def lines_of(document: Document) -> list[dict[str, str]]:
    """The lines of the file, as a program reads them."""
    text = as_csv(document)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_csv_has_a_line_a_cell_and_no_hidden_value() -> None:
    lines = lines_of(DOCUMENT)
    shown = [(line["table"], line["category"], line["category2"], line["value"]) for line in lines]
    assert shown == [
        ("total", "", "", "1234"),
        ("previousYear", "", "", "1000"),
        ("ward", "00004 Ba Đình", "", "ẩn"),
        ("sex", "Nam", "", "0"),
        ("sex", "Nữ", "", "7"),
        ("ageSex", "Dưới 1 tuổi", "Nam", "ẩn"),
    ]
    assert {line["area"] for line in lines} == {""}
    one = replace(DOCUMENT, ward=("00004", "Ba Đình"))
    assert {line["area"] for line in lines_of(one)} == {"00004 Ba Đình"}


def test_csv_is_as_rfc_4180_has_it() -> None:
    quoted = replace(DOCUMENT, wards=(WardCell("00004", 'A "B", C', 1, 1, Cell(9)),))
    text = as_csv(quoted)
    assert text.count("\r\n") == text.count("\n") == len(lines_of(quoted)) + 1
    assert ',"00004 A ""B"", C",' in text


def test_a_hidden_number_is_not_written_even_if_it_is_there() -> None:
    assert lines_of(replace(DOCUMENT, total=Cell(3, True)))[0]["value"] == "ẩn"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_field_is_a_formula(first: str) -> None:
    label = f'{first}HYPERLINK("http://evil.test")'
    margins = {"sex": (Category("x", label, Cell(9)),)}
    ward = (first, label)
    for line in lines_of(replace(DOCUMENT, margins=margins, ward=ward)):
        assert not any(field.startswith(first) for field in line.values())
        assert line["table"] != "sex" or line["category"] == f"'{label}"


def test_the_table_shows_hidden_cells_as_hidden() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(as_table(DOCUMENT))
    text = console.export_text()
    assert "1.234" in text
    assert "Ba Đình" in text
    assert "Nơi khám" in text
    assert "Giới " in text
    assert HIDDEN in text
    assert "Một lượt khám" in text
    assert date(2026, 11, 1).strftime("%Y-%m") in text
