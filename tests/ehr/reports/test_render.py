"""A document for the terminal and as CSV."""

import csv
import io
from datetime import UTC, date, datetime

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


def test_csv_has_a_line_a_cell_and_no_hidden_value() -> None:
    text = as_csv(DOCUMENT)
    assert text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(line["table"], line["code"], line["code2"], line["value"]) for line in lines] == [
        ("total", "", "", "1234"),
        ("ward", "00004", "", ""),
        ("sex", "male", "", "0"),
        ("sex", "female", "", "7"),
        ("ageSex", "0", "male", ""),
    ]


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
