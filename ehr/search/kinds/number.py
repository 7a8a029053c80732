"""Numbers without a unit (http://hl7.org/fhir/R4/search.html#number)."""

from decimal import Decimal

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.search.numeric import compare, read_number
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope, Sql, either
from ehr.search.values import NumberValue, Value


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the numbers of `nodes`; of a Range its ends."""
    for value, kind in nodes:
        if kind == "Range":
            ends = [value[end].get("value") for end in ("low", "high") if end in value]
        else:
            ends = [value]
        for number in ends:
            if isinstance(number, (int, float, Decimal)) and not isinstance(number, bool):
                rows.quantities.add((parameter.number, None, None, float(number)))


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The number in `text`; raises InvalidQuery."""
    if modifier is not None:
        raise InvalidQuery(f"A number has no modifier :{modifier}.")
    return read_number(parameter.code, text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the numbers."""
    numbers = [one.number for one in criterion.parameter.stored]
    conditions = [compare(one, "q.v") for one in criterion.values if isinstance(one, NumberValue)]
    return (
        either(
            Sql(
                "EXISTS (SELECT FROM index_quantity q WHERE q.bucket = i.bucket AND q.rid = i.rid"
                f" AND q.ward = i.ward AND q.param = ANY (%s::smallint[]) AND {one.text})",
                (numbers, *one.params),
            )
            for one in conditions
        ),
    )
