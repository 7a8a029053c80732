"""Composites: components joined by `$`, exact within one element.

http://hl7.org/fhir/R4/search.html#composite. Of an element that a resource has but once, the
components are asked for one by one, and nothing is indexed. Otherwise they are tied:

- two names (tokens, references): one hash of the pair, beside the tokens or keys of the second;
- a name and a number, quantity or date: the row of the number has the name in `comp`, half a
  hash of the system and half of the code, so that one row answers `system|code`, `code` and
  `system|`;
- two numbers: their rows have the number of the element in `comp`.

docs/decisions/search-composites.md tells what else was weighed.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.path import Getter, Node, compile_path
from ehr.search.escapes import unescaped
from ehr.search.hashing import installed
from ehr.search.kinds import date, number, quantity, reference, string, token, uri
from ehr.search.parameter import Component, Kind, Parameter, Place
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import FALSE, Branches, Scope, Sql, either, every
from ehr.search.values import CompositeValue, Value

_NAMED: Mapping[Kind, Any] = {"token": token, "reference": reference, "uri": uri}
_RANGED: Mapping[Kind, Any] = {"number": number, "quantity": quantity, "date": date}
_KINDS: Mapping[Kind, Any] = {**_NAMED, **_RANGED, "string": string}
_DOLLAR = re.compile(r"(?<!\\)((?:\\\\)*)\$")
_HALF = 32
_LOWER = (1 << _HALF) - 1
_MOST_NAMES = 16
"""Names of one component of one element that are tied to another; a concept has one to three."""

_MOST_PAIRS = 20_000
"""Hashes of one resource beyond which no pair is added: nobody writes such, but to do harm."""

Form = tuple[str | None, str | None]
"""A name as the token kind writes it: (system, code)."""


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """None fits, and R4 leaves out `:missing` too."""
    return ()


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the ties of the elements of a resource, which is the one node."""
    for place in parameter.places:
        if not place.single:
            tied = tuple(one for one in place.components if not one.of_resource)
            for resource, resource_type in nodes:
                for ordinal, element in enumerate(_look(place.path, resource_type)(resource)):
                    _index_element(tied, element, ordinal, rows)


def _index_element(tied: tuple[Component, ...], element: Node, ordinal: int, rows: Rows) -> None:
    names = [one for one in tied if one.parameter.kind in _NAMED]
    values = [one for one in tied if one.parameter.kind in _RANGED]
    if len(names) == 2:
        _index_pair(names[0], names[1], element, rows)
        return
    found = _rows_of(values, element)
    if not (found.quantities or found.dates):
        return
    number = names[0].parameter.number if names else 0
    comps = {_packed(number, *form) for form in _names(names[0], element)} if names else {ordinal}
    for comp in comps:
        for param, _, unit, value, far in found.quantities:
            rows.quantities.add((param, comp, unit, value, far))
        for param, _, low, high in found.dates:
            rows.dates.add((param, comp, low, high))


def _index_pair(first: Component, last: Component, element: Node, rows: Rows) -> None:
    others = _names(last, element)
    found = rows.keys if _is_key(first, last) else rows.tok
    for one, other in product(_names(first, element) if others else (), others):
        if len(found) > _MOST_PAIRS:
            return
        found.update(_pair(first, last, *pair) for pair in product(_forms(*one), _forms(*other)))


def _rows_of(values: Iterable[Component], element: Node) -> Rows:
    """The rows that the components' own kinds make."""
    found = Rows()
    for one in values:
        nodes = _look(one.expression, element[1])(element[0])
        if nodes:
            _RANGED[one.parameter.kind].index(one.parameter, nodes, found)
    return found


def _names(component: Component, element: Node) -> list[Form]:
    nodes = _look(component.expression, element[1])(element[0])
    names = _NAMED[component.parameter.kind].names
    found = (form for value, kind in nodes for form in names(component.parameter, value, kind))
    return list(dict.fromkeys(found))[:_MOST_NAMES]


@cache
def _look(expression: str, kind: str) -> Getter:
    return compile_path(expression, kind)


def _forms(system: str | None, code: str | None) -> Iterable[Form]:
    """What finds a name: with its system, in any, and the system alone."""
    if code is not None:
        yield (None, code)
        if system is not None:
            yield (system, code)
    if system:
        yield (system, None)


def _pair(first: Component, last: Component, one: Form, other: Form) -> int:
    hasher, at = installed().hasher, last.parameter.number
    text = f"{first.parameter.number}\x1f{_spelled(one)}\x1f{_spelled(other)}"
    if _is_key(first, last):
        return hasher.key(at, "pair", text)
    return hasher.token(at, "\x02pair", text)


def _spelled(form: Form) -> str:
    return "\x1e".join("\x00" if part is None else part for part in form)


def _is_key(first: Component, last: Component) -> bool:
    """Whether the pairs are nearly unique, and stay out of the GIN."""
    either_one = (first.parameter, last.parameter)
    return any(one.storage == "key" or one.kind == "reference" for one in either_one)


def _half(number: int, text: str) -> int:
    return installed().hasher.token(number, "\x03half", text) & _LOWER


def _packed(number: int, system: str | None, code: str | None) -> int:
    """64 bits: the system in the upper half, the code in the lower."""
    upper = _half(number, "\x00" if system is None else f"in {system}")
    return _signed(upper << _HALF | _half(number, code or ""), 2 * _HALF)


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The values of `text`, still escaped: `8480-6$gt140`; raises InvalidQuery."""
    parts = _DOLLAR.sub(lambda found: found[1] + "\x00", text).split("\x00")
    components = parameter.places[0].components
    if len(parts) != len(components):
        shape = "$".join(one.parameter.code for one in components)
        raise InvalidQuery(f"{parameter.code} is written {shape}; a $ in a value as \\$.")
    try:
        values = [
            _KINDS[one.parameter.kind].parse(
                one.parameter, None, unescaped(one.parameter.kind, part)
            )
            for one, part in zip(components, parts, strict=True)
        ]
    except InvalidQuery as error:
        raise InvalidQuery(f"{parameter.code}: {error}") from None
    return CompositeValue(tuple(values))


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the values in any of the places."""
    values = [one for one in criterion.values if isinstance(one, CompositeValue)]
    places = criterion.parameter.places
    found = [_at(place, one, scope) for one in values for place in places]
    return found[0] if len(found) == 1 else (either(either(branches) for branches in found),)


def _at(place: Place, value: CompositeValue, scope: Scope) -> Branches:
    asked = list(zip(place.components, value.values, strict=True))
    free = [pair for pair in asked if place.single or pair[0].of_resource]
    tied = [pair for pair in asked if pair not in free]
    each = [_free(component.parameter, one, scope) for component, one in free]
    if tied:
        each.append((_tied(tied, scope),))
    return tuple(every(parts) for parts in product(*each))


def _free(parameter: Parameter, value: Value, scope: Scope) -> Branches:
    branches: Branches = _KINDS[parameter.kind].where(Filter(parameter, None, (value,)), scope)
    return branches


def _tied(tied: list[tuple[Component, Value]], scope: Scope) -> Sql:
    named = [pair for pair in tied if pair[0].parameter.kind in _NAMED]
    ranged: list[SideRow] = [
        _RANGED[one.parameter.kind].side(one.parameter, value)
        for one, value in tied
        if one.parameter.kind in _RANGED
    ]
    if len(named) == 2:
        return _with_pair(named[0], named[1], scope)
    if named:
        component, value = named[0]
        return ranged[0].exists([_has_name(component.parameter, value)])
    if len(ranged) == 1:
        return ranged[0].exists()
    return ranged[0].exists([ranged[1].is_sibling()])


def _asked(component: Component, value: Value) -> list[Form]:
    return list(_NAMED[component.parameter.kind].asked(component.parameter, value))


def _with_pair(first: tuple[Component, Value], last: tuple[Component, Value], scope: Scope) -> Sql:
    pairs = product(_asked(*first), _asked(*last))
    hashes = [_pair(first[0], last[0], one, other) for one, other in pairs]
    if not hashes:
        return FALSE
    if _is_key(first[0], last[0]):
        return Sql(
            "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
            " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
            (hashes,),
        )
    if scope.bound:
        return Sql("(i.tok || i.code) && %s::bigint[]", (hashes,))
    return either(Sql("i.tok @> ARRAY[%s]::bigint[]", (one,)) for one in hashes)


def _has_name(parameter: Parameter, value: Value) -> Sql:
    forms = _NAMED[parameter.kind].asked(parameter, value)
    return either(_named(parameter.number, *form) for form in forms)


def _named(number: int, system: str | None, code: str | None) -> Sql:
    if code is None:
        upper = _signed(_half(number, f"in {system}"), _HALF)
        return Sql("x.comp >> 32 = %s", (upper,))
    if system is None:
        return Sql("x.comp & 4294967295 = %s", (_half(number, code),))
    return Sql("x.comp = %s", (_packed(number, system, code),))
