"""What a sort key is compared by: a column, or a value of a side table.

http://hl7.org/fhir/R4/search.html#sort: of several values of one resource the one counts that comes
first in the order asked for, so the lowest ascending and the highest descending. Hashes have no
order: tokens and references are sorted by what the documents say (`ehr.search.document_keys`).
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from dataclasses import dataclass
from datetime import datetime

from ehr.search.parameter import Parameter
from ehr.search.query import Sort
from ehr.search.side import Table
from ehr.search.sql import Sql


@dataclass(frozen=True, slots=True)
class Values:
    """Rows of a side table that hold the values of a parameter, and the column to compare."""

    table: Table
    column: str
    numbers: tuple[int, ...]
    also: str = ""
    """A condition on the row `x`."""

    def first(self, *, descending: bool) -> Sql:
        """The value by which row `i` stands; null without any."""
        word = "max" if descending else "min"
        return Sql(
            f"(SELECT {word}(x.{self.column}) FROM {self.table} x WHERE x.bucket = i.bucket"
            f" AND x.rid = i.rid AND x.param = ANY (%s::smallint[]){self.also})",
            (list(self.numbers),),
        )


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order. `descending` is as rows are read, turned when paging back."""

    column: str
    kind: type
    """Of its values in a cursor."""
    descending: bool
    nullable: bool = False
    computed: Sql | None = None
    """What `column` is, when it is no column."""
    values: Values | None = None
    """Where the values are, when they are in one side table."""


def key_of(sort: Sort, position: int, *, has_date: bool) -> Key:
    """The key of `sort`, which stands at `position`; `has_date`: rows without one are left out."""
    parameter, descending = sort.parameter, sort.descending
    if parameter.storage == "lu":
        return Key("i.lu", datetime, descending)
    if parameter.storage == "date":
        return Key("i.dlo", datetime, descending, not (has_date or parameter.required))
    if parameter.storage == "id":
        return _id(position, descending=descending)
    column, nullable = f"k.k{position}", not parameter.required
    if is_of_document(parameter):
        return Key(column, str, descending, True, Sql("NULL::text"))
    if parameter.storage == "quantity":
        return Key(column, float, descending, nullable, _amount(parameter, descending=descending))
    values = _values(parameter)
    first = values.first(descending=descending)
    kind = datetime if parameter.storage == "dates" else str
    return Key(column, kind, descending, nullable, first, values)


def is_of_document(parameter: Parameter) -> bool:
    """Whether only the document tells where a resource stands."""
    return parameter.kind in ("token", "reference") and parameter.storage != "id"


def can_sort(parameter: Parameter) -> bool:
    """Whether there is an order: composites, places, full text and last digits have none."""
    has_values = parameter.kind not in ("composite", "special") and parameter.storage != "text"
    return has_values and "Tail" not in parameter.types


def _id(position: int, *, descending: bool) -> Key:
    if position == 0:
        return Key("o.id", str, descending)
    of_row = Sql("(SELECT o.id FROM resource o WHERE o.bucket = i.bucket AND o.rid = i.rid)")
    return Key(f"k.k{position}", str, descending, computed=of_row)


def _values(parameter: Parameter) -> Values:
    numbers = tuple(one.number for one in parameter.stored)
    if parameter.storage == "dates":
        return Values("index_date", "lo", numbers)
    # Of a string the whole values count, not its words; they have the hash of their text beside.
    also = " AND x.comp IS NOT NULL" if parameter.kind == "string" else ""
    return Values("index_string", "v", numbers, also)


def _amount(parameter: Parameter, *, descending: bool) -> Sql:
    """The amount in the representative of its unit; as written where the unit is not known."""
    numbers = tuple(one.number for one in parameter.stored)
    converted = Values("index_quantity", "v", tuple(-one for one in numbers))
    written = Values("index_quantity", "v", numbers)
    parts = [one.first(descending=descending) for one in (converted, written)]
    if parameter.kind == "number":
        return parts[1]
    return Sql(f"coalesce({parts[0].text}, {parts[1].text})", (*parts[0].params, *parts[1].params))
