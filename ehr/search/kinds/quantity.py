"""Quantities: a number and a unit (http://hl7.org/fhir/R4/search.html#quantity).

`5.4|http://unitsofmeasure.org|mg` finds what is as much in any unit of UCUM, such as 5400 ug;
`5.4||mg` the number as written, with that code or printed unit; `5.4` the number alone.

A value is a row for each name of its unit. In UCUM, a value whose unit is not the representative
of its dimension has a further row under the negative number of its parameter: the value in that
representative. So what wards write (kg, cm, mm[Hg]) is indexed once.
"""

from collections.abc import Iterable
from fractions import Fraction

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.fhir.ucum import Unit
from ehr.fhir.ucum import unit as ucum_unit
from ehr.search.hashing import installed
from ehr.search.measured import Amount, Measured, measured
from ehr.search.measured import rows as rows_of
from ehr.search.numeric import compare, converted, read_number
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import Branches, Scope, Sql, either, every
from ehr.search.values import QuantityValue, Value

_CURRENCY = "urn:iso:std:iso:4217"
_UCUM = "http://unitsofmeasure.org"


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add a row for each name of the unit: its code, and the printed unit where that differs."""
    number = parameter.number
    for value, kind in nodes:
        for one in measured(value, kind):
            ends = rows_of(one, (one.low, one.high))
            for unit in _units(number, one):
                rows.quantities.update((number, None, unit, *end) for end in ends)
            _index_representative(number, one, rows)


def _index_representative(number: int, one: Measured, rows: Rows) -> None:
    unit = _ucum(one.unit.get("system"), one.unit.get("code"))
    if unit is None or unit.code == one.unit["code"]:
        return
    ends = rows_of(one, (_converted(one.low, unit), _converted(one.high, unit)))
    hashed = _unit(number, _UCUM, unit.code)
    rows.quantities.update((-number, None, hashed, *end) for end in ends)


def _ucum(system: str | None, code: str | None) -> Unit | None:
    return ucum_unit(code) if code is not None and system == _UCUM else None


def _converted(amount: Amount | None, unit: Unit) -> Fraction | None:
    return None if amount is None else Fraction(amount) * unit.factor + unit.offset


def _units(number: int, one: Measured) -> Iterable[int | None]:
    """UCUM's codes are indexed with their system alone: a query without one asks for UCUM too."""
    system, code = one.unit.get("system"), one.unit.get("code")
    if "currency" in one.unit:
        system, code = _CURRENCY, one.unit["currency"]
    if code and system:
        yield _unit(number, system, code)
    printed: str | None = one.unit.get("unit")
    names = {name for name in (printed, code) if name and not (system == _UCUM and name == code)}
    yield from (_unit(number, None, name) for name in names)
    if not code and not names:
        yield None


def _unit(number: int, system: str | None, code: str) -> int:
    return installed().hasher.token(number, system, code)


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The quantity in `text`: number, number|system|code or number||code; raises InvalidQuery."""
    number, *unit = text.split("|")
    if len(unit) not in (0, 2) or (unit and not unit[1]):
        raise InvalidQuery(
            f"{parameter.code}: a quantity is written number, number|system|code or number||code."
        )
    system, code = unit or ("", "")
    return QuantityValue(read_number(parameter.code, number), system or None, code or None)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the quantities."""
    return (either(side(criterion.parameter, one).exists() for one in criterion.values),)


def side(parameter: Parameter, value: Value) -> SideRow:
    """The rows of index_quantity that have the quantity."""
    assert isinstance(value, QuantityValue)  # noqa: S101 - what `parse` gives
    numbers = [one.number for one in parameter.stored]
    if value.code is None:
        return SideRow("index_quantity", numbers, compare(value.number, "x"))
    unit = _ucum(value.system, value.code)
    if unit is not None:
        hashes = [_unit(number, _UCUM, unit.code) for number in numbers]
        signed = [*numbers, *(-number for number in numbers)]
        asked = compare(converted(value.number, unit), "x")
        return SideRow("index_quantity", signed, every([asked, _in_unit(hashes)]))
    systems = (value.system,) if value.system else (None, _UCUM)
    hashes = [_unit(number, system, value.code) for number in numbers for system in systems]
    condition = every([compare(value.number, "x"), _in_unit(hashes)])
    return SideRow("index_quantity", numbers, condition)


def _in_unit(hashes: list[int]) -> Sql:
    return Sql("x.unit = ANY (%s::bigint[])", (hashes,))
