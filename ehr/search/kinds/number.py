"""Numbers without a unit (http://hl7.org/fhir/R4/search.html#number)."""

from ehr.fhir.path import Node
from ehr.search.measured import measured
from ehr.search.measured import rows as rows_of
from ehr.search.numeric import compare, read_number
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import Branches, Scope, either
from ehr.search.values import NumberValue, Value


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the numbers of `nodes`; of a Range its ends."""
    for value, kind in nodes:
        for one in measured(value, kind):
            for v, far in rows_of(one, (one.low, one.high)):
                rows.quantities.add((parameter.number, None, None, v, far))


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The number in `text`; raises InvalidQuery."""
    return read_number(parameter.code, text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the numbers."""
    return (either(side(criterion.parameter, one).exists() for one in criterion.values),)


def side(parameter: Parameter, value: Value) -> SideRow:
    """The rows of index_quantity that have the number."""
    assert isinstance(value, NumberValue)  # noqa: S101 - what `parse` gives
    return SideRow("index_quantity", [one.number for one in parameter.stored], compare(value, "x"))
