"""Quantities: a number and a unit (http://hl7.org/fhir/R4/search.html#quantity).

`5.4|http://unitsofmeasure.org|mg`, `5.4||mg` (the code or the printed unit), `5.4`. Values are
compared as they were written: 5.4 mg is not 5400 ug.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.search.hashing import installed
from ehr.search.numeric import compare, read_number
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope, Sql, either, every
from ehr.search.values import QuantityValue, Value

_CURRENCY = "urn:iso:std:iso:4217"
_UCUM = "http://unitsofmeasure.org"
_ENDS = {"Range": ("low", "high"), "SampledData": ("origin",), "Ratio": ("numerator",)}


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add a row for each name of the unit: its code, and the printed unit where that differs."""
    for value, kind in nodes:
        for quantity in _quantities(value, kind):
            number = quantity.get("value")
            if isinstance(number, (int, float, Decimal)) and not isinstance(number, bool):
                for unit in _units(parameter.number, quantity):
                    rows.quantities.add((parameter.number, None, unit, float(number)))


def _quantities(value: Any, kind: str) -> Iterable[dict[str, Any]]:
    if kind in _ENDS:
        yield from (value[end] for end in _ENDS[kind] if end in value)
    elif type(value) is dict:
        yield value


def _units(number: int, quantity: dict[str, Any]) -> Iterable[int | None]:
    """UCUM's codes are indexed with their system alone: a query without one asks for UCUM too."""
    system, code = quantity.get("system"), quantity.get("code")
    if "currency" in quantity:
        system, code = _CURRENCY, quantity["currency"]
    if code and system:
        yield _unit(number, system, code)
    printed: str | None = quantity.get("unit")
    names = {name for name in (printed, code) if name and not (system == _UCUM and name == code)}
    yield from (_unit(number, None, name) for name in names)
    if not code and not names:
        yield None


def _unit(number: int, system: str | None, code: str) -> int:
    return installed().hasher.token(number, system, code)


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The quantity in `text`: number, number|system|code or number||code; raises InvalidQuery."""
    if modifier is not None:
        raise InvalidQuery(f"A quantity has no modifier :{modifier}.")
    number, *unit = text.split("|")
    if len(unit) not in (0, 2) or (unit and not unit[1]):
        raise InvalidQuery(
            f"{parameter.code}: a quantity is written number, number|system|code or number||code."
        )
    system, code = unit or ("", "")
    return QuantityValue(read_number(parameter.code, number), system or None, code or None)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the quantities."""
    values = [one for one in criterion.values if isinstance(one, QuantityValue)]
    return (either(_row(criterion.parameter, one) for one in values),)


def _row(parameter: Parameter, value: QuantityValue) -> Sql:
    numbers = [one.number for one in parameter.stored]
    conditions = [compare(value.number, "q.v")]
    if value.code is not None:
        systems = (value.system,) if value.system else (None, _UCUM)
        units = [_unit(number, system, value.code) for number in numbers for system in systems]
        conditions.append(Sql("q.unit = ANY (%s::bigint[])", (units,)))
    condition = every(conditions)
    return Sql(
        "EXISTS (SELECT FROM index_quantity q WHERE q.bucket = i.bucket AND q.rid = i.rid"
        f" AND q.ward = i.ward AND q.param = ANY (%s::smallint[]) AND {condition.text})",
        (numbers, *condition.params),
    )
