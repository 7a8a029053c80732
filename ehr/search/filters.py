"""One parameter of a query string as a Filter: its name, modifier and values.

http://hl7.org/fhir/R4/search.html#modifiers; `ehr.search.escapes` splits the values.
"""

import re

from ehr.errors import InvalidQuery, NotSupported, TooCostly
from ehr.search import progress
from ehr.search.escapes import alternatives
from ehr.search.kind import kind_of
from ehr.search.parameter import Parameter
from ehr.search.query import MAX_ALTERNATIVES, MAX_SORTS, Filter, Include, Sort, UnknownParameter
from ehr.search.registry import parameters
from ehr.search.sortable import can_sort
from ehr.search.values import Missing, TokenValue, Value

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_LONGEST = 4000
"""Characters of one value; canonicals and identifiers are far shorter."""
_ILLEGAL_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?![,$|\\])")
_NAMED = 12
"""Modifiers that a refusal names; a reference to anything has one for each type."""


def filter_of(resource_type: str, key: str, text: str) -> Filter:
    """The criterion `key=text`, with `key` such as `code` or `code:not`.

    Raises UnknownParameter for a name this type does not have, InvalidQuery for a bad value,
    NotSupported for what FHIR has and this server does not, TooCostly over a limit.
    """
    name, colon, modifier = key.partition(":")
    parameter = parameter_of(resource_type, name)
    if colon and not modifier:
        raise InvalidQuery(f"{key[:64]!r} ends in a colon without a modifier.")
    if modifier == "missing" and parameter.can_be_missing:
        return Filter(parameter, modifier, (_missing(parameter, text),), text)
    if modifier:
        _require_fitting(parameter, modifier)
    texts = _alternatives(parameter, text)
    values = tuple(value_of(parameter, modifier or None, one) for one in texts)
    return Filter(parameter, modifier or None, values, text)


def parameter_of(resource_type: str, code: str) -> Parameter:
    """The search parameter `code`; raises UnknownParameter, or NotSupported if not indexed."""
    parameter = parameters(resource_type).get(code)
    if parameter is None:
        raise UnknownParameter(f"{resource_type} has no search parameter {code[:64]!r}.")
    if not parameter.ready:
        raise NotSupported(f"{resource_type}.{code} cannot be asked for yet: {progress.told()}.")
    if not parameter.searchable:
        raise NotSupported(f"Searching {resource_type} by {code} is not supported.")
    return parameter


def sorts_of(resource_type: str, text: str) -> tuple[Sort, ...]:
    """The keys of `_sort`, such as `-date,code`; raises as `filter_of`."""
    keys = text.split(",")
    if len(keys) > MAX_SORTS:
        raise TooCostly(f"_sort takes at most {MAX_SORTS} keys.")
    return tuple(sort_of(resource_type, key) for key in keys)


def sort_of(resource_type: str, key: str) -> Sort:
    """One key of `_sort`, such as `-date`; raises as `filter_of`."""
    code = key.removeprefix("-")
    parameter = parameter_of(resource_type, code)
    if not can_sort(parameter):
        raise NotSupported(f"Sorting {resource_type} by {code} is not supported: it has no order.")
    return Sort(parameter, descending=key.startswith("-"))


def include_of(text: str, *, iterate: bool = False) -> Include:
    """The value of `_include` or `_revinclude`: `Observation:subject[:Patient]`, `…:*` or `*`."""
    if text == "*":
        return Include(None, None, iterate=iterate)
    source, _, rest = text.partition(":")
    code, colon, target = rest.partition(":")
    if not code or (colon and not target):
        raise InvalidQuery(f"{text[:64]!r} is not Type:parameter[:Type].")
    if target:
        parameters(target)
    if code == "*":
        parameters(source)
        return Include(source, None, target or None, iterate)
    parameter = parameter_of(source, code)
    if parameter.kind != "reference":
        raise InvalidQuery(f"{source}.{code} is no reference.")
    return Include(source, parameter, target or None, iterate)


def _require_fitting(parameter: Parameter, modifier: str) -> None:
    is_id = parameter.storage == "id"
    fitting = ("not",) if is_id else kind_of(parameter).modifiers(parameter)
    if modifier in fitting:
        return
    also = ("missing",) if parameter.can_be_missing else ()
    named = [f":{one}" for one in (*fitting[:_NAMED], *also)]
    has = f"it has {', '.join(named)}" if named else "it has none"
    raise InvalidQuery(
        f"{parameter.code} has no modifier :{modifier[:64]}; {has}.", code="not-supported"
    )


def _missing(parameter: Parameter, text: str) -> Missing:
    if text not in ("true", "false"):
        raise InvalidQuery(f"{parameter.code}:missing is true or false.")
    return Missing(text == "true")


def _alternatives(parameter: Parameter, text: str) -> list[str]:
    """The comma-separated values, unescaped but for the bar, which a token needs to see."""
    texts = alternatives(parameter.kind, _storable(parameter, text))
    if len(texts) > MAX_ALTERNATIVES:
        raise TooCostly(f"{parameter.code}: at most {MAX_ALTERNATIVES} values can be asked for.")
    if max(map(len, texts)) > _LONGEST:
        raise InvalidQuery(f"{parameter.code}: a value has more than {_LONGEST} characters.")
    return texts


def _storable(parameter: Parameter, text: str) -> str:
    """`text`, if the database can hold it at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidQuery(f"{parameter.code}: the value is not valid UTF-8.") from None
    if _ILLEGAL_ESCAPE.search(text):
        raise InvalidQuery(
            f"{parameter.code}: a backslash stands only before , $ | or another one."
        )
    if "\x00" in text:
        raise InvalidQuery(f"{parameter.code}: the value holds a NUL character.")
    return text


def value_of(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """One value, without a comma; raises as `filter_of`."""
    if parameter.storage != "id":
        return kind_of(parameter).parse(parameter, modifier, text)
    if not _ID.fullmatch(text):
        raise InvalidQuery(f"_id: {text[:64]!r} is not an id.")
    return TokenValue(None, text)
