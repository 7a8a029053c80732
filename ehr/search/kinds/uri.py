"""Uris, compared character by character (http://hl7.org/fhir/R4/search.html#uri)."""

from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.path import Node
from ehr.search.hashing import installed
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope, Sql, either
from ehr.search.values import UriValue, Value


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the uris of `nodes`; a canonical with a version also without it."""
    hasher, number = installed().hasher, parameter.number
    for value, kind in nodes:
        if type(value) is not str:
            continue
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
    """The uri in `text`; raises InvalidQuery, NotSupported."""
    if modifier is not None:
        raise NotSupported(f"The modifier :{modifier} is not supported for {parameter.code}.")
    if not text:
        raise InvalidQuery(f"{parameter.code} needs a uri.")
    return UriValue(text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the uris."""
    hasher = installed().hasher
    uris = [one.uri for one in criterion.values if isinstance(one, UriValue)]
    if criterion.parameter.storage == "key":
        keys = [hasher.key(criterion.parameter.number, uri) for uri in uris]
        return (
            Sql(
                "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
                " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
                (keys,),
            ),
        )
    stored = criterion.parameter.stored
    hashes = [hasher.token(one.number, None, uri) for one in stored for uri in uris]
    if scope.bound:
        return (Sql("(i.tok || i.code) && %s::bigint[]", (hashes,)),)
    return (either(Sql("i.tok @> ARRAY[%s]::bigint[]", (one,)) for one in hashes),)
