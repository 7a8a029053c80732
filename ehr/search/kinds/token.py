"""Tokens: codes, identifiers, contact points, flags (http://hl7.org/fhir/R4/search.html#token).

A code with a system is indexed in three forms: with its system, in any system, and the system
alone. A bare `code` element has an implied system, so it has one form and the query checks the
system. Identifiers and contact points are keys; other codes are tokens of the GIN, but the first
coding of a type's main code, which is a column.
"""

import re
from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.definitions import codes
from ehr.fhir.identifiers import BHYT, CCCD, canonical_system
from ehr.fhir.path import Node
from ehr.search.hashing import installed
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import FALSE, Branches, Scope, Sql, either, negated
from ehr.search.values import TokenValue, Value

Form = tuple[str | None, str | None]
"""(system, code): None, code: in any system; "", code: in none; system, None: any code of it."""

_BOOLEAN_SYSTEM = "http://hl7.org/fhir/special-values"
_PRIMITIVES = frozenset({"code", "boolean", "string", "id", "uri"})
_NOT_DIGIT = re.compile(r"[\s().\-/]+")
_PHONE = re.compile(r"\+?\d{4,}")


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the tokens of `nodes`."""
    if parameter.storage == "key":
        _index_keys(parameter, nodes, rows)
        return
    token, number = installed().hasher.token, parameter.number
    for value, kind in nodes:
        for system, code in _codings(value, kind):
            if parameter.storage == "code" and rows.code is None and code is not None:
                rows.code = token(number, system or "", code)
            for form in _forms(system, code):
                hashed = token(number, *form)
                if hashed != rows.code:
                    rows.tok.add(hashed)


def _index_keys(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    hasher, number = installed().hasher, parameter.number
    for value, kind in nodes:
        for system, code in _unique(parameter, value, kind):
            for form_system, form_code in _forms(system, code):
                if form_code is None:
                    rows.tok.add(hasher.token(number, form_system, None))
                else:
                    rows.keys.add(_key(number, form_system, form_code))
    if nodes:
        rows.tok.add(hasher.token(number, None, None))


def _key(number: int, system: str | None, code: str) -> int:
    return installed().hasher.key(number, "any" if system is None else f"in {system}", code)


def _forms(system: str | None, code: str | None) -> Iterable[Form]:
    """What finds a coding; system None is a bare element."""
    if code is not None:
        yield (None, code)
        if system is not None:
            yield (system, code)
    if system:
        yield (system, None)


def _codings(value: Any, kind: str) -> Iterable[Form]:
    if kind == "CodeableConcept":
        for coding in value.get("coding", ()):
            yield coding.get("system", ""), coding.get("code")
    elif kind == "Coding":
        yield value.get("system", ""), value.get("code")
    elif type(value) is bool:
        yield None, "true" if value else "false"
    elif type(value) is str:
        yield None, value


def _unique(parameter: Parameter, value: Any, kind: str) -> Iterable[Form]:
    if "Tail" in parameter.types:
        yield from _tails(value, kind)
    elif kind == "Identifier":
        system = canonical_system(value.get("system", ""))
        for text in _spellings(system, value.get("value")):
            yield system, text
    elif kind == "ContactPoint":
        text = value.get("value")
        yield value.get("system", ""), _contact(text) if text else None
    else:
        yield from _codings(value, kind)


def _spellings(system: str, value: str | None) -> Iterable[str | None]:
    """A BHYT card of 15 characters ends in the 10 digits that newer cards show alone."""
    yield value
    if system == BHYT and value is not None and len(value) == 15:
        yield value[-10:]


def _contact(value: str) -> str:
    """A telephone number as its digits, +84 as 0; an address of any other kind in small letters."""
    digits = _NOT_DIGIT.sub("", value)
    if not _PHONE.fullmatch(digits):
        return value.lower()
    return "0" + digits[3:] if digits.startswith("+84") else digits


def _tails(value: dict[str, Any], kind: str) -> Iterable[Form]:
    """The last four digits of a CCCD, or of a telephone number."""
    text = value.get("value")
    if not text or (kind == "Identifier" and canonical_system(value.get("system", "")) != CCCD):
        return
    tail = (_contact(text) if kind == "ContactPoint" else text)[-4:]
    if len(tail) == 4 and tail.isdecimal():
        yield None, tail


def names(parameter: Parameter, value: Any, kind: str) -> Iterable[Form]:
    """The codes of a value, for a composite; system None is a bare element."""
    return _unique(parameter, value, kind)


def asked(parameter: Parameter, value: Value) -> Iterable[Form]:
    """What a composite's component asks for, see `names`."""
    return _asked(parameter, value) if isinstance(value, TokenValue) else ()


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The token in `text` (unescaped but for `\\|`); raises InvalidQuery, NotSupported."""
    if modifier not in (None, "not"):
        raise NotSupported(f"The modifier :{modifier} is not supported for {parameter.code}.")
    system, bar, code = _halves(text)
    if not bar:
        if not system:
            raise InvalidQuery(f"{parameter.code} needs a value: code, system|code or system|.")
        return TokenValue(None, system)
    if not system and not code:
        raise InvalidQuery(f"{parameter.code}=| names neither a system nor a code.")
    return TokenValue(system, code or None)


def _halves(text: str) -> tuple[str, str, str]:
    """`system|code` at its first bar; a bar that belongs to the value comes as `\\|`."""
    parts = re.split(r"(?<!\\)\|", text, maxsplit=1)
    first, *rest = (part.replace("\\|", "|") for part in parts)
    return (first, "|", rest[0]) if rest else (first, "", "")


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the tokens."""
    stored = criterion.parameter.stored
    bound = scope.bound or criterion.modifier == "not"
    found = [part for one in stored for part in _of_part(one, criterion, bound)]
    if criterion.modifier == "not":
        return (negated(either(found)),)
    # One code is either in the column or, as a further coding, in `tok`: no row meets both.
    is_one_code = len(criterion.values) == 1 and len(stored) == 1
    return tuple(found) if is_one_code else (either(found),)


def _of_part(parameter: Parameter, criterion: Filter, bound: bool) -> list[Sql]:
    values = [one for one in criterion.values if isinstance(one, TokenValue)]
    forms = [form for value in values for form in _asked(parameter, value)]
    if not forms:
        return [FALSE]
    if parameter.storage == "key":
        return _key_conditions(parameter.number, forms, bound)
    token = installed().hasher.token
    hashes = [token(parameter.number, *form) for form in forms]
    if bound:
        return [_among(hashes)]
    conditions = [_indexed(hashes)]
    exact = [token(parameter.number, *form) for form in forms if None not in form]
    if parameter.storage == "code" and exact:
        conditions.insert(0, _in_column(exact))
    return conditions


def _asked(parameter: Parameter, value: TokenValue) -> Iterable[Form]:
    """The forms that find `value` in this parameter; none when its system cannot occur."""
    system, code = value.system, value.code
    if "Tail" in parameter.types or parameter.types <= _PRIMITIVES:
        if code is not None and (not system or system in _implied_systems(parameter)):
            yield None, code
        return
    if code is not None and "ContactPoint" in parameter.types:
        code = _contact(code)
    if system and "Identifier" in parameter.types:
        system = canonical_system(system)
        code = next(iter(reversed(list(_spellings(system, code)))))
    yield system, code


def _implied_systems(parameter: Parameter) -> frozenset[str]:
    """The code systems that a bare code of this parameter can be in."""
    found = {_BOOLEAN_SYSTEM} if "boolean" in parameter.types else set()
    for value_set in parameter.value_sets:
        found.update(codes(value_set) or ())
    return frozenset(found)


def _key_conditions(number: int, forms: list[Form], bound: bool) -> list[Sql]:
    keys = [_key(number, system, code) for system, code in forms if code is not None]
    systems = [system for system, code in forms if code is None]
    conditions = []
    if keys:
        conditions.append(
            Sql(
                "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
                " AND k.ward = i.ward AND k.v = %s)",
                (keys[0],),
            )
            if len(keys) == 1
            else Sql(
                "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
                " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
                (keys,),
            )
        )
    if systems:
        hashes = [installed().hasher.token(number, system, None) for system in systems]
        conditions.append(_among(hashes) if bound else _indexed(hashes))
    return [either(conditions)]


def _among(hashes: list[int]) -> Sql:
    """A test of a row that something else chose: written so that no index can serve it."""
    return Sql("(i.tok || i.code) && %s::bigint[]", (hashes,))


def _indexed(hashes: list[int]) -> Sql:
    if len(hashes) == 1:
        return Sql("i.tok @> ARRAY[%s]::bigint[]", (hashes[0],))
    return Sql("i.tok && %s::bigint[]", (hashes,))


def _in_column(hashes: list[int]) -> Sql:
    if len(hashes) == 1:
        return Sql("i.code = %s", (hashes[0],))
    return Sql("i.code = ANY (%s::bigint[])", (hashes,))


def holds(criterion: Filter, nodes: list[Node]) -> bool:
    """Whether any of `nodes` has, letter by letter, a code that the criterion asks for."""
    parameter = criterion.parameter.stored[0]
    asked = {
        form
        for value in criterion.values
        if isinstance(value, TokenValue)
        for form in _asked(parameter, value)
    }
    return any(
        form in asked
        for value, kind in nodes
        for system, code in _unique(parameter, value, kind)
        for form in _forms(system, code)
    )
