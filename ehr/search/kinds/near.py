"""`Location?near=21.03|105.85|5|km`: by distance on the ground.

http://hl7.org/fhir/R4/location.html#search. A position is a row of index_quantity, the latitude
in `v` and the longitude in `far`: the index gives a band of latitudes, the formula of the great
circle the rest. R4 leaves open what near means without a distance; here it is 5 km.
"""

from decimal import Decimal
from math import radians
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.fhir.ucum import unit
from ehr.search.numeric import as_float, read_number
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import Branches, Scope, Sql, either
from ehr.search.values import NearValue, Value

DEFAULT_KM = 5.0
_EARTH_KM = 6371.0088
_LARGEST_KM = 20_100.0
"""Half the way around."""
_CENTIMETRES = 100_000
_NAMES = {"": "km", "kms": "km", "mi": "[mi_i]"}
"""Units that R4's own examples write, as UCUM."""


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """None fits."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the positions."""
    for position, _ in nodes:
        latitude, longitude = (_degrees(position, name) for name in ("latitude", "longitude"))
        if latitude is not None and longitude is not None:
            rows.quantities.add((parameter.number, None, None, latitude, longitude))


def _degrees(position: dict[str, Any], name: str) -> float | None:
    value = position.get(name)
    return as_float(value) if isinstance(value, (int, Decimal)) else None


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """latitude|longitude[|distance[|unit]]; raises InvalidQuery."""
    parts = text.split("|")
    if not 2 <= len(parts) <= 4:
        raise InvalidQuery(f"{parameter.code} is written latitude|longitude|distance|unit.")
    latitude, longitude, distance, name = (*parts, "", "")[:4]
    km = _number(parameter, distance) * _km(parameter, name) if distance else DEFAULT_KM
    return NearValue(
        _within(parameter, _number(parameter, latitude), 90),
        _within(parameter, _number(parameter, longitude), 180),
        min(_within(parameter, km, float("inf"), least=0), _LARGEST_KM),
    )


def _number(parameter: Parameter, text: str) -> float:
    value = read_number(parameter.code, text)
    if not text.strip().lstrip("+-")[:1].isdecimal():
        raise InvalidQuery(f"{parameter.code}: a place has no prefix.")
    return as_float(value.number)


def _within(parameter: Parameter, value: float, most: float, least: float | None = None) -> float:
    if not (-most if least is None else least) <= value <= most:
        raise InvalidQuery(f"{parameter.code}: {value:g} is no place or distance on Earth.")
    return value


def _km(parameter: Parameter, name: str) -> float:
    found = unit(_NAMES.get(name, name))
    if found is None or found.code != "cm":
        raise InvalidQuery(f"{parameter.code}: {name[:64]!r} is no length in UCUM, such as km.")
    return float(found.factor / _CENTIMETRES)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with a position that is near any of the places."""
    number = criterion.parameter.number
    return (
        either(
            SideRow("index_quantity", [number], _near(one)).exists()
            for one in criterion.values
            if isinstance(one, NearValue)
        ),
    )


def _near(place: NearValue) -> Sql:
    """The haversine formula, https://en.wikipedia.org/wiki/Haversine_formula, behind a band."""
    reach = place.km / _EARTH_KM
    band = reach * 57.2958 + 0.001
    return Sql(
        "x.v BETWEEN %s AND %s AND 2 * asin(least(1, sqrt(sin((radians(x.v) - %s) / 2) ^ 2"
        " + cos(%s) * cos(radians(x.v)) * sin((radians(x.far) - %s) / 2) ^ 2))) <= %s",
        (
            place.latitude - band, place.latitude + band, radians(place.latitude),
            radians(place.latitude), radians(place.longitude), reach,
        ),
    )  # fmt: skip
