"""Uris, compared character by character (http://hl7.org/fhir/R4/search.html#uri).

`:below` finds what begins with the uri, by its text in index_string; `:above` what the path of a
URL goes through, by the hashes of its beginnings.
"""

from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.search import whole_text
from ehr.search.hashing import installed
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.side import SideRow
from ehr.search.sql import Branches, Scope, Sql, either
from ehr.search.values import UriValue, Value

_LONGEST = 500
"""Characters of a uri by which `:below` finds it; a longer row would not fit into an index."""
_AFTER_ALL = "\U0010ffff"
_MOST_SEGMENTS = 50


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    return ("above", "below")


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the uris of `nodes`; a canonical with a version also without it."""
    hasher, number = installed().hasher, parameter.number
    for value, kind in nodes:
        if type(value) is not str:
            continue
        rows.strings.add((number, None, value[:_LONGEST]))
        for uri in _forms(value, kind):
            if parameter.storage == "key":
                rows.keys.add(hasher.key(number, uri))
                rows.tok.add(hasher.token(number, None, None))
            else:
                rows.tok.add(hasher.token(number, None, uri))


def _forms(value: str, kind: str) -> set[str]:
    return {value, value.partition("|")[0]} if kind == "canonical" else {value}


def names(parameter: Parameter, value: Any, kind: str) -> Iterable[tuple[None, str]]:
    """The uris of a value, for a composite."""
    return ((None, uri) for uri in _forms(value, kind)) if type(value) is str else ()


def asked(parameter: Parameter, value: Value) -> Iterable[tuple[None, str]]:
    """What a composite's component asks for, see `names`."""
    return [(None, value.uri)] if isinstance(value, UriValue) else ()


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The uri in `text`; raises InvalidQuery."""
    if not text:
        raise InvalidQuery(f"{parameter.code} needs a uri.")
    if modifier in ("above", "below") and "://" not in text:
        raise InvalidQuery(f"{parameter.code}:{modifier} needs a URL: others have no hierarchy.")
    if modifier == "below" and len(text) > _LONGEST:
        raise InvalidQuery(f"{parameter.code}:below takes at most {_LONGEST} characters.")
    if modifier == "above" and text.count("/") > _MOST_SEGMENTS:
        raise InvalidQuery(f"{parameter.code}:above takes at most {_MOST_SEGMENTS} segments.")
    return UriValue(text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the uris."""
    uris = [one.uri for one in criterion.values if isinstance(one, UriValue)]
    numbers = [one.number for one in criterion.parameter.stored]
    if criterion.modifier == "below":
        return (either(_below(numbers, uri) for uri in uris),)
    if criterion.modifier in whole_text.OPERATORS:
        found = [whole_text.compared("x.v", criterion.modifier, uri) for uri in uris]
        return (either(SideRow("index_string", numbers, one).exists() for one in found),)
    if criterion.modifier == "above":
        uris = [beginning for uri in uris for beginning in _beginnings(uri)]
    if criterion.parameter.storage == "key":
        return (_with_keys(numbers, uris),)
    hasher = installed().hasher
    hashes = [hasher.token(number, None, uri) for number in numbers for uri in uris]
    if scope.bound:
        return (Sql("(i.tok || i.code) && %s::bigint[]", (hashes,)),)
    return (either(Sql("i.tok @> ARRAY[%s]::bigint[]", (one,)) for one in hashes),)


def _below(numbers: list[int], uri: str) -> Sql:
    condition = Sql("x.v >= %s AND x.v < %s", (uri, uri + _AFTER_ALL))
    return SideRow("index_string", numbers, condition).exists()


def _beginnings(url: str) -> list[str]:
    """The URL and each shorter path of it, with and without the slash at the end."""
    scheme, _, rest = url.partition("://")
    segments = rest.rstrip("/").split("/")
    shorter = [
        f"{scheme}://{'/'.join(segments[:length])}" for length in range(1, len(segments) + 1)
    ]
    return [*dict.fromkeys([url, *shorter, *(f"{one}/" for one in shorter)])]


def _with_keys(numbers: list[int], uris: list[str]) -> Sql:
    hasher = installed().hasher
    keys = [hasher.key(number, uri) for number in numbers for uri in uris]
    return Sql(
        "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
        " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
        (keys,),
    )
