"""What a report is: a definition that is data, and the document it makes for a period."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ehr.db import Database


@dataclass(frozen=True, slots=True)
class Params:
    """What a report is asked for: a month (its first day) and, if not the city, a ward's code."""

    month: date
    ward: str | None = None

    @property
    def period(self) -> str:
        """`YYYY-MM`."""
        return f"{self.month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Column:
    """A dimension that a report shows, by its name among `Document.margins` (or `ward`)."""

    name: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A count; `value` is None where it is hidden."""

    value: int | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a margin with its count."""

    code: str
    label: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class WardCell:
    """A ward's total, and its square in the tile map."""

    code: str
    name: str
    column: int
    row: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """Two dimensions by their (code, label), and the rows of cells."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report's answer. `margins` are by name of dimension (`ageBand`, `sex` …)."""

    report: str
    title: str
    period: str
    generated_at: datetime
    threshold: int
    total: Cell
    wards: tuple[WardCell, ...]
    margins: Mapping[str, tuple[Category, ...]]
    age_sex: Grid
    definitions: tuple[str, ...]
    columns: tuple[Column, ...]
    previous_year: Cell
    """The total of the same month a year before."""
    ward: tuple[str, str] | None = None
    """Code and name, when it is one ward's report."""


Make = Callable[[Database, "Report", Params, int], Awaitable[Document]]
"""From the report role's database, the parameters and the threshold."""


@dataclass(frozen=True, slots=True)
class Report:
    """One definition, for the periods [valid_from, valid_to)."""

    slug: str
    vi: str
    en: str
    source: str
    """The legal source or the plan that asks for it."""
    valid_from: date
    valid_to: date | None
    columns: tuple[Column, ...]
    definitions: tuple[str, ...]
    """What is counted, in Vietnamese sentences: shown with every answer."""
    make: Make

    def holds_on(self, day: date) -> bool:
        """Whether this definition is the one for a period that begins on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
