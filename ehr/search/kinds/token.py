"""Tokens: codes, identifiers, contact points, flags (http://hl7.org/fhir/R4/search.html#token).

`ehr.search.codings` tells which codes a value has and in which forms. Identifiers and contact
points are keys; other codes are tokens of the GIN, but the first coding of a type's main code,
which is a column.
"""

from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.definitions import codes
from ehr.fhir.identifiers import canonical_system
from ehr.fhir.path import Node
from ehr.remembered import remembered
from ehr.search import code_sets, full_text, worded
from ehr.search.codings import (
    BELOW,
    Form,
    codings,
    contact,
    folded,
    forms,
    of_type,
    spellings,
    typed,
    unique,
)
from ehr.search.escapes import halves
from ehr.search.hashing import Hasher, installed
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import FALSE, Branches, Scope, Sql, either, negated
from ehr.search.values import PhrasedText, TextValue, TokenSet, TokenValue, Value

_BOOLEAN_SYSTEM = "http://hl7.org/fhir/special-values"
_PRIMITIVES = frozenset({"code", "boolean", "string", "id", "uri"})
_IN_HIERARCHIES = frozenset({"CodeableConcept", "Coding", "code"})
_WITH_TEXT = frozenset({"CodeableConcept", "Coding", "Identifier"})
NEGATIVE = frozenset({"not", "not-in"})
"""Modifiers that find what has none of the codes, also what has no value at all."""


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    found = ["not"]
    if parameter.types & _WITH_TEXT:
        found.append("text")
    if parameter.types & _IN_HIERARCHIES:
        found += ["in", "not-in", "above", "below"]
    if "Identifier" in parameter.types:
        found.append("of-type")
    return tuple(found)


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the tokens of `nodes`."""
    if parameter.types & _WITH_TEXT:
        for value, kind in nodes:
            full_text.index_concept(parameter.number, value, kind, rows)
    if parameter.storage == "key":
        _index_keys(parameter, nodes, rows)
        return
    hasher, number = installed().hasher, parameter.number
    is_main = parameter.storage == "code"
    for value, kind in nodes:
        for system, code in codings(value, kind):
            if is_main and rows.code is None and code is not None:
                rows.code = hasher.token(number, system or "", code)
            rows.tok.update(_tokens(hasher, number, system, code))
    if is_main and rows.code is not None:
        rows.tok.discard(rows.code)


@remembered(32_768)
def _tokens(hasher: Hasher, number: int, system: str | None, code: str | None) -> tuple[int, ...]:
    """The tokens of a coding; codes come again and again."""
    return tuple(hasher.token(number, *form) for form in forms(system, code))


def _index_keys(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    hasher, number = installed().hasher, parameter.number
    for value, kind in nodes:
        for system, code in unique(parameter, value, kind):
            for form_system, form_code in forms(system, code):
                if form_code is None:
                    rows.tok.add(hasher.token(number, form_system, None))
                else:
                    rows.keys.add(_key(number, form_system, form_code))
        rows.keys.update(_key(number, *form) for form in typed(value, kind))
    if nodes:
        rows.tok.add(hasher.token(number, None, None))


def _key(number: int, system: str | None, code: str) -> int:
    return installed().hasher.key(number, "any" if system is None else f"in {system}", code)


def names(parameter: Parameter, value: Any, kind: str) -> Iterable[Form]:
    """The codes of a value, for a composite; system None is a bare element."""
    return unique(parameter, value, kind)


def asked(parameter: Parameter, value: Value) -> Iterable[Form]:
    """What a composite's component asks for, see `names`."""
    return _asked(parameter, value) if isinstance(value, TokenValue) else ()


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The token in `text` (unescaped but for `\\|`); raises InvalidQuery, TooCostly."""
    if modifier == "text":
        return _text(parameter, text.replace("\\|", "|"))
    if modifier in ("in", "not-in"):
        is_excluded = modifier == "not-in"
        return code_sets.of_value_set(parameter, text.replace("\\|", "|"), excluded=is_excluded)
    if modifier == "of-type":
        return _of_type(parameter, text)
    value = _token(parameter, text)
    if modifier == "below":
        return code_sets.below(parameter, value)
    return code_sets.above(parameter, value) if modifier == "above" else value


def _token(parameter: Parameter, text: str) -> TokenValue:
    system, bar, code = halves(text)
    if not bar:
        if not system:
            raise InvalidQuery(f"{parameter.code} needs a value: code, system|code or system|.")
        return _sound(parameter, TokenValue(None, system))
    if not system and not code:
        raise InvalidQuery(f"{parameter.code}=| names neither a system nor a code.")
    return _sound(parameter, TokenValue(system, code or None))


def _text(parameter: Parameter, text: str) -> TextValue:
    if not 0 < len(full_text.folded(text)) <= full_text.MOST_ASKED:
        raise InvalidQuery(
            f"{parameter.code}:text needs a word, and at most {full_text.MOST_ASKED}."
        )
    return TextValue(text)


def _sound(parameter: Parameter, value: TokenValue) -> TokenValue:
    if parameter.types == {"boolean"} and value.code not in ("true", "false"):
        raise InvalidQuery(f"{parameter.code} is true or false.")
    return value


def _of_type(parameter: Parameter, text: str) -> TokenValue:
    system, bar, rest = halves(text)
    code, other_bar, value = halves(rest)
    if not (bar and other_bar and system and code and value):
        raise InvalidQuery(f"{parameter.code}:of-type is written system|code|value, of the type.")
    return TokenValue(*of_type(system, code, value))


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the tokens."""
    stored = criterion.parameter.stored
    if criterion.modifier == "text":
        return _with_texts(criterion)
    bound = scope.bound or criterion.modifier in NEGATIVE
    found = [part for one in stored for part in _of_part(one, criterion, bound)]
    if criterion.modifier in NEGATIVE:
        return (negated(either(found)),)
    # One code is either in the column or, as a further coding, in `tok`: no row meets both.
    is_one_code = len(stored) == len([*_values(criterion)]) == 1
    return tuple(found) if is_one_code else (either(found),)


def _with_texts(criterion: Filter) -> Branches:
    texts = [one for one in criterion.values if isinstance(one, TextValue | PhrasedText)]
    found = [worded.of_concept(criterion.parameter, one) for one in texts]
    return found[0] if len(found) == 1 else (either(either(one) for one in found),)


def _of_part(parameter: Parameter, criterion: Filter, bound: bool) -> list[Sql]:
    wanted = [form for value in _values(criterion) for form in _asked(parameter, value)]
    if not wanted:
        return [FALSE]
    if parameter.storage == "key":
        return _key_conditions(parameter.number, wanted, bound)
    token = installed().hasher.token
    hashes = [token(parameter.number, *form) for form in wanted]
    if bound:
        return [_among(hashes)]
    conditions = [_indexed(hashes)]
    exact = [token(parameter.number, *form) for form in wanted if _can_be_main(*form)]
    if parameter.storage == "code" and exact:
        conditions.insert(0, _in_column(exact))
    return conditions


def _can_be_main(system: str | None, code: str | None) -> bool:
    return system is not None and code is not None and not code.startswith(BELOW)


def _values(criterion: Filter) -> Iterable[TokenValue]:
    for one in criterion.values:
        if isinstance(one, TokenSet):
            yield from one.values
        elif isinstance(one, TokenValue):
            yield one
        else:  # left out, it would find nothing, and with :not-in everything
            raise NotSupported(f"{criterion.key} was not resolved.")


def _asked(parameter: Parameter, value: TokenValue) -> Iterable[Form]:
    """The forms that find `value` in this parameter; none when its system cannot occur."""
    system, code = value.system, value.code
    if "Tail" in parameter.types or parameter.types <= _PRIMITIVES:
        if code is not None and (not system or system in _implied_systems(parameter)):
            yield None, folded(code) if parameter.types == {"string"} else code
        return
    if code is not None and "ContactPoint" in parameter.types:
        code = contact(code)
    if system and "Identifier" in parameter.types:
        system = canonical_system(system)
        code = next(iter(reversed(list(spellings(system, code)))))
    yield system, code


def _implied_systems(parameter: Parameter) -> frozenset[str]:
    """The code systems that a bare code of this parameter can be in."""
    found = {_BOOLEAN_SYSTEM} if "boolean" in parameter.types else set()
    for value_set in parameter.value_sets:
        found.update(codes(value_set) or ())
    return frozenset(found)


def _key_conditions(number: int, wanted: list[Form], bound: bool) -> list[Sql]:
    keys = [_key(number, system, code) for system, code in wanted if code is not None]
    systems = [system for system, code in wanted if code is None]
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
        for system, code in unique(parameter, value, kind)
        for form in forms(system, code)
    )
